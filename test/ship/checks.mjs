// The package in the hands of bundlers, package managers and other runtimes (scripts/ship-checks.sh calls this). Packs the
// checkout with the binaries of prebuilds/ (the local build stands in for this system's, and an empty file for any other
// that has not been built, since bundlers look for all that the loader names), installs the tarball, and looks at what an app prints: its sum must be 10
// everywhere; the backend is native where a binary is there and the tool takes it along, else the fallback.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { binaryOf, targets } from "../../scripts/prebuild/targets.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const here = fileURLToPath(new URL(".", import.meta.url));
const prebuilt = process.platform === "linux" ? `prebuilds/linux-${process.arch}/depthwise.glibc.node` : "none";
const local = join(root, "build", "Release", "depthwise.node");
const binary = [join(root, prebuilt), local].find((path) => existsSync(path));
const hasBinary = binary !== undefined;
const best = hasBinary ? "native" : "js";
const bin = (name) => join(here, "node_modules", ".bin", name);

// Spaces and letters outside ASCII, as users have them.
const scratch = mkdtempSync(join(tmpdir(), "depthwise schiff ü "));
const env = { PATH: process.env.PATH, HOME: scratch, npm_config_cache: join(scratch, "cache") };
let passed = 0;
let failed = 0;

function report(name, problem) {
  if (problem) failed++;
  else passed++;
  console.log(`${problem ? "FAIL" : "ok  "}  ${name}${problem ? `: ${problem}` : ""}`);
}

const run = (command, args, options = {}) =>
  spawnSync(command, args, { encoding: "utf8", env, timeout: 300_000, maxBuffer: 1 << 26, ...options });

/** One command that must succeed. */
function check(name, command, args, options) {
  const done = run(command, args, options);
  report(name, done.status === 0 ? null : `exit ${done.status}: ${(done.stdout + done.stderr).trim().slice(-600)}`);
  return done.status === 0;
}

/** One command that runs the app. */
function checkApp(name, backend, command, args, options) {
  const done = run(command, args, options);
  const wanted = JSON.stringify({ sum: [10], backend });
  const lines = done.stdout?.trim().split("\n") ?? [];
  const right = done.status === 0 && lines.at(-1) === wanted;
  const came = `${done.error?.message ?? ""}${done.stdout}${done.stderr}`.trim().slice(-600);
  report(`${name}: ${backend}`, right ? null : `exit ${done.status}: ${came}`);
}

