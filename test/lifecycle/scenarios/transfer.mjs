// ArrayBuffer.prototype.transfer() of Node 22 gives results a plain buffer. Whatever a program puts in its place, a result
// has the right numbers, and no exception comes of it.
import { assert, loadAddon, makeLayer, report, sameBits, startRun } from "../../support/child-addon.mjs";

const addon = loadAddon();
const layer = makeLayer(addon, { channels: 64, height: 56 });
const STANDINS = [
  undefined,
  7,
  () => 7,
  () => ({}),
  () => null,
  () => new ArrayBuffer(8),
  () => new SharedArrayBuffer(layer.input.byteLength),
  () => layer.input.buffer,
  () => {
    throw new Error("no transfer");
  },
  function () {
    return this;
  },
  function () {
    return this.slice();
  },
];
let right = 0;
for (const value of STANDINS) {
  Object.defineProperty(ArrayBuffer.prototype, "transfer", { configurable: true, writable: true, value });
  const results = [
    addon.runNew(layer.plan, layer.packed, 1, layer.input),
    addon.runOnceNew(layer.plan, layer.weight, layer.bias, 1, layer.input),
    await startRun(addon, layer),
  ];
  for (const result of results) {
    assert(sameBits(result, layer.expected), `a result is wrong with ${value}`);
    assert(result.buffer !== layer.input.buffer, "a result lies over the input");
    ++right;
  }
}
report({ right });
