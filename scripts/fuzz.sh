#!/bin/sh
# Builds the fuzzer (clang with libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer) in build-fuzz/:  scripts/fuzz.sh
# `npm run reliability -- fuzz` runs it, 10 million cases, and goes on where it stopped; `-- fuzz --seconds 60` a minute.
# JOBS may be set; CXX names another clang.
set -eu
cd "$(dirname "$0")/.."
cxx=${CXX:-}
for tool in clang++-19 clang++ clang++-14; do
  [ -n "$cxx" ] || cxx=$(command -v $tool || true)
done
[ -n "$cxx" ] || { echo "fuzz.sh: there is no clang" >&2; exit 1; }
cmake -S . -B build-fuzz -DDEPTHWISE_TESTS=ON "-DDEPTHWISE_ISAS=${ISAS:-avx2;scalar}" -DCMAKE_CXX_COMPILER="$cxx" \
  -DCMAKE_C_COMPILER="$(echo "$cxx" | sed 's/++//')" -DDEPTHWISE_SANITIZE=fuzzer-no-link,address,undefined > build-fuzz.log 2>&1 ||
  { cat build-fuzz.log; exit 1; }
cmake --build build-fuzz --target fuzz_conv --parallel "${JOBS:-$(nproc)}" > build-fuzz.log 2>&1 || { tail -n 60 build-fuzz.log; exit 1; }
echo "build-fuzz/fuzz_conv is built by $cxx"