function project(name) {
  const folder = join(scratch, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  cpSync(join(here, "app.mjs"), join(folder, "app.mjs"));
  return folder;
}

/** What `npm publish` would take, with a file for every binary; answers how many are missing. */
function stage(folder) {
  const outside = /^(node_modules|build.*|\.git|coverage|docs|out|test|bench|examples)$/;
  for (const entry of readdirSync(root).filter((name) => !outside.test(name)))
    cpSync(join(root, entry), join(folder, entry), {
      recursive: true,
      filter: (path) => !path.includes("node_modules"),
    });
  let missing = 0;
  for (const path of targets.map(binaryOf)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    if (path === prebuilt && hasBinary) cpSync(binary, file);
    else if (!existsSync(file)) {
      writeFileSync(file, "");
      missing++;
    }
  }
  return missing;
}

/** A folder away from every node_modules, holding what a bundler wrote. */
function away(name, from) {
  const folder = join(scratch, `away ${name}`);
  cpSync(from, folder, { recursive: true });
  return folder;
}

function bundlers(app) {
  const esbuild = ["app.mjs", "--bundle", "--platform=node", "--format=esm"];
  if (check("esbuild bundles", bin("esbuild"), [...esbuild, "--outfile=esbuild/app.mjs"], { cwd: app }))
    checkApp("esbuild, moved away", "js", process.execPath, ["app.mjs"], {
      cwd: away("esbuild", join(app, "esbuild")),
    });
  if (
    check("esbuild bundles, external", bin("esbuild"), [...esbuild, "--external:depthwise", "--outfile=external.mjs"], {
      cwd: app,
    })
  )
    checkApp("esbuild, external", best, process.execPath, ["external.mjs"], { cwd: app });

  const config = `export default { target: "node", mode: "production", entry: "./app.mjs", experiments: { outputModule: true },
    output: { path: ${JSON.stringify(join(app, "webpack"))}, filename: "app.mjs", module: true, chunkFormat: "module" } };`;
  writeFileSync(join(app, "webpack.config.mjs"), config);
  const webpack = `import webpack from ${JSON.stringify(join(here, "node_modules", "webpack", "lib", "index.js"))};
    import config from "./webpack.config.mjs";
    webpack(config, (error, stats) => { if (error || stats.hasErrors()) { console.error(error ?? stats.toString()); process.exit(1); } });`;
  writeFileSync(join(app, "webpack.mjs"), webpack);
  if (check("webpack bundles", process.execPath, ["webpack.mjs"], { cwd: app }))
    checkApp("webpack, moved away", best, process.execPath, ["app.mjs"], {
      cwd: away("webpack", join(app, "webpack")),
    });

  const rollup = `import { rollup } from ${JSON.stringify(join(here, "node_modules", "rollup", "dist", "es", "rollup.js"))};
    import { nodeResolve } from ${JSON.stringify(join(here, "node_modules", "@rollup", "plugin-node-resolve", "dist", "es", "index.js"))};
    const bundle = await rollup({ input: "app.mjs", plugins: [nodeResolve()], external: /^node:/ });
    await bundle.write({ dir: "rollup", format: "es", entryFileNames: "[name].mjs" });`;
  writeFileSync(join(app, "rollup.mjs"), rollup);
  if (check("rollup bundles", process.execPath, ["rollup.mjs"], { cwd: app }))
    checkApp("rollup, moved away", "js", process.execPath, ["app.mjs"], { cwd: away("rollup", join(app, "rollup")) });
  // Where prebuilds/ lies beside the folder of the bundle, the bundle finds it.
  if (hasBinary) {
    const folder = away("beside", join(app, "rollup"));
    const inner = join(folder, "dist", "backend");
    mkdirSync(inner, { recursive: true });
    cpSync(join(folder, "app.mjs"), join(inner, "app.mjs"));
    cpSync(join(app, "node_modules", "depthwise", "prebuilds"), join(folder, "prebuilds"), { recursive: true });
    checkApp("rollup, prebuilds/ copied", "native", process.execPath, ["app.mjs"], { cwd: inner });
  }
}

/** A single executable application: esbuild's CommonJS, Node's blob, postject. */
function singleExecutable(app) {
  const url = "const __url = require('node:url').pathToFileURL(__filename).href;";
  const define = ["--define:import.meta.url=__url", `--banner:js=${url}`];
  const bundle = ["app.mjs", "--bundle", "--platform=node", "--format=cjs", ...define, "--outfile=sea.cjs"];
  if (!check("esbuild bundles for a single executable", bin("esbuild"), bundle, { cwd: app })) return;
  const config = { main: "sea.cjs", output: "sea.blob", disableExperimentalSEAWarning: true };
  writeFileSync(join(app, "sea.json"), JSON.stringify(config));
  if (!check("node makes the blob", process.execPath, ["--experimental-sea-config", "sea.json"], { cwd: app })) return;
  const folder = join(app, "sea", "bin", "app");
  mkdirSync(folder, { recursive: true });
  const program = join(folder, "app");
  cpSync(process.execPath, program);
  chmodSync(program, 0o755);
  const fuse = ["--sentinel-fuse", "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2"];
  if (!check("postject", bin("postject"), [program, "NODE_SEA_BLOB", join(app, "sea.blob"), ...fuse])) return;
  checkApp("single executable, alone", "js", program, [], { cwd: folder });
  if (!hasBinary) return;
  cpSync(join(app, "node_modules", "depthwise", "prebuilds"), join(app, "sea", "prebuilds"), { recursive: true });
  checkApp("single executable, prebuilds/ two folders up", "native", program, [], { cwd: folder });
}

function runtimes(app) {
  checkApp("Bun", best, bin("bun"), ["app.mjs"], { cwd: app });
  const compile = ["build", "--compile", "app.mjs", "--outfile", join(scratch, "bun app")];
  if (check("bun build --compile", bin("bun"), compile, { cwd: app }))
    checkApp("Bun, compiled and moved away", best, join(scratch, "bun app"), [], { cwd: scratch });
  checkApp("Deno", best, bin("deno"), ["run", "-A", "--node-modules-dir=manual", "app.mjs"], { cwd: app });
  const poor = ["run", "--allow-read", "--node-modules-dir=manual", "app.mjs"];
  checkApp("Deno without --allow-ffi", "js", bin("deno"), poor, { cwd: app });
}

function hosts(app) {
  checkApp("--no-addons", "js", process.execPath, ["--no-addons", "app.mjs"], { cwd: app });
  const flag = Number(process.versions.node.split(".")[0]) >= 24 ? "--permission" : "--experimental-permission";
  const permissions = ["--no-warnings", flag, "--allow-fs-read=*", "app.mjs"];
  checkApp("permission model", "js", process.execPath, permissions, { cwd: app });
  const named = { ...env, DEPTHWISE_BINARY: binary };
  if (hasBinary) checkApp("DEPTHWISE_BINARY", "native", process.execPath, ["app.mjs"], { cwd: app, env: named });
  const doctor = run(join(app, "node_modules", ".bin", "depthwise"), ["doctor"], { cwd: app });
  const right = doctor.status === (hasBinary ? 0 : 2);
  report("depthwise doctor", right ? null : `exit ${doctor.status}: ${doctor.stdout}${doctor.stderr}`);
}

try {
  const staged = join(scratch, "staged");
  const missing = stage(staged);
  const packed = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", scratch], {
    cwd: staged,
    encoding: "utf8",
    env,
  });
  const { filename, unpackedSize } = Object.values(JSON.parse(packed))[0];
  const tarball = join(scratch, filename);
  console.log(`${filename}: ${(unpackedSize / 1e6).toFixed(1)} MB unpacked, with ${8 - missing} of 8 binaries`);
  check("publint", bin("publint"), ["run", tarball, "--strict"]);
  check("arethetypeswrong", bin("attw"), [tarball, "--profile", "esm-only", "--no-emoji"]);

  const app = project("npm app");
  const install = ["install", tarball, "--ignore-scripts", "--no-audit", "--no-fund"];
  if (check("npm installs", "npm", install, { cwd: app })) {
    checkApp("Node", best, process.execPath, ["app.mjs"], { cwd: app });
    hosts(app);
    bundlers(app);
    singleExecutable(app);
    runtimes(app);
  }
  const pnpmApp = project("pnpm app");
  if (check("pnpm installs", bin("pnpm"), ["add", tarball, "--ignore-scripts"], { cwd: pnpmApp }))
    checkApp("pnpm", best, process.execPath, ["app.mjs"], { cwd: pnpmApp });
} finally {
  for (const entry of readdirSync(scratch)) rmSync(join(scratch, entry), { recursive: true, force: true });
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
