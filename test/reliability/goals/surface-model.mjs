import { Batch } from "../batch.mjs";
import { SURFACE } from "../code.mjs";
import { childFile } from "../process.mjs";

const SEQUENCES = 2500;

export default {
  name: "surface-model",
  what: "random sequences of calls, views, transfers, aborts and mistakes on the public surface, against a model",
  unit: "sequences",
  full: 1_000_000,
  few: SEQUENCES,
  batch: 4 * SEQUENCES,
  isSkipped: null,
  code: SURFACE,
  /** Seeds count the processes; each tenth runs on the fallback. */
  async run({ from, count }) {
    const batch = new Batch();
    for (let begin = from; begin < from + count; begin += SEQUENCES) {
      const seed = 1 + Math.floor(begin / SEQUENCES);
      const sequences = Math.min(SEQUENCES, from + count - begin);
      const env = { DEPTHWISE_BACKEND: seed % 10 === 0 ? "js" : "native" };
      await batch.run(childFile("surface-model"), [seed, sequences], { env }, `seed ${seed}: `);
      batch.tries += sequences;
    }
    return batch;
  },
};
