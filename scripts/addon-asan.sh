#!/bin/sh
# The addon itself under AddressSanitizer and UndefinedBehaviorSanitizer, inside Node: golden vectors, properties and the
# lifecycle tests' in-process part. Node is not instrumented, so the runtime is preloaded; leaks are the native tests' matter
# (V8 keeps what it likes at exit).
set -eu
cd "$(dirname "$0")/.."
npx cmake-js build -O build-asan --CDDEPTHWISE_SANITIZE=address,undefined >/dev/null
DEPTHWISE_BINARY=$PWD/build-asan/Release/depthwise.node
LD_PRELOAD=$(gcc -print-file-name=libasan.so)
ASAN_OPTIONS=detect_leaks=0
UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export DEPTHWISE_BINARY LD_PRELOAD ASAN_OPTIONS UBSAN_OPTIONS
unset DEPTHWISE_TEST_REPORT
exec node node_modules/vitest/vitest.mjs run --project native --project native-scalar
