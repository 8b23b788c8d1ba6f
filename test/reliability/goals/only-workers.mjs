import { CALL_PATH } from "../code.mjs";
import { runScript, scenarioFile, whatIsWrong } from "../process.mjs";

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
    const batch = { tries: 0, outcomes: {}, failures: [] };
    for (let i = from; i < from + count; ++i) {
      // The scenario's first three workers loop over sync calls, over errors and over async calls.
      const wrong = whatIsWrong(await runScript(scenarioFile("workers"), [3, 3, i + 1], { timeoutMs: 60_000 }));
      if (wrong !== null) batch.failures.push(wrong);
      ++batch.tries;
    }
    batch.outcomes["ended with code 0"] = batch.tries - batch.failures.length;
    return batch;
  },
};
