import { Batch } from "../batch.mjs";
import { CALL_PATH } from "../code.mjs";
import { runScript, scenarioFile, whatIsWrong } from "../process.mjs";

const WAYS = [
  ["exit", 7],
  ["throw", 1],
  ["signal", "SIGTERM"],
];
const CALLS = [1, 30, 1000, 10_000];
// How late is counted, beside processes without calls; a machine that is busy with something else is late with both.
// Only a process that waits for its queue, which takes minutes, fails.
const HANG_MS = 60_000;
const within = (ms) =>
  ms <= 50 ? "out within 50 ms" : ms <= 100 ? "within 100 ms" : ms <= 200 ? "within 200 ms" : "later";

export default {
  name: "process-end",
  what: "process.exit, an uncaught throw and SIGTERM with 1 to 10,000 calls pending; every tenth process has none, as a control",
  unit: "processes",
  full: 3000,
  few: 12,
  batch: 50,
  isSkipped: null,
  code: CALL_PATH,
  async run({ from, count }) {
    const batch = new Batch();
    for (let i = from; i < from + count; ++i) {
      const [way, wanted] = WAYS[i % WAYS.length];
      const isControl = i % 10 === 9;
      const calls = isControl ? 0 : CALLS[Math.floor(i / WAYS.length) % CALLS.length];
      const args = [way, calls, i % 7 === 0 ? 256 : 56, (i * 13) % 60];
      const outcome = await runScript(scenarioFile("exit"), args, { kill: way === "signal" ? "SIGTERM" : null });
      const took = outcome.endedAt - Number(outcome.report.at);
      const wrong = whatIsWrong(outcome, wanted, way !== "throw");
      if (wrong !== null) batch.failures.push(wrong);
      else if (!(took < HANG_MS)) batch.failures.push(`took ${took} ms to end: ${outcome.command.join(" ")}`);
      ++batch.tries;
      batch.count(`${isControl ? "control " : ""}${within(took)}`);
      const name = isControl ? "control ms" : "ms";
      batch.worst[name] = Math.max(batch.worst[name] ?? 0, took);
    }
    return batch;
  },
};
