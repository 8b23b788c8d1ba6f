import { join } from "node:path";
import { Batch } from "../batch.mjs";
import { SURFACE } from "../code.mjs";
import { makeNodeFaults, nodeFaultsSkipped } from "../node-faults.mjs";
import { readCounts } from "../preload.mjs";
import { childFile } from "../process.mjs";

const FULL = 800;
let calls = 0;

async function run(batch, fault, label) {
  const { addon, library, folder } = makeNodeFaults();
  const counts = join(folder, "counts.json");
  const env = { ...fault, LD_PRELOAD: library, FAULT_COUNTS: counts };
  const outcome = await batch.run(childFile("node-faults"), [], { env, from: addon, timeoutMs: 60_000 }, label);
  return { ...outcome, calls: readCounts(counts).calls };
}

export default {
  name: "node-faults",
  what: "the nth call from the addon into Node fails, alone or it and all later ones",
  unit: "processes",
  full: FULL,
  few: 8,
  batch: 40,
  isSkipped: nodeFaultsSkipped,
  code: SURFACE,
  async run({ from, count }) {
    const batch = new Batch();
    if (calls === 0) ({ calls } = await run(new Batch(), {}, ""));
    for (let i = from; i < from + count; ++i) {
      // Spread over all calls, whatever part of the goal is run: 0, 1/2, 1/4, 3/4, ..
      let place = 0;
      for (let bit = 0.5, rest = i >> 1; rest > 0; rest >>= 1, bit /= 2) if (rest & 1) place += bit;
      const nth = 1 + Math.floor(place * calls);
      const fault = { FAULT_NODE: i % 2 === 0 ? String(nth) : `${nth}+` };
      await run(batch, fault, `call ${fault.FAULT_NODE} of ${calls}: `);
      ++batch.tries;
    }
    batch.worst = { "calls without a fault": calls };
    return batch;
  },
};
