import { Batch } from "../batch.mjs";
import { SURFACE } from "../code.mjs";
import { childFile } from "../process.mjs";

export default {
  name: "host-state",
  what: "float mode, signal handlers, affinity, limits, environment, locale, open files after import, loading and computing",
  unit: "processes",
  full: 60,
  few: 2,
  batch: 10,
  isSkipped: null,
  code: SURFACE,
  async run({ from, count }) {
    const batch = new Batch();
    for (let i = from; i < from + count; ++i) {
      const env = {
        DEPTHWISE_BACKEND: i % 4 === 3 ? "js" : "native",
        LANG: ["C", "de_DE.UTF-8", "tr_TR.UTF-8"][i % 3],
      };
      await batch.run(childFile("host-state"), [], { env });
    }
    batch.tries = count;
    batch.count("unchanged, 0 threads at import", count - batch.failures.length);
    return batch;
  },
};
