// Questions that are not about one layer against a peer: the smallest call, calls after a pause, the shared bank against the
// plain one, the separable module against its two calls, and whether a NaN stays where it belongs.
import { makeOperands, parseDescriptor } from "./shapes.mjs";
import { compareSides, median, ratio } from "./timing.mjs";

const SMALLEST = "n1_c1_i3x3_o1_k3x3_s1_p1_d1_g1";
const SHARED = [
  { name: "256x56x56, 3x3", channels: 256, multiplier: 1, size: 56, kernel: 3 },
  { name: "96x56x56, 7x7", channels: 96, multiplier: 1, size: 56, kernel: 7 },
  { name: "384x14x14, 3x3", channels: 384, multiplier: 1, size: 14, kernel: 3 },
  { name: "240x28x28, 5x5", channels: 240, multiplier: 1, size: 28, kernel: 5 },
  { name: "32x112x112, 3x3, two kernels", channels: 32, multiplier: 2, size: 112, kernel: 3 },
  { name: "3x1080x1080, 3x3", channels: 3, multiplier: 1, size: 1080, kernel: 3 },
];
const SEPARABLE = [
  { name: "32 to 64, 112x112", from: 32, to: 64, size: 112 },
  { name: "144 to 24, 56x56", from: 144, to: 24, size: 56 },
  { name: "384 to 384, 14x14", from: 384, to: 384, size: 14 },
];
const PAUSED = ["n1_c192_i28x28_o192_k3x3_s1_p1_d1_g192", "n1_c144_i56x56_o144_k3x3_s1_p1_d1_g144"];
const TRANSFORMED = ["n1_c64_i56x56_o64_k3x3_s1_p1_d1_g1", "n1_c240_i28x28_o240_k3x3_s1_p1_d1_g15"];

export const callsSteps = 1 + SHARED.length + SEPARABLE.length + PAUSED.length + TRANSFORMED.length;

/** The smallest call, here and in the peers that JavaScript sees: microseconds by side. */
async function smallestCall(sides, rounds) {
  const shape = parseDescriptor(SMALLEST);
  const ready = [];
  for (const side of sides) ready.push({ name: side.name, ...(await side.prepare(shape, makeOperands(shape), 1)) });
  const times = await compareSides(ready, { rounds: Math.max(9, rounds), batchMs: 3 });
  for (const side of ready) await side.release();
  return Object.fromEntries(Object.entries(times).map(([name, side]) => [name, side.median * 1e3]));
}

function random(library, shape) {
  const t = library.zeros(shape);
  library.init.uniform(t, -1, 1);
  return t;
}

/** Time of the plain module over that of the shared one: above 1 the shared bank is faster. */
async function sharedBank(library, { channels, multiplier, size, kernel }, threads, rounds) {
  const { nn, zeros } = library;
  const x = random(library, [1, channels, size, size]);
  const outChannels = channels * multiplier;
  const side = (name, module) => {
    const out = zeros([1, outChannels, size, size]);
    return { name, begin: () => library.setNumThreads(threads), run: () => module.forward(x, { out }) };
  };
  const times = await compareSides(
    [
      side("plain", new nn.DepthwiseConv2d(channels, outChannels, kernel)),
      side("shared", new nn.SharedDepthwiseConv2d(channels, outChannels, kernel)),
    ],
    { rounds: Math.max(15, rounds) },
  );
  return { us: times.shared.median * 1e3, plainUs: times.plain.median * 1e3, gain: ratio(times.plain, times.shared) };
}

