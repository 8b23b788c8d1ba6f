// Whether fs and dns answer, and the event loop turns, while thousands of calls are pending.
import { lookup } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { argument, assert, loadAddon, makeLayer, report, sameBits, startRun } from "../../support/child-addon.mjs";

const calls = Number(argument(0));
const size = Number(argument(1, 28));
const addon = loadAddon();
const layer = makeLayer(addon, { channels: 32, height: size });
const percentile = (times) => times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0;

async function timesUntil(isOver) {
  const times = [];
  for (let i = 0; !isOver(); ++i) {
    const begin = performance.now();
    await (i % 8 === 7 ? lookup("localhost") : readFile(import.meta.filename));
    times.push(performance.now() - begin);
  }
  return times;
}

// The control: the same reads with nothing else to do.
const controlEnd = performance.now() + 300;
const control = percentile(await timesUntil(() => performance.now() > controlEnd));

const pending = Array.from({ length: calls }, () => startRun(addon, layer, { packed: layer.packed }));
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const begin = performance.now();
let isOver = false;
const reading = timesUntil(() => isOver);
let right = 0;
// A few of the numbers: comparing all would take the event loop's time.
const some = (array) => array.subarray(-1000);
for (const run of pending) if (sameBits(some(await run), some(layer.expected))) ++right;
isOver = true;
delay.disable();
const took = performance.now() - begin;
const times = await reading;
assert(right === calls, `${calls - right} results are wrong`);
report({ took, reads: times.length, control, p99: percentile(times), loop: delay.percentile(99) / 1e6 });
