#!/bin/sh
# Branches of geometry, plan and binding, and of dispatch and threads beside them, that the tests reach: native tests, the
# tests in Node, refused memory and failing calls into Node, all over one build with clang's counters. Prints each file's
# share, each branch that went one way only, and the number; fails where geometry, plan and binding are not reached whole.
# Kernels are not instrumented: mutants and comparisons are what tests them. A test that runs out of time on a busy machine
# leaves its branches out. Takes some twenty minutes.
set -eu
cd "$(dirname "$0")/.."
build=$PWD/build-coverage
counters=$build/counters
objects="plan_test geometry_test dispatch_test cgroup_test wake_test test/native/queue_test test/native/parallel_pool_test"
flags="-fprofile-instr-generate -fcoverage-mapping -mllvm -runtime-counter-relocation"

CC=clang-19 CXX=clang++-19 cmake -S . -B "$build" -DDEPTHWISE_TESTS=ON "-DDEPTHWISE_ISAS=avx2;scalar;wide16" -DDEPTHWISE_KERNEL_COMPILER=clang++-19 \
  "-DCMAKE_CXX_FLAGS=$flags" "-DCMAKE_JS_INC=$PWD/node_modules/node-api-headers/include;$PWD/node_modules/node-addon-api" > "$build.log" 2>&1
cmake --build "$build" --parallel "$(nproc)" --target depthwise plan_test geometry_test dispatch_test cgroup_test wake_test queue_test \
  parallel_pool_test > "$build.log" 2>&1 || { tail -n 40 "$build.log"; exit 1; }

rm -rf "$counters"
mkdir "$counters"
# %c: counters go to the file as they count, for processes that are killed.
export LLVM_PROFILE_FILE="$counters/%c%p-%m.profraw"
for test in $objects; do "$build/$test" > /dev/null; done
"$build/test/native/queue_test" alone > /dev/null
export DEPTHWISE_BINARY="$build/depthwise.node"
node node_modules/vitest/vitest.mjs run --project native --project package test/unit test/parity test/lifecycle \
  test/reliability > "$build.log" 2>&1 || { tail -n 40 "$build.log"; exit 1; }
# Whether these are right is said elsewhere: here the counters' own memory may be refused too, which their runtime writes of.
npm run --silent reliability -- faults --fresh --dry > "$build.log" 2>&1 || true
for goal in node-faults hostile-buffers; do
  npm run --silent reliability -- "$goal" --seconds 60 --fresh --dry > "$build.log" 2>&1 || true
done
unset LLVM_PROFILE_FILE DEPTHWISE_BINARY

llvm-profdata-19 merge -o "$build/all.profdata" "$counters"/*.profraw
others=""
for test in $objects; do others="$others -object $build/$test"; done
# shellcheck disable=SC2086
llvm-cov-19 export "$build/depthwise.node" $others "-instr-profile=$build/all.profdata" native/conv native/dispatch native/threads native/binding native/addon.cc \
  > "$build/coverage.json" 2> "$build.log"
node scripts/coverage.mjs "$build/coverage.json"
