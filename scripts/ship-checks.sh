#!/bin/sh
# The package in real bundlers (esbuild, webpack, rollup, a single executable), package managers (npm, pnpm) and runtimes
# (Node under restrictions, Bun, Deno). Their exact versions are pinned in test/ship; needs the registry at the first run.
set -eu
cd "$(dirname "$0")/.."
# Scripts run here: esbuild, Bun and Deno place their binaries by them. The package itself is installed without.
[ -d test/ship/node_modules ] || npm ci --prefix test/ship --no-audit --no-fund
exec node test/ship/checks.mjs
