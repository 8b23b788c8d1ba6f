import { Batch } from "../batch.mjs";
import { CALL_PATH } from "../code.mjs";
import { scenarioFile } from "../process.mjs";

export default {
  name: "only-workers",
  what: "fresh processes in which only workers load the addon, three each, terminated in mid-call",
  unit: "processes",
  full: 3000,
  few: 6,
  batch: 50,
  isSkipped: null,
  code: CALL_PATH,
  async run({ from, count }) {
    const batch = new Batch();
    for (let i = from; i < from + count; ++i) {
      // The scenario's first three workers loop over sync calls, over errors and over async calls.
      await batch.run(scenarioFile("workers"), [3, 3, i + 1], { timeoutMs: 60_000 });
      ++batch.tries;
    }
    batch.count("ended with code 0", batch.tries - batch.failures.length);
    return batch;
  },
};
