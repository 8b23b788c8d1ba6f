import { SURFACE } from "../code.mjs";
import { childFile, runScript, whatIsWrong } from "../process.mjs";

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
    const batch = { tries: 0, outcomes: {}, failures: [] };
    for (let begin = from; begin < from + count; begin += SEQUENCES) {
      const seed = 1 + Math.floor(begin / SEQUENCES);
      const sequences = Math.min(SEQUENCES, from + count - begin);
      const env = { DEPTHWISE_BACKEND: seed % 10 === 0 ? "js" : "native" };
      const outcome = await runScript(childFile("surface-model"), [seed, sequences], { env, timeoutMs: 600_000 });
      const wrong = whatIsWrong(outcome);
      if (wrong !== null) batch.failures.push(`seed ${seed}: ${wrong}`);
      batch.tries += sequences;
      for (const [answer, times] of Object.entries(outcome.report.outcomes ?? {})) {
        batch.outcomes[answer] = (batch.outcomes[answer] ?? 0) + times;
      }
    }
    return batch;
  },
};
