// Random shapes, random floats: the bits of one thread, of others, sync and async, of an image alone and in its batch.
import { functional as F, setNumThreads, tensor } from "../../../dist/index.js";
import { argument, assert, report, sameBits } from "../../support/child-addon.mjs";

const from = Number(argument(0));
const count = Number(argument(1));
const THREADS = [2, 3, 5, 8, 16];
const CALLS = {
  1: [F.conv1d, F.conv1dAsync, F.planConv1d],
  2: [F.conv2d, F.conv2dAsync, F.planConv2d],
  3: [F.conv3d, F.conv3dAsync, F.planConv3d],
};

/** A stream of its own for each shape, so that any of them can be repeated alone (splitmix32). */
function stream(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4294967296;
  };
}

const product = (shape) => shape.reduce((a, b) => a * b, 1);

/** A problem that is large enough for several threads and small enough for thousands of them. */
function makeShape(index) {
  const next = stream(index);
  const upTo = (top) => 1 + Math.floor(next() * top);
  const pick = (items) => items[Math.floor(next() * items.length)];
  const rank = pick([1, 2, 2, 2, 2, 3]);
  const kind = pick(["depthwise", "depthwise", "grouped", "dense", "pointwise"]);
  const groups = { depthwise: upTo(48), grouped: upTo(8), dense: 1, pointwise: pick([1, 1, 2]) }[kind];
  const inPerGroup = kind === "depthwise" ? 1 : upTo(24);
  const outPerGroup = kind === "depthwise" ? pick([1, 1, 2]) : upTo(24);
  const isPoint = kind === "pointwise";
  const kernel = Array.from({ length: rank }, () => (isPoint ? 1 : rank === 3 ? upTo(3) : pick([1, 2, 3, 3, 3, 5, 7])));
  const space = Array.from({ length: rank }, (_, axis) => kernel[axis] + upTo([600, 60, 14][rank - 1]));
  const batch = upTo(3);
  const layout = pick(["NCHW", "NCHW", "NHWC"]);
  const channels = groups * inPerGroup;
  const stride = isPoint ? 1 : pick([1, 1, 2]);
  return {
    rank,
    batch,
    input: layout === "NCHW" ? [batch, channels, ...space] : [batch, ...space, channels],
    weight: [groups * outPerGroup, inPerGroup, ...kernel],
    options: {
      groups,
      layout,
      stride,
      padding: kernel.map((size) => Math.floor(size / 2)),
      paddingMode: pick(["zeros", "zeros", "zeros", "reflect", "circular"]),
      activation: pick([null, null, "silu", "relu"]),
    },
    ArrayType: pick([Float32Array, Float32Array, Float32Array, Float64Array]),
    random: next,
  };
}

function fill({ ArrayType, random }, shape) {
  const array = new ArrayType(product(shape));
  for (let i = 0; i < array.length; ++i) array[i] = 2 * random() - 1;
  return tensor(array, shape);
}

// Short calls do not wake threads: one that does, just before, so that they take part.
const long = F.planConv2d([1, 64, 112, 112], tensor(new Float32Array(64 * 9), [64, 1, 3, 3]), null, {
  groups: 64,
  padding: 1,
});
const longInput = new Float32Array(64 * 112 * 112);
const wakeThreads = () => long.run(longInput);

async function tryShape(index) {
  const shape = makeShape(index);
  const { rank, batch, options } = shape;
  const [call, callAsync, makePlan] = CALLS[rank];
  const x = fill(shape, shape.input);
  const w = fill(shape, shape.weight);
  const b = fill(shape, [shape.weight[0]]);
  setNumThreads(1);
  const expected = call(x, w, b, options);
  const problem = `shape ${index}: ${JSON.stringify([shape.input, shape.weight, options])}`;
  const check = (result, how) => assert(sameBits(result, expected.data), `other bits, ${how}, ${problem}`);
  let runs = 0;
  for (const threads of THREADS) {
    setNumThreads(threads);
    wakeThreads();
    check(call(x, w, b, options).data, `${threads} threads`);
    wakeThreads();
    check((await callAsync(x, w, b, options)).data, `async, ${threads} threads`);
    runs += 2;
  }
  // Many at once, each seeing whatever team the others leave it; and a plan, whose weights are packed.
  const plan = makePlan(shape.input, w, b, options);
  const atOnce = [callAsync(x, w, b, options), plan.runAsync(x.data), callAsync(x, w, b, options)];
  check(plan.run(x.data), "a plan beside async calls");
  for (const result of await Promise.all(atOnce)) check(result.data ?? result, "calls at once");
  const inputs = x.numel / batch;
  const outputs = expected.numel / batch;
  for (let n = 0; n < batch; ++n) {
    const alone = call(
      tensor(x.data.subarray(n * inputs, (n + 1) * inputs), [1, ...shape.input.slice(1)]),
      w,
      b,
      options,
    );
    assert(sameBits(alone.data, expected.data.slice(n * outputs, (n + 1) * outputs)), `image ${n} alone, ${problem}`);
  }
  return runs + 4 + batch;
}

let compared = 0;
for (let index = from; index < from + count; ++index) compared += await tryShape(index);
report({ tries: count, outcomes: { "results of equal bits": compared } });
