#!/bin/sh
# The addon that native-tests.sh asan built, under AddressSanitizer and UndefinedBehaviorSanitizer inside Node: golden
# vectors, properties, parity and units. Node is not instrumented, so the runtime is preloaded; leaks are the native tests'
# matter (V8 keeps what it likes at exit).
set -eu
cd "$(dirname "$0")/.."
DEPTHWISE_BINARY=$PWD/build-native-asan/depthwise.node
[ -e "$DEPTHWISE_BINARY" ] || { echo "addon-asan.sh: first run scripts/native-tests.sh asan" >&2; exit 1; }
LD_PRELOAD=$(gcc -print-file-name=libasan.so)
ASAN_OPTIONS=detect_leaks=0
UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export DEPTHWISE_BINARY LD_PRELOAD ASAN_OPTIONS UBSAN_OPTIONS
unset DEPTHWISE_TEST_REPORT
exec node node_modules/vitest/vitest.mjs run --project native
