import { Batch } from "../batch.mjs";
import { CALL_PATH } from "../code.mjs";
import { childFile } from "../process.mjs";

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
    const batch = new Batch();
    const { isRight, report } = await batch.run(childFile("abort"), [from, count], { env });
    batch.tries = isRight ? report.tries : count;
    return batch;
  },
};
