#!/bin/sh
# Configures, builds and runs the native tests, without Node:  scripts/native-tests.sh [gcc] [asan] [tsan] [aarch64] [fuzz]
#   gcc      this machine's compiler: AVX2, one and sixteen lanes, AVX-512 where this CPU has it
#   asan     AVX2 under AddressSanitizer and UndefinedBehaviorSanitizer
#   tsan     AVX2 and SSE2 under ThreadSanitizer (clang), on the pool: libgomp is not instrumented
#   aarch64  NEON, cross-compiled, under user-mode emulation
#   fuzz     only builds the fuzzer (clang, libFuzzer, the sanitizers of asan); `npm run reliability -- fuzz` runs it, 10
#            million cases, and goes on where it stopped; `-- fuzz --seconds 60` a minute
# Each compiles the instruction sets it needs: the kernels are one template, and each set takes minutes. ISAS overrides.
# Without a name: gcc. JOBS and SWEEP (problems for each ISA) may be set; build folders are build-native-<name>.
set -eu
cd "$(dirname "$0")/.."
jobs=${JOBS:-$(nproc)}

first_of() {
  for tool in "$@"; do command -v "$tool" && return; done
  echo "none of $* is installed" >&2
  exit 1
}

build() { # name, target, instruction sets, options of cmake
  name=$1 target=$2 isas=$3
  shift 3
  echo "== native tests: $name"
  cmake -S . -B "build-native-$name" -DDEPTHWISE_TESTS=ON "-DDEPTHWISE_ISAS=${ISAS:-$isas}" "$@" > "build-native-$name.log" 2>&1 ||
    { cat "build-native-$name.log"; exit 1; }
  cmake --build "build-native-$name" --target "$target" --parallel "$jobs" > "build-native-$name.log" 2>&1 ||
    { cat "build-native-$name.log"; exit 1; }
}

# These instruction sets, and AVX-512 where this CPU has it.
and_avx512() {
  ! grep -qw avx512bw /proc/cpuinfo || printf "avx512;"
  echo "$1"
}

find_clang() {
  cc=$(first_of clang-19 clang clang-14)
  cxx=$(first_of clang++-19 clang++ clang++-14)
}

run() { # name, problems, instruction sets, options of cmake
  name=$1 sweep=$2 isas=$3
  shift 3
  build "$name" all "$isas" -DDEPTHWISE_SWEEP="${SWEEP:-$sweep}" "$@"
  ctest --test-dir "build-native-$name" --output-on-failure --no-tests=error
}

[ $# -gt 0 ] || set -- gcc
for kind in "$@"; do
  case $kind in
    gcc)
      isas=$(and_avx512 "avx2;scalar;wide16")
      case $(uname -m) in x86_64) ;; *) isas="" ;; esac # all there are
      run gcc 1500 "$isas"
      ;;
    asan)
      # detect_leaks finds what the tests themselves let go of; the compiled-in options make it an error.
      export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
      # With Node's headers the addon is made of the same objects, for addon-asan.sh.
      run asan 300 "avx2;scalar" -DDEPTHWISE_SANITIZE=address,undefined \
        "-DCMAKE_JS_INC=$PWD/node_modules/node-api-headers/include;$PWD/node_modules/node-addon-api"
      ;;
    tsan)
      find_clang
      TSAN_OPTIONS=halt_on_error=1 run tsan 300 "avx2;sse2;scalar" -DDEPTHWISE_SANITIZE=thread \
        -DCMAKE_C_COMPILER="$cc" -DCMAKE_CXX_COMPILER="$cxx"
      ;;
    aarch64) run aarch64 300 "neon;scalar" -DCMAKE_TOOLCHAIN_FILE="$PWD/cmake/aarch64-linux-gnu.cmake" ;;
    fuzz)
      find_clang
      build fuzz fuzz_conv "$(and_avx512 "avx2;scalar")" -DDEPTHWISE_SANITIZE=fuzzer-no-link,address,undefined \
        -DCMAKE_C_COMPILER="$cc" -DCMAKE_CXX_COMPILER="$cxx"
      ;;
    *) echo "native-tests.sh [gcc] [asan] [tsan] [aarch64] [fuzz], but got $kind" >&2; exit 2 ;;
  esac
done
