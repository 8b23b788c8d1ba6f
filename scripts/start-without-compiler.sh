#!/bin/sh
# `npm install && npm start` in a clean clone where PATH holds node, npm and git but no CMake and no compiler: both must
# succeed on the fallback and say in one line what is missing. HOME is empty.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/bin" "$scratch/home"
for tool in node npm npx git sh env uname dirname basename sed grep cat ls mkdir rm; do
  ln -s "$(command -v $tool)" "$scratch/bin/$tool"
done
git clone -q "$root" "$scratch/checkout"
cd "$scratch/checkout"
export HOME="$scratch/home" PATH="$scratch/bin"
npm install --no-audit --no-fund >"$scratch/install.log" 2>&1 || { cat "$scratch/install.log"; exit 1; }
cat "$scratch/install.log"
grep -q "no CMake found, native addon not built; the JavaScript backend serves" "$scratch/install.log"
npm start >"$scratch/start.log" 2>&1 || { cat "$scratch/start.log"; exit 1; }
cat "$scratch/start.log"
