#!/bin/sh
# What takes too long for each CI run: every kernel under AddressSanitizer and UndefinedBehaviorSanitizer, ThreadSanitizer,
# AArch64 under emulation, the addon under sanitizers in Node, and `npm install && npm start` without a compiler. Needs
# g++-aarch64-linux-gnu, qemu-user-static and clang; run it before a release and after a change of threads or kernels.
set -eu
cd "$(dirname "$0")/.."
sh scripts/native-tests.sh asan tsan aarch64
sh scripts/addon-asan.sh
sh scripts/start-without-compiler.sh
echo "slow checks passed"
