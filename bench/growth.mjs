// How speed grows: share of the roofline at each size against channels, batch and image, from 1e4 to 1e9 multiply-adds, on one
// thread and on more; and whether odd sizes fall behind the next multiple of a vector.
import { timeShape } from "./layers.mjs";
import { rooflineMs } from "./limits.mjs";
import { bytes, flop, makeOperands, parseDescriptor } from "./shapes.mjs";
import { compareSides, ratio } from "./timing.mjs";

const depthwise = (n, c, size, rest = "k3x3_s1_p1") => `n${n}_c${c}_i${size}x${size}_o${c}_${rest}_d1_g${c}`;
const grouped = (c, size) => `n1_c${c}_i${size}x${size}_o${c}_k3x3_s1_p1_d1_g${c / 8}`;
const dense = (c, size, rest) => `n1_c${c}_i${size}x${size}_o${c}_${rest}_d1_g1`;

/** What grows in each series, and the problem at a value of it. */
export const SERIES = [
  {
    name: "depthwise 3x3, 32 channels",
    axis: "H = W",
    at: (v) => depthwise(1, 32, v),
    values: [6, 14, 28, 56, 112, 224, 448, 896, 1848],
  },
  {
    name: "depthwise 3x3, 28x28",
    axis: "C",
    at: (v) => depthwise(1, v, 28),
    values: [2, 8, 32, 128, 512, 2048, 8192, 32768, 131072],
  },
  {
    name: "depthwise 3x3, 32 channels, 28x28",
    axis: "N",
    at: (v) => depthwise(v, 32, 28),
    values: [1, 2, 8, 32, 128, 512, 2048],
  },
  {
    name: "grouped 3x3, 8 channels a group, 64 channels",
    axis: "H = W",
    at: (v) => grouped(64, v),
    values: [4, 7, 14, 28, 56, 112, 224, 448],
  },
  {
    name: "dense 3x3, 28x28",
    axis: "C",
    at: (v) => dense(v, 28, "k3x3_s1_p1"),
    values: [2, 4, 8, 16, 32, 64, 128, 256, 376],
  },
  {
    name: "pointwise, 28x28",
    axis: "C",
    at: (v) => dense(v, 28, "k1x1_s1_p0"),
    values: [4, 8, 16, 32, 64, 128, 256, 512, 1024],
  },
];

const SIZES = [13, 15, 27, 57, 113];
const CHANNELS = [1, 3, 5, 100];
// Rows a multiple of 2 KB apart, which meet in a cache, against rows that do not.
const WIDTHS = [512, 1024];
const rows = (width, rest) => `n1_c4_i64x${width}_o4_${rest}_g4`;
const nextMultiple = (value) => Math.ceil((value + 1) / 8) * 8;

/** Pairs of an odd size, or of one that meets itself in a cache, and the next larger multiple of eight, which must not be faster. */
export const PAIRS = [
  ...SIZES.flatMap((size) =>
    [
      ["depthwise 3x3", (v) => depthwise(1, 64, v)],
      ["depthwise 3x3, stride 2", (v) => depthwise(1, 64, v, "k3x3_s2_p1")],
      ["depthwise 5x5", (v) => depthwise(1, 64, v, "k5x5_s1_p2")],
      ["depthwise 7x7", (v) => depthwise(1, 64, v, "k7x7_s1_p3")],
      ["pointwise, 64 channels", (v) => dense(64, v, "k1x1_s1_p0")],
      ["dense 3x3, 16 channels", (v) => dense(16, v, "k3x3_s1_p1")],
    ].map(([what, at]) => ({ what, axis: "H = W", value: size, multiple: nextMultiple(size), at })),
  ),
  ...CHANNELS.flatMap((channels) =>
    [
      ["depthwise 3x3, 56x56", (v) => depthwise(1, v, 56)],
      ["pointwise, 56x56", (v) => dense(v, 56, "k1x1_s1_p0")],
      ["dense 3x3, 28x28", (v) => dense(v, 28, "k3x3_s1_p1")],
    ].map(([what, at]) => ({ what, axis: "C", value: channels, multiple: nextMultiple(channels), at })),
  ),
  ...WIDTHS.flatMap((width) =>
    [
      ["depthwise 3x3, 64 rows", (v) => rows(v, "k3x3_s1_p1_d1")],
      ["depthwise 3x3, stride 2, 64 rows", (v) => rows(v, "k3x3_s2_p1_d1")],
      ["depthwise 3x3 dilated by 2, 64 rows", (v) => rows(v, "k3x3_s1_p2_d2")],
      ["depthwise 5x5, 64 rows", (v) => rows(v, "k5x5_s1_p2_d1")],
      ["depthwise 7x7, 64 rows", (v) => rows(v, "k7x7_s1_p3_d1")],
    ].map(([what, at]) => ({ what, axis: "W", value: width, multiple: nextMultiple(width), at })),
  ),
];

export const growthSteps = SERIES.reduce((sum, { values }) => sum + values.length, 0) + PAIRS.length;

/** Two sides that differ only in the number of threads. */
function onThreads(side, threads) {
  return threads.map((count) => ({
    ...side,
    name: `${count}`,
    prepare: (shape, operands) => side.prepare(shape, operands, count),
  }));
}

/** `rounds(done)` says how many for a step, `done` (0 to 1) being over. Returns { series: [{ name, axis, points: [{ value, flop, bytes, times, share }] }], odd: [...] }, times and share by threads. */
export async function measureGrowth({ side, threads, limits, rounds, onStep }) {
  const series = [];
  let steps = 0;
  for (const { name, axis, at, values } of SERIES) {
    const points = [];
    for (const value of values) {
      onStep(`${name}, ${axis} ${value}`);
      const now = rounds(steps++ / growthSteps);
      const shape = parseDescriptor(at(value));
      const { times } = await timeShape(shape, onThreads(side, threads), threads[0], {
        rounds: now,
        batchMs: 3,
        warmMs: 10,
      });
      const work = { flop: flop(shape), bytes: bytes(shape) };
      const share = Object.fromEntries(
        threads.map((count) => [count, limits[count] ? rooflineMs(work, limits[count]) / times[count].median : null]),
      );
      const median = Object.fromEntries(threads.map((count) => [count, times[count].median]));
      points.push({ value, ...work, median, share });
    }
    series.push({ name, axis, points });
  }
  const odd = [];
  for (const pair of PAIRS) {
    onStep(`${pair.what}, ${pair.axis} ${pair.value}`);
    odd.push(await comparePair(pair, side, threads[0], rounds(steps++ / growthSteps)));
  }
  return { series, odd };
}

/** How many times the larger multiple's time an odd size takes; above 1.05 it is a cliff. */
async function comparePair({ what, axis, value, multiple, at }, side, threads, rounds) {
  const sides = [];
  for (const each of [value, multiple]) {
    const shape = parseDescriptor(at(each));
    const { begin, run } = await side.prepare(shape, makeOperands(shape), threads);
    sides.push({ name: String(each), begin, run });
  }
  const times = await compareSides(sides, { rounds: Math.max(9, rounds), batchMs: 2, warmMs: 8 });
  return { what, axis, value, multiple, descriptor: at(value), slower: ratio(times[value], times[multiple]) };
}
