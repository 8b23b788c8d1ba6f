// `npm run prebuild`: the released binaries, built on one Linux x64 machine by one compiler, into prebuilds/.
//   npm run prebuild                          all targets (targets.mjs)
//   npm run prebuild -- --target win32-x64    one, or several
// The compiler is installed first from the lockfile in this folder. Needs cmake, ninja and lld-19 (Debian packages).
// prebuildify lays the files out; it calls compile.mjs where it would call node-gyp.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { binaryOf, targets } from "./targets.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const here = fileURLToPath(new URL(".", import.meta.url));
const prebuildify = promisify(createRequire(import.meta.url)("prebuildify"));

const { values } = parseArgs({
  options: {
    target: { type: "string", multiple: true, default: targets.map(({ name }) => name) },
    out: { type: "string", default: root },
  },
});
const unknown = values.target.find((name) => !targets.some((target) => target.name === name));
if (unknown !== undefined)
  throw new Error(`no target is called ${unknown}; there are ${targets.map((t) => t.name).join(" ")}`);

if (!existsSync(join(here, "node_modules"))) {
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
  if (spawnSync("npm", args, { cwd: here, stdio: "inherit" }).status !== 0) process.exit(1);
}

for (const target of targets.filter(({ name }) => values.target.includes(name))) {
  const started = Date.now();
  const cwd = join(root, "build-prebuild", target.name);
  // From nothing, so that the bytes depend on the sources alone; what zig has compiled of its own stays in its cache.
  rmSync(cwd, { recursive: true, force: true });
  mkdirSync(cwd, { recursive: true });
  process.env.DEPTHWISE_PREBUILD_TARGET = target.name;
  await prebuildify({
    cwd,
    out: values.out,
    name: "depthwise",
    napi: true,
    platform: target.platform,
    arch: target.arch,
    ...(target.libc && { libc: target.libc, tagLibc: true }),
    nodeGyp: join(here, "compile.mjs"),
  });
  const { size } = statSync(join(values.out, binaryOf(target)));
  console.log(`${target.name}: ${size} bytes, ${Math.round((Date.now() - started) / 1000)} s`);
}
