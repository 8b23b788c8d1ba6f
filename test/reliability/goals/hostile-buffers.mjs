import { CELLS } from "../children/hostile-cells.mjs";
import { SURFACE } from "../code.mjs";
import { childFile, runScript, whatIsWrong } from "../process.mjs";

export default {
  name: "hostile-buffers",
  what: `buffers transferred, resized, shared, grown, collected, overwritten, before, within and during a call: ${CELLS.length} cells`,
  unit: "tries",
  full: 20 * CELLS.length,
  few: CELLS.length,
  batch: CELLS.length,
  isSkipped: null,
  code: SURFACE,
  async run({ from, count }) {
    const batch = { tries: 0, outcomes: {}, failures: [] };
    for (const backend of ["native", "js"]) {
      const options = { nodeArgs: ["--expose-gc"], env: { DEPTHWISE_BACKEND: backend }, timeoutMs: 600_000 };
      const outcome = await runScript(childFile("hostile-buffers"), [from, count], options);
      const wrong = whatIsWrong(outcome);
      if (wrong !== null) batch.failures.push(wrong);
      batch.tries += outcome.report.tries ?? 0;
      for (const [answer, times] of Object.entries(outcome.report.outcomes ?? {})) {
        batch.outcomes[answer] = (batch.outcomes[answer] ?? 0) + times;
      }
    }
    return batch;
  },
};
