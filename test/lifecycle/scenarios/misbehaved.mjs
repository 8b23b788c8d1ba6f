// Arguments that lie: the addon reads no property that JavaScript could define, and refuses everything else.
import {
  assert,
  depthwise,
  loadAddon,
  makeLayer,
  report,
  sameBits,
  startRun,
  thrownBy,
} from "../../support/child-addon.mjs";

const addon = loadAddon();
const layer = makeLayer(addon);
const { plan, packed, weight, bias, batch, input, expected } = layer;
const touched = [];

/** A typed array whose every visible property lies, and notes that it was asked. */
class Liar extends Float32Array {
  static get [Symbol.species]() {
    touched.push("species");
    return Float64Array;
  }
}
for (const name of ["length", "byteLength", "byteOffset", "buffer", Symbol.toStringTag, "valueOf", "toString"]) {
  Object.defineProperty(Liar.prototype, name, {
    get() {
      touched.push(String(name));
      return 1e9;
    },
  });
}
const lying = (array) => new Liar(array);
const plain = (array) => {
  Object.setPrototypeOf(array, Float32Array.prototype);
  return array;
};

const output = new Liar(expected.length);
addon.run(plan, packed, batch, lying(input), output);
assert(sameBits(plain(output), expected), "run");
const out = new Liar(expected.length);
await startRun(addon, layer, { input: lying(input), weight: lying(weight), bias: lying(bias), out });
assert(sameBits(plain(out), expected), "runAsync");
assert(touched.length === 0, `read ${touched}`);

const detached = new Float32Array(input);
structuredClone(detached.buffer, { transfer: [detached.buffer] });
const shrunk = new Float32Array(new ArrayBuffer(input.byteLength, { maxByteLength: input.byteLength }));
shrunk.buffer.resize(8);
const evil = { valueOf: () => touched.push("valueOf"), [Symbol.toPrimitive]: () => touched.push("toPrimitive") };
const notArrays = [detached, shrunk, evil, null, undefined, 7, "x", [], {}, new Float64Array(input.length)];
notArrays.push(new Float32Array(input.length - 1), new Float32Array(input.length + 1), new DataView(input.buffer));
notArrays.push(input.buffer, new Proxy(input, {}), new Int32Array(input.length), Symbol("x"), 10n);
const notCounts = [evil, -1, 0.5, Number.NaN, Infinity, 2 ** 53, "1", null, undefined, 1n, Symbol("x"), [1]];
const noop = () => {};
let refused = 0;
function refuses(body, name) {
  const thrown = thrownBy(body);
  assert(thrown?.code === "ERR_DEPTHWISE_INTERNAL", `${name}: ${JSON.stringify(thrown)}`);
  assert(thrown.message.startsWith("depthwise internal: "), thrown.message);
  ++refused;
}
for (const bad of notArrays) {
  refuses(() => addon.run(plan, packed, batch, bad, output), "run input");
  refuses(() => addon.run(plan, packed, batch, input, bad), "run output");
  refuses(() => addon.runNew(plan, packed, batch, bad), "runNew input");
  refuses(() => addon.runOnce(plan, bad, bias, batch, input, output), "runOnce weight");
  refuses(() => addon.runOnce(plan, weight, bad, batch, input, output), "runOnce bias");
  refuses(() => addon.runOnceNew(plan, bad, bias, batch, input), "runOnceNew weight");
  refuses(() => addon.pack(plan, bad, bias), "pack weight");
  refuses(() => addon.pack(plan, weight, bad), "pack bias");
  refuses(() => addon.runAsync(plan, packed, null, null, batch, bad, null, noop), "runAsync input");
  refuses(() => addon.runAsync(plan, null, bad, bias, batch, input, null, noop), "runAsync weight");
  if (bad !== null && bad !== undefined) {
    refuses(() => addon.runAsync(plan, packed, null, null, batch, input, bad, noop), "runAsync out");
  }
  refuses(() => addon.createPlan(bad, "", ""), "createPlan");
  refuses(() => addon.refusals(bad), "refusals");
}
for (const bad of notCounts) {
  refuses(() => addon.run(plan, packed, bad, input, output), "run batch");
  refuses(() => addon.runAsync(plan, packed, null, null, bad, input, null, noop), "runAsync batch");
  refuses(() => addon.setNumThreads(bad), "setNumThreads");
}
for (const bad of [null, undefined, {}, 1, "x"]) {
  refuses(() => addon.runAsync(plan, packed, null, null, batch, input, null, bad), "runAsync settle");
}
for (const bad of [null, 1, {}, "x".repeat(5000)]) {
  refuses(() => addon.createPlan(new Int32Array(27), bad, ""), "createPlan isa");
  refuses(() => addon.createPlan(new Int32Array(27), "", bad), "createPlan kernel");
  refuses(() => addon.availableThreads(bad), "availableThreads");
}
// undefined is nothing, as null is; a bias that the geometry does not have is something.
await new Promise((resolve) =>
  addon.runAsync(plan, packed, undefined, undefined, batch, input, undefined, (error, result) => {
    assert(error === null && sameBits(result, expected), "runAsync with undefined");
    resolve();
  }),
);
const plainGeometry = depthwise({});
plainGeometry[5] = 0;
const biasless = addon.createPlan(plainGeometry, "", "");
refuses(() => addon.pack(biasless, weight, bias), "pack with a bias too many");
addon.pack(biasless, weight, undefined);
// Sizes that are in range, and no longer where the padding lies around the image.
const wide = depthwise({ channels: 1, height: 2 ** 26, kernel: 1, paddingMode: 3 });
for (const at of [15, 21]) wide.set([2 ** 26, 1, 8, 1, 2 ** 26, 2 ** 26], at);
assert(thrownBy(() => addon.createPlan(wide, "", ""))?.code === "ERR_DEPTHWISE_BACKEND", "a plan past 2^53 elements");
assert(addon.refusals(wide).length === addon.kernels().length, "a kernel takes an image past 2^53 elements");
// A result that no array can hold.
const many = depthwise({ channels: 1, height: 256, kernel: 1 });
many[7] = 2 ** 19;
const pixels = new Float32Array(2 ** 16);
const wider = [addon.createPlan(many, "", ""), new Float32Array(2 ** 19), new Float32Array(2 ** 19), 1, pixels];
assert(thrownBy(() => addon.runOnceNew(...wider))?.code === "ERR_DEPTHWISE_MEMORY", "a result of 128 GB");
for (const name of Object.keys(addon)) thrownBy(() => addon[name]());
assert(touched.length === 0, `read ${touched}`);
report({ refused });
