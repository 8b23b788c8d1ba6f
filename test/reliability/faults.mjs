// The library that refuses memory and threads (children/faults.c).
import { join } from "node:path";
import { compileLibrary, temporaryFolder } from "./preload.mjs";

let made = null;
function make() {
  if (made === null) {
    const folder = temporaryFolder();
    made = { folder, library: compileLibrary(folder, "faults") };
  }
  return made;
}

/** The environment of a process in which the addon's requests are refused as `faults` says. */
export function withFaults(faults, name = "counts") {
  const { folder, library } = make();
  const counts = join(folder, `${name}.json`);
  return { env: { ...faults, LD_PRELOAD: library, FAULT_COUNTS: counts, DEPTHWISE_BACKEND: "native" }, counts };
}
