import { Batch } from "../batch.mjs";
import { KERNELS } from "../code.mjs";
import { childFile } from "../process.mjs";

export default {
  name: "same-bits",
  what: "the same bits for 1, 2, 3, 5, 8 and 16 threads, sync and async, at once, planned, alone and in a batch",
  unit: "shapes",
  full: 10_000,
  few: 100,
  batch: 500,
  isSkipped: null,
  code: KERNELS,
  async run({ from, count }) {
    const env = { DEPTHWISE_BACKEND: "native" };
    const batch = new Batch();
    await batch.run(childFile("same-bits"), [from, count], { env, timeoutMs: 3_600_000 });
    batch.tries = count;
    return batch;
  },
};
