// What `prepare` and `npm run compile` do in a checkout: TypeScript first, always; then the native addon, where CMake
// and GCC or clang are there. Without them, and on Windows, one line says so and the JavaScript backend serves. A build
// that fails with the tools present is an error, and its log is kept.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const require = createRequire(import.meta.url);
const say = (line) => console.log(`depthwise: ${line}`);

/** The root folder of a development dependency, or null where it is not installed. */
function packageFolder(name) {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return null;
  }
}

/** Whether a command can be started at all. */
const has = (tool) => !spawnSync(tool, ["--version"], { stdio: "ignore" }).error;

const cmakeJs = packageFolder("cmake-js");

/** Why the addon cannot be built here, or null. */
function obstacle() {
  if (process.platform === "win32") return "no GCC or clang found that cmake-js takes on Windows";
  if (!cmakeJs) return "no cmake-js found";
  if (!has("cmake")) return "no CMake found";
  const compilers = process.env.CXX ? [process.env.CXX] : ["c++", "g++", "clang++"];
  if (!compilers.some(has)) return "no C++ compiler found";
  if (!["make", "gmake", "ninja"].some(has)) return "no make or ninja found";
  return null;
}

function fail(what, output) {
  mkdirSync(join(root, "build"), { recursive: true });
  const log = join(root, "build", "failed.log");
  writeFileSync(log, output);
  say(`${what} failed; the log is ${log}`);
  process.exit(1);
}

function run(what, script, args) {
  const done = spawnSync(process.execPath, [script, ...args], { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
  if (done.status !== 0) fail(what, `${done.stdout ?? ""}${done.stderr ?? ""}${done.error ?? ""}\n`);
}

// A package installed from the registry has no scripts folder; one packed or installed with --omit=dev has no tools.
const typescript = packageFolder("typescript");
if (!typescript) {
  say("development dependencies are not installed, nothing built");
  process.exit(existsSync(join(root, "dist", "index.js")) ? 0 : 1);
}
// Two passes: comments belong into the declarations, where editors show them, and not into the JavaScript.
const tsc = join(typescript, "bin", "tsc");
run("TypeScript", tsc, ["-p", "tsconfig.json"]);
run("TypeScript", tsc, ["-p", "tsconfig.json", "--declaration", "--emitDeclarationOnly", "--removeComments", "false"]);
const { minifyFolder } = await import("./minify.mjs");
minifyFolder(join(root, "dist"));

const why = obstacle();
if (process.env.DEPTHWISE_BUILD === "js") say("native addon not built (DEPTHWISE_BUILD=js)");
else if (why) say(`${why}, native addon not built; the JavaScript backend serves`);
else {
  const started = Date.now();
  // `compile` configures when needed and builds; `rebuild` (a clean one) costs a minute more each time.
  run("the native build", join(cmakeJs, "bin", "cmake-js"), [process.argv.includes("--clean") ? "rebuild" : "compile"]);
  say(`native addon built in ${Math.round((Date.now() - started) / 1000)} s`);
}
