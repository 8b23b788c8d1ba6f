// Mixed calls for an hour: sync, async, planned, modules, aborted, handed on, in workers that end by themselves or are
// terminated. Every result is checked. Resident memory is sampled after a collection; its slope must stay below 1 MB/h.
//   MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=131072 node --expose-gc scripts/soak.mjs [--seconds 3600] [--every 10]
// `npm run reliability -- soak` runs it for the hour, keeps the result and draws the curve.
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { functional as F, nn, tensor } from "../dist/index.js";
import { LAYERS } from "../test/reliability/children/surface-layers.mjs";
import { fitSlope } from "../test/reliability/curve.mjs";
import { assert, numbers, report, sameBits, sleep, turn } from "../test/support/child-addon.mjs";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "3600" }, every: { type: "string", default: "10" } },
});
const seconds = Number(values.seconds);
// What V8 compiles is there by then.
const warmUp = Math.min(600, seconds / 4);
// Node keeps some 1.5 kB of each worker that was, with or without the addon. By the clock, so that a machine on which
// rounds are short does not have so many that they hide what we keep: 360 an hour.
const workerEvery = Math.min(10, seconds / 8);

const x = tensor(numbers(16 * 1600, 1), [1, 16, 40, 40]);
const w = tensor(numbers(144, 2), [16, 1, 3, 3]);
const options = { groups: 16, padding: 1 };
const expected = F.conv2d(x, w, options).data;
const big = tensor(numbers(64 * 112 * 112, 3), [1, 64, 112, 112]);
const bigWeight = tensor(numbers(64 * 9, 4), [64, 1, 3, 3]);
const bigOptions = { groups: 64, padding: 1 };
const bigExpected = F.conv2d(big, bigWeight, bigOptions).data;
const done = { sync: 0, async: 0, aborted: 0, workers: 0, terminated: 0, modules: 0 };

function check(data, wanted, kind) {
  assert(sameBits(data, wanted), `a result is wrong: ${kind}`);
  ++done[kind];
}

async function asyncCalls() {
  const calls = LAYERS.map((layer) => {
    const [input, weight, bias] = ["input", "weight", "bias"].map((name) => tensor(layer[name], layer.shapes[name]));
    return layer.callAsync(input, weight, bias, layer.options);
  });
  calls.push(F.conv2dAsync(big, bigWeight, bigOptions));
  for (const [i, result] of (await Promise.all(calls)).entries()) {
    check(result.data, LAYERS[i]?.expected ?? bigExpected, "async");
  }
}

async function abortedCalls(round) {
  const controller = new AbortController();
  const calls = Array.from({ length: 12 }, () =>
    F.conv2dAsync(big, bigWeight, { ...bigOptions, signal: controller.signal }),
  );
  const settled = Promise.allSettled(calls);
  await (round % 2 === 0 ? turn() : sleep(round % 7));
  controller.abort();
  for (const { status, value, reason } of await settled) {
    if (status === "fulfilled") check(value.data, bigExpected, "async");
    else assert(reason === controller.signal.reason, "another reason");
    if (status === "rejected") ++done.aborted;
  }
}

async function worker(round) {
  const answers = round % 2 === 0;
  const file = new URL("../test/reliability/children/soak-worker.mjs", import.meta.url);
  const made = new Worker(file, { workerData: { answers } });
  const ended = new Promise((resolve) => made.once("exit", resolve));
  const message = await new Promise((resolve, reject) => made.once("message", resolve).once("error", reject));
  if (answers) {
    await ended;
    check(message, expected, "workers");
  } else {
    await sleep(round % 20);
    await made.terminate();
    ++done.terminated;
  }
}

function syncCalls() {
  check(F.conv2d(x, w, options).data, expected, "sync");
  check(F.conv2d(big, bigWeight, bigOptions).data, bigExpected, "sync");
  for (const layer of LAYERS) check(layer.plan.run(layer.input), layer.expected, "sync");
  // Gone to nobody: its memory comes back.
  const { data } = F.conv2d(big, bigWeight, bigOptions);
  structuredClone(data, data.buffer instanceof ArrayBuffer ? { transfer: [data.buffer] } : undefined);
}

async function modules() {
  const conv = new nn.DepthwiseConv2d(16, 16, 3, { bias: false });
  conv.loadStateDict({ weight: w });
  check(conv.forward(x).data, expected, "modules");
  check((await conv.forwardAsync(x)).data, expected, "modules");
  conv.weight.fill(0);
  conv.forward(x);
}

/**
 * As many calls at once as fill what the addon keeps for reuse. It keeps at most 96 MB, of the most that was ever needed
 * at once: left to chance, a block of 3.7 MB is added in mid-run whenever more calls than before overlap.
 */
async function fillIdleBlocks() {
  const calls = Array.from({ length: 40 }, () => F.conv2dAsync(big, bigWeight, bigOptions));
  for (const result of await Promise.all(calls)) check(result.data, bigExpected, "async");
}

async function sample(begin) {
  for (let i = 0; i < 3; ++i) {
    globalThis.gc();
    await turn();
  }
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return {
    s: Math.round((performance.now() - begin) / 1000),
    rss: rss / 1e6,
    heap: heapUsed / 1e6,
    arrays: arrayBuffers / 1e6,
  };
}

const begin = performance.now();
const samples = [];
let nextSample = 0;
let workers = 0;
await fillIdleBlocks();
for (let round = 0; performance.now() - begin < 1000 * seconds; ++round) {
  syncCalls();
  await asyncCalls();
  if (round % 3 === 0) await abortedCalls(round);
  if (performance.now() - begin >= 1000 * workerEvery * workers) await worker(workers++);
  if (round % 5 === 0) await modules();
  // A process that does nothing else would take a machine for itself.
  await sleep(20);
  if (performance.now() - begin < nextSample) continue;
  nextSample = performance.now() - begin + 1000 * Number(values.every);
  samples.push(await sample(begin));
  if (samples.length % 30 === 0) console.log(JSON.stringify({ ...samples.at(-1), ...done }));
}
samples.push(await sample(begin));
const level = samples.filter(({ s }) => s >= warmUp);
const slope = fitSlope(level.map(({ s, rss }) => [s / 3600, rss]));
report({ slope, warmUp, done, samples: samples.map(({ s, rss }) => [s, Number(rss.toFixed(1))]) });
