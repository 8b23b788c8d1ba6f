// Format (clang-format 14) and lint (clang-tidy 14) of the C++ sources. A tool that is not installed is named as
// skipped; with --require, as CI calls it, that is a failure.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const required = process.argv.includes("--require");
let failed = false;

function sourcesUnder(folder) {
  const entries = readdirSync(join(root, folder), { withFileTypes: true, recursive: true });
  return entries.filter((e) => e.isFile() && /\.(h|cc|c)$/.test(e.name)).map((e) => join(e.parentPath, e.name));
}

function found(names) {
  const tool = names.find((name) => !spawnSync(name, ["--version"], { stdio: "ignore" }).error);
  if (!tool) {
    console.log(`lint-native: ${names[0]} is not installed, skipped`);
    failed ||= required;
  }
  return tool;
}

function check(what, tool, args) {
  const done = spawnSync(tool, args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
  if (done.status === 0) return console.log(`lint-native: ${what} clean`);
  failed = true;
  console.log(`${done.stdout}${done.stderr}\nlint-native: ${what} failed`);
}

const folders = ["native", "test/native", "bench/native", "bench/peers"].filter((folder) =>
  existsSync(join(root, folder)),
);
const formatter = found(["clang-format-14", "clang-format"]);
if (formatter) check("clang-format", formatter, ["--dry-run", "-Werror", ...folders.flatMap(sourcesUnder)]);

// Kernels are left to the compilers' warnings: clang-tidy takes minutes over their templates.
const database = ["build", "build-native-gcc"]
  .map((f) => join(root, f))
  .find((f) => existsSync(join(f, "compile_commands.json")));
const tidy = found(["clang-tidy-14", "clang-tidy"]);
if (tidy && database) {
  const sources = ["native/conv", "native/dispatch", "native/threads", "native/binding"].flatMap(sourcesUnder);
  // Debian's clang has no omp.h.
  const files = sources.filter((file) => file.endsWith(".cc") && !file.endsWith("_omp.cc"));
  check(`clang-tidy of ${files.length} files`, tidy, ["-p", database, "--quiet", ...files]);
} else if (tidy) {
  console.log("lint-native: no compile_commands.json, clang-tidy skipped");
  failed ||= required;
}
process.exitCode = failed ? 1 : 0;
