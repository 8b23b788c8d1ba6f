import { CALL_PATH } from "../code.mjs";
import { childFile, runScript, whatIsWrong } from "../process.mjs";

export default {
  name: "abort",
  what: "AbortSignal before, at the start of, during and after calls: the reason comes back, no listener stays",
  unit: "calls",
  full: 20_000,
  few: 400,
  batch: 1000,
  isSkipped: null,
  code: ["lib/backend", ...CALL_PATH],
  async run({ from, count }) {
    const env = { DEPTHWISE_BACKEND: Math.floor(from / 1000) % 5 === 4 ? "js" : "native" };
    const outcome = await runScript(childFile("abort"), [from, count], { env, timeoutMs: 600_000 });
    const wrong = whatIsWrong(outcome);
    const { tries = 0, outcomes = {} } = outcome.report;
    return { tries: wrong === null ? tries : count, outcomes, failures: wrong === null ? [] : [wrong] };
  },
};
