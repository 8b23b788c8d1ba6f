// What the benchmark makes of its times: ratios, noise, goals, and what a wrong answer is.
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { compareResults } from "../../bench/compare.mjs";
import { compareCounts, totalOf } from "../../bench/counts.mjs";
import { goalsOf } from "../../bench/goals.mjs";
import { rooflineMs } from "../../bench/limits.mjs";
import { externalSide } from "../../bench/peers/external.mjs";
import { bytes, flop, largestError, makeOperands, parseDescriptor } from "../../bench/shapes.mjs";
import { compareSides, ratio, summary } from "../../bench/timing.mjs";
import { exampleResult } from "./example-result.js";

const small = parseDescriptor("n1_c4_i6x6_o4_k3x3_s1_p1_d1_g4");

test("arithmetic inside the image and bytes follow from the descriptor", () => {
  expect(flop(small)).toBe(2 * 4 * 16 ** 2);
  expect(bytes(small)).toBe(4 * (144 + 144 + 36));
  expect(parseDescriptor("n1_c4_i4x6x6_o4_k1x3x3_s1_p0x1x1_d1_g4").outputShape).toEqual([1, 4, 4, 6, 6]);
  expect(parseDescriptor("n1_c4_i8_o4_k4_s1_p3,0_d1_g4").pad).toEqual([3, 0]);
});

test("the limit is arithmetic or bytes, whichever is slower", () => {
  const limits = { gflops: 100, copy: [1e3, 1e6].map((size) => ({ bytes: size, GBs: 10 })) };
  expect(rooflineMs({ flop: 1e9, bytes: 1e3 }, limits)).toBeCloseTo(10);
  expect(rooflineMs({ flop: 1, bytes: 1e6 }, limits)).toBeCloseTo(0.1);
});

test("one wrong number is seen", () => {
  const operands = makeOperands(small);
  const output = new Float32Array(144);
  expect(largestError(small, operands, output)).toBeGreaterThan(1);
  expect(largestError(small, operands, output.slice(1))).toBe(Number.POSITIVE_INFINITY);
});

test("sides alternate in turn, and a slow one is timed once", async () => {
  const order: string[] = [];
  const side = (name: string, ms: number) => ({
    name,
    time(calls: number) {
      order.push(name);
      return calls > 0 ? ms : 0;
    },
  });
  const options = { rounds: 5, batchMs: 1, warmMs: 0, slowMs: 100 };
  const times = await compareSides([side("a", 1), side("b", 2), side("slow", 500)], options);
  expect(times["a"]?.rounds.length).toBe(5);
  expect(times["slow"]?.rounds).toEqual([500]);
  expect(order.slice(3).join("")).toBe("abbaababba");
  expect(ratio(times["b"] as BenchTimes, times["a"] as BenchTimes)).toBe(2);
});

test("comparing finds a change under a drift, and none within the noise", () => {
  const before = exampleResult();
  const drifted = compareResults(before, exampleResult({ machine: 1.3 }));
  expect(drifted.drift).toBeCloseTo(0.3, 2);
  expect(drifted.rows.filter(({ mark }) => mark !== "")).toEqual([]);
  const faster = compareResults(before, exampleResult({ machine: 1.3, speed: 0.8 }));
  expect(new Set(faster.rows.map(({ mark }) => mark))).toEqual(new Set(["faster"]));
  expect(faster.rows[0]?.change).toBeCloseTo(-0.2, 2);
  const noisy = compareResults(exampleResult({ jitter: 0.3 }), exampleResult({ jitter: 0.3, speed: 0.95 }));
  expect(noisy.rows.filter(({ mark }) => mark !== "")).toEqual([]);
});

test("goals say what is met and name what is lost", () => {
  const goal = (speed: number, words: RegExp) =>
    goalsOf(exampleResult({ speed })).find(({ what }) => words.test(what)) ?? { met: null, losses: [] };
  expect(goal(0.1, /^each layer against the best peer in plain NCHW, 1 thread/)).toMatchObject({
    met: true,
    losses: [],
  });
  const lost = goal(3, /^each layer against the best peer in plain NCHW, 1 thread/);
  expect(lost.met).toBe(false);
  expect(lost.losses[0]).toMatch(/^mbv1-32x112 0\.\d\dx \(onnxruntime-node\)$/);
  expect(goal(1, /^the smallest call/).met).toBe(true);
  expect(goal(1, /^separable module/).losses).toEqual(["32 to 64, 1t 0.90x"]);
  expect(goal(1, /^odd sizes/).met).toBe(false);
  expect(goal(1, /^JavaScript fallback/).met).toBe(null); // not measured, so not met
});

test("instruction counts: more is a regression, less is said, another kernel is said", () => {
  expect(totalOf("events: Ir\nfn=(1)\n1 2\n\ntotals: 1234\n")).toBe(1234);
  const baseline = { a: { kernel: "x", instructions: 1000 }, b: { kernel: "x", instructions: 1000 } };
  const now = { a: { kernel: "x", instructions: 1040 }, b: { kernel: "y", instructions: 900 } };
  const { worse, better, moved } = compareCounts(baseline, now, 0.03);
  expect(worse).toEqual(["a: 1000 -> 1040 (4.0 %), x"]);
  expect(better).toHaveLength(1);
  expect(moved).toEqual(["b: x -> y"]);
  expect(compareCounts({}, now).worse).toHaveLength(2);
});

test("a peer in its own process: this package without its addon", async () => {
  const program = fileURLToPath(new URL("../../bench/peers/fallback.mjs", import.meta.url));
  const start = () => ({
    command: process.execPath,
    args: [program],
    env: { DEPTHWISE_BACKEND: "js", DEPTHWISE_ISA: "" },
  });
  const side = externalSide({ name: "js", layout: "plain", start, remedy: "" });
  try {
    expect(await side.load()).toMatch(/^\d+\.\d+/);
    const operands = makeOperands(small);
    const prepared = await side.prepare(small, operands, 1);
    expect(prepared.how).toBe("js");
    expect(largestError(small, operands, await prepared.output())).toBeLessThan(1);
    expect(await prepared.time(3)).toBeGreaterThan(0);
    expect(await prepared.release()).toBe("ok");
  } finally {
    side.close();
  }
});

test("a peer that is not installed says how to get it", async () => {
  const side = externalSide({ name: "none", layout: "plain", start: () => null, remedy: "apt-get install none" });
  await expect(side.load()).rejects.toThrow("apt-get install none");
});

test("medians and spreads", () => {
  expect(summary([3, 1, 2])).toEqual({ median: 2, min: 1, spread: 0.5, rounds: [3, 1, 2] });
});
