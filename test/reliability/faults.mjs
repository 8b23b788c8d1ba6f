// The library that refuses memory and threads, compiled where there is a compiler.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("children/faults.c", import.meta.url));
const compiler = process.env.CC || "cc";
let library = null;

export const faultsSkipped =
  process.platform !== "linux"
    ? "the library is Linux's"
    : spawnSync(compiler, ["--version"]).error
      ? `there is no ${compiler}`
      : null;

function makeLibrary() {
  if (library !== null) return library;
  const folder = mkdtempSync(join(tmpdir(), "depthwise-faults-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  library = join(folder, "faults.so");
  const done = spawnSync(compiler, ["-O1", "-shared", "-fPIC", source, "-o", library, "-ldl"], { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`faults.c does not compile: ${done.stderr}`);
  return library;
}

/** The environment of a process in which the addon's requests are refused as `faults` says. */
export function withFaults(faults, name = "counts") {
  const counts = join(makeLibrary(), `../${name}.json`);
  return { env: { ...faults, LD_PRELOAD: makeLibrary(), FAULT_COUNTS: counts, DEPTHWISE_BACKEND: "native" }, counts };
}

/** How many blocks and threads a process asked for. */
export const readCounts = (counts) => JSON.parse(readFileSync(counts, "utf8"));
