// Plans, weights, pending calls and results dropped as fast as they are made, with the collector running all along.
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

const rounds = Number(argument(0));
const addon = loadAddon();
const expected = makeLayer(addon, { channels: 64, height: 56 }).expected;
let right = 0;
for (let i = 0; i < rounds; ++i) {
  // The plan and the weights live no longer than the call that uses them.
  let layer = makeLayer(addon, { channels: 64, height: 56 });
  const pending = [startRun(addon, layer, { packed: layer.packed }), startRun(addon, layer)];
  for (let k = 0; k < 10; ++k) addon.pack(layer.plan, layer.weight, layer.bias);
  addon.runNew(layer.plan, layer.packed, 1, layer.input);
  layer = null;
  globalThis.gc();
  if (i % 3 === 0) await turn();
  globalThis.gc();
  for (const result of await Promise.all(pending)) {
    assert(sameBits(result, expected), "a result is wrong");
    ++right;
  }
}
// Results that are still held are nobody else's.
const layer = makeLayer(addon, { channels: 64, height: 56 });
const zeros = { ...layer, input: new Float32Array(layer.input.length) };
const kept = [];
for (let i = 0; i < 40; ++i) {
  kept.push(await startRun(addon, layer, { packed: layer.packed }));
  await startRun(addon, zeros, { packed: layer.packed });
  addon.runNew(layer.plan, layer.packed, 1, zeros.input);
  if (i % 4 === 0) globalThis.gc();
}
for (const result of kept) assert(sameBits(result, expected), "a held result was overwritten");
report({ right });
