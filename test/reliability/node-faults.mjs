// A copy of the addon whose calls into Node go through a library that lets them fail (children/node-faults.c).
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileLibrary, preloadSkipped, temporaryFolder } from "./preload.mjs";
import { binary } from "./process.mjs";

// The addon's own export; the last step of throwing: where that fails, an exception is pending or no JavaScript runs; and
// the end of a scope, which Node itself takes for granted.
const KEPT = /^(register_module_v1|throw|close_handle_scope)$/;
// The other steps of throwing, for the same reason, where nothing says which call fails.
const MAKES_ERRORS = /^create_(error|type_error|range_error|string_utf8)$/;

export const nodeFaultsSkipped = preloadSkipped ?? (process.arch === "x64" ? null : "the library is for x64");

const made = new Map();

/** The copy and the library: { addon, library, folder }. `makesErrors`: calls that make an error never fail. */
export function makeNodeFaults({ makesErrors = true } = {}) {
  if (made.has(makesErrors)) return made.get(makesErrors);
  const folder = temporaryFolder();
  // The names of a dynamic symbol table end with zeros; what is undefined is looked up by name alone.
  const text = readFileSync(binary).toString("latin1");
  const names = new Set();
  const renamed = text.replace(/\0napi_([a-z0-9_]+)(?=\0)/g, (whole, name) => {
    if (KEPT.test(name) || (makesErrors && MAKES_ERRORS.test(name))) return whole;
    names.add(name);
    return `\0nbpi_${name}`;
  });
  const addon = join(folder, "depthwise.node");
  writeFileSync(addon, Buffer.from(renamed, "latin1"));
  const stubs = join(folder, "stubs.h");
  writeFileSync(stubs, [...names].map((name) => `STUB(${name})\n`).join(""));
  const library = compileLibrary(folder, "node-faults", [`-DSTUBS="${stubs}"`]);
  made.set(makesErrors, { addon, library, folder });
  return made.get(makesErrors);
}
