// Shared memory is read in place: another thread writes into it and it grows meanwhile. Numbers may be any, the
// process lives, and memory that nobody else holds stays until the call is complete.
import { Worker } from "node:worker_threads";
import {
  argument,
  assert,
  loadAddon,
  makeLayer,
  report,
  sameBits,
  startRun,
  turn,
} from "../../support/child-addon.mjs";

const tries = Number(argument(0));
const addon = loadAddon();
const layer = makeLayer(addon, { channels: 32, height: 56, batch: 2 });

function share(array) {
  const shared = new SharedArrayBuffer(array.byteLength, { maxByteLength: 4 * array.byteLength });
  const copy = new array.constructor(shared, 0, array.length);
  copy.set(array);
  return copy;
}

for (let i = 0; i < tries; ++i) {
  // Nobody holds the operands but the call.
  const pending = startRun(addon, layer, {
    input: share(layer.input),
    weight: share(layer.weight),
    bias: share(layer.bias),
  });
  globalThis.gc();
  await turn();
  globalThis.gc();
  assert(sameBits(await pending, layer.expected), "shared memory went away");
}

const input = share(layer.input);
const out = share(layer.expected);
const writer = new Worker(
  `const { workerData } = require("node:worker_threads");
   const array = new Int32Array(workerData);
   for (let i = 0; ; i = (i + 4099) % array.length) array[i] = i * 2654435761;`,
  { eval: true, workerData: input.buffer },
);
for (let i = 0; i < tries; ++i) {
  const pending = startRun(addon, layer, { input, out });
  if (input.buffer.byteLength + 4096 <= input.buffer.maxByteLength) input.buffer.grow(input.buffer.byteLength + 4096);
  assert((await pending) === out, "out");
}
await writer.terminate();
report({ tries });
