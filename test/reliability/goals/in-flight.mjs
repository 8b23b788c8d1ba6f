import { Batch } from "../batch.mjs";
import { CALL_PATH } from "../code.mjs";
import { childFile } from "../process.mjs";

const CALLS = 10_000;
const percentile = (times, share) =>
  times.sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))];
const round = (ms) => Math.round(10 * ms) / 10;

export default {
  name: "in-flight",
  what: `fs.readFile beside ${CALLS} pending calls, and the event loop's delay; the same reads alone as a control`,
  unit: "rounds",
  full: 100,
  few: 2,
  batch: 10,
  isSkipped: null,
  code: CALL_PATH,
  /** Percentiles over all reads of a batch; the worst batch is kept. */
  async run({ from, count }) {
    const batch = new Batch();
    const beside = [];
    const withOneThread = [];
    const control = [];
    let loop = 0;
    for (let i = from; i < from + count; ++i) {
      // In every second round libuv has a single thread, which the calls may not keep.
      const env = { UV_THREADPOOL_SIZE: i % 2 === 0 ? "4" : "1" };
      const { isRight, report } = await batch.run(childFile("in-flight"), [CALLS], { env });
      if (!isRight) continue;
      beside.push(...report.beside);
      if (i % 2 !== 0) withOneThread.push(...report.beside);
      control.push(...report.control);
      loop = Math.max(loop, report.loop);
    }
    const slow = beside.filter((ms) => ms > 20).length;
    batch.tries = count;
    batch.count("reads within 20 ms", beside.length - slow);
    batch.count("slower reads", slow);
    if (beside.length === 0 || withOneThread.length === 0) return batch;
    const worst = {
      "read p50 ms": round(percentile(beside, 0.5)),
      "read p99 ms": round(percentile(beside, 0.99)),
      "with one thread of libuv's, p99 ms": round(percentile(withOneThread, 0.99)),
      "control p99 ms": round(percentile(control, 0.99)),
      "loop delay p99 ms": round(loop),
    };
    // Fails where reads starve; how quick they are on a quiet machine is what the results say.
    const limit = 150 + 10 * worst["control p99 ms"];
    if (worst["read p99 ms"] > limit)
      batch.failures.push(`reads took ${worst["read p99 ms"]} ms, p99; the limit is ${limit}`);
    batch.worst = worst;
    return batch;
  },
};
