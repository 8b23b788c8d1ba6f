// C libraries that tests preload, compiled where there is a compiler.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const compiler = process.env.CC || "cc";

/** Why nothing can be preloaded here, or null. */
export const preloadSkipped =
  process.platform !== "linux"
    ? "the library is Linux's"
    : spawnSync(compiler, ["--version"]).error
      ? `there is no ${compiler}`
      : null;

/** A folder that goes with the process. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), "depthwise-preload-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** children/NAME.c as a library in the folder. */
export function compileLibrary(folder, name, flags = []) {
  const source = fileURLToPath(new URL(`children/${name}.c`, import.meta.url));
  const library = join(folder, `${name}.so`);
  const args = ["-O1", "-shared", "-fPIC", ...flags, source, "-o", library, "-ldl"];
  const done = spawnSync(compiler, args, { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`${name}.c does not compile: ${done.stderr}`);
  return library;
}

/** What a library wrote at the end of its process, FAULT_COUNTS. */
export const readCounts = (counts) => JSON.parse(readFileSync(counts, "utf8"));
