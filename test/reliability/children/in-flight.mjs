// How long a file takes to read beside thousands of pending calls, with the same reads in the same process before and
// after, when nothing is pending, as a control.
import { readFile } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { argument, assert, loadAddon, makeLayer, report, sameBits, startRun } from "../../support/child-addon.mjs";

const calls = Number(argument(0));
const addon = loadAddon();
// So slow that they are still pending when the last one is started, and small: each holds a copy of its input.
const layer = makeLayer(addon, { channels: 8, height: 28, kernel: 7, isa: "scalar" });

async function readUntil(isOver) {
  const times = [];
  while (!isOver()) {
    const begin = performance.now();
    await readFile(import.meta.filename);
    times.push(performance.now() - begin);
  }
  return times;
}

async function readFor(ms) {
  const end = performance.now() + ms;
  return await readUntil(() => performance.now() > end);
}

await readFor(50); // libuv's threads are there
const control = await readFor(400);
const begin = performance.now();
const pending = Array.from({ length: calls }, () => startRun(addon, layer, { packed: layer.packed }));
const started = performance.now() - begin;
// The turn that started them all is the caller's own; what comes after it is ours.
await new Promise((resolve) => setImmediate(resolve));
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let settled = 0;
const results = Promise.all(
  pending.map(async (call) => {
    const result = await call;
    ++settled;
    if (settled % 100 === 0) assert(sameBits(result, layer.expected), "a result is wrong");
  }),
);
const beside = await readUntil(() => settled === calls);
await results;
delay.disable();
control.push(...(await readFor(400)));
report({ beside, control, started, loop: delay.percentile(99) / 1e6 });