/** Time of the two calls over that of the module: below 1 the module would cost more than its parts. */
async function separable(library, { from, to, size }, threads, rounds) {
  const { nn, zeros } = library;
  const x = random(library, [1, from, size, size]);
  const block = new nn.DepthwiseSeparableConv2d(from, to, 3);
  const out = zeros([1, to, size, size]);
  const between = zeros([1, from, size, size]);
  const begin = () => library.setNumThreads(threads);
  const two = () => block.pointwise.forward(block.depthwise.forward(x, { out: between }), { out });
  const times = await compareSides(
    [
      { name: "module", begin, run: () => block.forward(x, { out }) },
      { name: "two calls", begin, run: two },
    ],
    { rounds: Math.max(21, rounds) },
  );
  return { us: times.module.median * 1e3, gain: ratio(times["two calls"], times.module) };
}

/** One call after a pause in which threads fall asleep: on `threads`, over the same on one. */
async function afterPause(library, descriptor, threads) {
  const shape = parseDescriptor(descriptor);
  const conv = new library.nn.DepthwiseConv2d(shape.inChannels, shape.outChannels, shape.kernel);
  const x = random(library, shape.inputShape);
  const out = library.zeros(shape.outputShape);
  const taken = { one: [], all: [] };
  for (let i = 0; i < 24; ++i) {
    const name = i % 2 ? "one" : "all";
    library.setNumThreads(name === "one" ? 1 : threads);
    conv.forward(x, { out });
    await new Promise((resolve) => setTimeout(resolve, 60));
    const begin = performance.now();
    conv.forward(x, { out });
    taken[name].push(performance.now() - begin);
  }
  return { descriptor, us: median(taken.all) * 1e3, oneUs: median(taken.one) * 1e3 };
}

/** Outputs that a NaN in the input does not touch must keep their values, in kernels by transforms too. */
function nanStays(library, descriptor) {
  const shape = parseDescriptor(descriptor);
  const { stride, pad: padding, groups, kernel } = shape;
  const conv = new library.nn.Conv2d(shape.inChannels, shape.outChannels, kernel, { stride, padding, groups });
  const x = random(library, shape.inputShape);
  const clean = conv.forward(x).data.slice();
  const [, width] = shape.input;
  const [ih, iw] = [9, 9];
  x.data[ih * width + iw] = Number.NaN;
  x.touch?.();
  const dirty = conv.forward(x).data;
  const plane = shape.output[0] * shape.output[1];
  let spread = 0;
  let missing = 0;
  for (let i = 0; i < dirty.length; ++i) {
    const group = Math.floor(i / plane / (shape.outChannels / groups));
    const [oh, ow] = [Math.floor((i % plane) / shape.output[1]), i % shape.output[1]];
    const touches = group === 0 && Math.abs(oh - ih) <= 1 && Math.abs(ow - iw) <= 1;
    const isClose = Math.abs(dirty[i] - clean[i]) <= 1e-3 + 1e-3 * Math.abs(clean[i]);
    if (touches && !Number.isNaN(dirty[i])) missing++;
    if (!touches && !isClose) spread++;
  }
  return { descriptor, spread, missing };
}

/** Everything above, on one thread and on `most`. */
export async function measureCalls({ library, sides, threads, rounds, onStep }) {
  onStep("smallest call");
  const smallest = await smallestCall(sides, rounds);
  const shared = [];
  for (const each of SHARED) {
    onStep(`shared bank ${each.name}`);
    for (const count of threads)
      shared.push({ name: each.name, threads: count, ...(await sharedBank(library, each, count, rounds)) });
  }
  const separables = [];
  for (const each of SEPARABLE) {
    onStep(`separable ${each.name}`);
    for (const count of threads)
      separables.push({ name: each.name, threads: count, ...(await separable(library, each, count, rounds)) });
  }
  const most = Math.max(...threads);
  const paused = [];
  for (const each of PAUSED) {
    onStep(`after a pause ${each}`);
    if (most > 1) paused.push({ threads: most, ...(await afterPause(library, each, most)) });
  }
  const nan = [];
  for (const each of TRANSFORMED) {
    onStep(`NaN ${each}`);
    nan.push(nanStays(library, each));
  }
  return { smallest, shared, separable: separables, paused, nan };
}
