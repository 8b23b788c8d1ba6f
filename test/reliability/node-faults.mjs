// A copy of the addon whose calls into Node go through a library that lets them fail (children/node-faults.c).
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { binary } from "./process.mjs";

const source = fileURLToPath(new URL("children/node-faults.c", import.meta.url));
const compiler = process.env.CC || "cc";
// The addon's own export; what it takes to throw: where that fails, an exception is pending or no JavaScript runs; and the
// end of a scope, which Node itself takes for granted.
const KEPT = /^(register_module_v1|throw|create_(error|type_error|range_error|string_utf8)|close_handle_scope)$/;

export const nodeFaultsSkipped =
  process.platform !== "linux" || process.arch !== "x64"
    ? "the library is for Linux on x64"
    : spawnSync(compiler, ["--version"]).error
      ? `there is no ${compiler}`
      : null;

let made = null;

/** The copy and the library: { addon, library, folder }. */
export function makeNodeFaults() {
  if (made !== null) return made;
  const folder = mkdtempSync(join(tmpdir(), "depthwise-node-faults-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  // The names of a dynamic symbol table end with zeros; what is undefined is looked up by name alone.
  const text = readFileSync(binary).toString("latin1");
  const names = new Set();
  const renamed = text.replace(/\0napi_([a-z0-9_]+)(?=\0)/g, (whole, name) => {
    if (KEPT.test(name)) return whole;
    names.add(name);
    return `\0nbpi_${name}`;
  });
  const addon = join(folder, "depthwise.node");
  writeFileSync(addon, Buffer.from(renamed, "latin1"));
  const stubs = join(folder, "stubs.h");
  writeFileSync(stubs, [...names].map((name) => `STUB(${name})\n`).join(""));
  const library = join(folder, "node-faults.so");
  const args = ["-O1", "-shared", "-fPIC", `-DSTUBS="${stubs}"`, source, "-o", library];
  const done = spawnSync(compiler, args, { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`node-faults.c does not compile: ${done.stderr}`);
  made = { addon, library, folder };
  return made;
}
