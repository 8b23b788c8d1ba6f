import { Batch } from "../batch.mjs";
import { SURFACE } from "../code.mjs";
import { withFaults } from "../faults.mjs";
import { preloadSkipped, readCounts } from "../preload.mjs";
import { childFile, runScript, whatIsWrong } from "../process.mjs";

/** How many blocks and threads the script asks for when nothing is refused; more may come of a refusal. */
let asked = null;
async function countRequests() {
  const { env, counts } = withFaults({});
  const wrong = whatIsWrong(await runScript(childFile("faults"), [], { env }));
  if (wrong !== null) throw new Error(`without faults: ${wrong}`);
  return readCounts(counts);
}

/** Try number `index`: memory or threads, the nth alone or from the nth on, spread over all of them. */
function faultOf(index) {
  const what = index % 8 < 6 ? "memory" : "threads";
  const turn =
    what === "memory" ? Math.floor(index / 8) * 6 + (index % 8) : Math.floor(index / 8) * 2 + (index % 8) - 6;
  const nth = 1 + (Math.floor(turn / 2) % (asked[what] + 2));
  return { [what === "memory" ? "FAULT_MEMORY" : "FAULT_THREADS"]: turn % 2 === 0 ? String(nth) : `${nth}+` };
}

export default {
  name: "faults",
  what: "the nth block of memory or the nth thread that the addon asks for is refused, alone and from then on",
  unit: "processes",
  full: 600,
  few: 16,
  batch: 40,
  isSkipped: preloadSkipped,
  code: SURFACE,
  async run({ from, count }) {
    asked ??= await countRequests();
    const batch = new Batch();
    for (let i = from; i < from + count; ++i) {
      const fault = faultOf(i);
      const { env } = withFaults(fault);
      const { report } = await batch.run(childFile("faults"), [], { env }, `${JSON.stringify(fault)}: `);
      batch.count("steps right", report.right ?? 0);
      batch.count("typed errors", report.refused ?? 0);
      ++batch.tries;
    }
    batch.worst = { "blocks asked for without a fault": asked.memory, threads: asked.threads };
    return batch;
  },
};
