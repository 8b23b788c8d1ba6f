// What JavaScript can do to a buffer while a call that reads or fills it is pending. The result must be that of the
// data at the call, or (for `out` alone) ERR_DEPTHWISE_DETACHED; the process must live.
import {
  argument,
  assert,
  loadAddon,
  makeLayer,
  report,
  sameBits,
  sleep,
  startRun,
  turn,
} from "../../support/child-addon.mjs";

const tries = Number(argument(0));
const addon = loadAddon();
const held = [];

const hasTransfer = typeof ArrayBuffer.prototype.transfer === "function";
const actions = {
  structuredClone: (buffer) => structuredClone(buffer, { transfer: [buffer] }),
  postMessage: (buffer) => {
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(buffer, [buffer]);
    port1.close();
    port2.close();
  },
  ...(hasTransfer ? { transfer: (buffer) => buffer.transfer() } : {}),
  "resize to nothing": (buffer) => buffer.resize(0),
  "resize to half": (buffer) => buffer.resize(buffer.byteLength / 2),
  grow: (buffer) => buffer.resize(buffer.maxByteLength),
  overwrite: (buffer) => new Uint8Array(buffer).fill(0xff),
  drop: () => {},
};
const instants = { "at once": () => {}, "next turn": turn, "1 ms": () => sleep(1), "8 ms": () => sleep(8) };
const operands = ["input", "weight", "bias", "out"];

/** A copy in memory that is mapped by itself where it is large, so that it is unmapped when it is freed. */
function inBuffer(array, isResizable, tracksLength) {
  const bytes = array.byteLength;
  const buffer = isResizable ? new ArrayBuffer(bytes, { maxByteLength: 2 * bytes }) : new ArrayBuffer(bytes);
  const copy = tracksLength ? new array.constructor(buffer) : new array.constructor(buffer, 0, array.length);
  copy.set(array);
  return copy;
}

/** Garbage takes the place of whatever was freed. */
function disturb() {
  globalThis.gc();
  held.length = 0;
  for (let i = 0; i < 8; ++i) held.push(new Float32Array(1 << 16).fill(1e30));
}

async function attack(layer, operand, act, instant, options) {
  const arrays = {
    input: layer.input,
    weight: layer.weight,
    bias: layer.bias,
    out: new layer.ArrayType(layer.expected.length),
  };
  const { isResizable, tracksLength, isOut } = options;
  for (const name of operands) arrays[name] = inBuffer(arrays[name], name === operand && isResizable, tracksLength);
  if (!isOut) arrays.out = null;
  let victim = arrays[operand];
  const pending = startRun(addon, layer, arrays).then(
    (result) => ({ result }),
    (error) => ({ error }),
  );
  await instant();
  act(victim.buffer);
  victim = null;
  if (operand !== "out" || act === actions.drop) arrays[operand] = null;
  disturb();
  const { result, error } = await pending;
  if (error) {
    assert(operand === "out" && error.code === "ERR_DEPTHWISE_DETACHED", `${error.code}: ${error.message}`);
    return "refused";
  }
  // What is done to `out` after the result stands in it is the caller's business.
  const isChanged = operand === "out" && act !== actions.drop;
  assert(isChanged || sameBits(result, layer.expected), "the result is not that of the data at the call");
  return "right";
}

const layers = [
  makeLayer(addon, { channels: 4, height: 8 }),
  makeLayer(addon, { channels: 32, height: 56, batch: 2 }),
  makeLayer(addon, { channels: 8, height: 32, float64: true }),
];
const counts = { right: 0, refused: 0 };
let cells = tries;
for (let i = 0; i < tries; ++i) {
  for (const layer of layers) {
    for (const operand of operands) {
      for (const [name, act] of Object.entries(actions)) {
        for (const [when, instant] of Object.entries(instants)) {
          const isResizable = /^(resize|grow)/.test(name);
          const options = { isResizable, tracksLength: ++cells % 2 === 0, isOut: operand === "out" };
          try {
            ++counts[await attack(layer, operand, act, instant, options)];
          } catch (error) {
            throw new Error(`${name}, ${when}, ${operand}: ${error.message}`);
          }
        }
      }
    }
  }
}
report(counts);
