// The JavaScript backend on its own: choice of kernels, work cut into items, slices of async calls.
import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { usedRuns } from "../../lib/backend/fallback/patch.js";
import { Tiling } from "../../lib/backend/fallback/tiles.js";
import { createFallbackBackend } from "../../lib/backend/fallback.js";
import type { BackendPlan, FloatArray, Geometry } from "../../lib/backend/types.js";
import { makeProblem } from "../../lib/geometry.js";
import { CONV1D, CONV2D, CONV3D, readSettings, SHARED_DEPTHWISE_CONV2D } from "../../lib/settings.js";
import { optionsOf, type Problem, parse, rankOf, shapesOf } from "../support/descriptor.js";
import { fillRandom } from "../support/random.js";
import { reference } from "../support/reference.js";

const free = createFallbackBackend({ isa: null, kernel: null });

function geometryOf(problem: Problem): Geometry {
  const operation = problem.shared
    ? SHARED_DEPTHWISE_CONV2D
    : ([CONV1D, CONV2D, CONV3D][rankOf(problem) - 1] as typeof CONV1D);
  const { input, weight, bias } = shapesOf(problem);
  const settings = readSettings(operation, { ...optionsOf(problem) });
  return makeProblem(operation, settings, problem.dtype, input, weight, problem.bias ? bias : null).geometry;
}

interface Case {
  readonly problem: Problem;
  readonly geometry: Geometry;
  readonly input: FloatArray;
  readonly weight: FloatArray;
  readonly bias: FloatArray | null;
  readonly expected: Float64Array;
}

function makeCase(descriptor: string): Case {
  const problem = parse(descriptor);
  const geometry = geometryOf(problem);
  const ArrayType = problem.dtype === "float32" ? Float32Array : Float64Array;
  const random = (count: number, seed: number) => fillRandom(new ArrayType(count), "integers", seed);
  const input = random(problem.batch * geometry.inputElements, 1);
  const weight = random(geometry.weightElements, 2);
  const bias = problem.bias ? random(geometry.weightCount, 3) : null;
  return { problem, geometry, input, weight, bias, expected: reference(problem, input, weight, bias).value };
}

function run(plan: BackendPlan, { problem, input, weight, bias, expected }: Case): FloatArray {
  const output = (input.constructor as typeof Float32Array).from(expected, () => Number.NaN);
  plan.runOnce(weight, bias, problem.batch, input, output);
  return output;
}

/** Exactly the expected numbers; a failure shows the first that is another. */
function expectExact(got: FloatArray, expected: Float64Array, label = ""): void {
  expect(got.length).toBe(expected.length);
  const wrong = got.findIndex((value, index) => value !== expected[index]);
  expect(wrong === -1 ? "equal" : `${got[wrong]} for ${expected[wrong]} at ${wrong}`, label).toBe("equal");
}

describe("choice", () => {
  test.each([
    ["n1_c4_i8x8_o4_k3x3_p1_g4", "depthwise2d_k3/js"],
    ["n1_c4_i8x8_o8_k3x3_s2_p1_d2_g4", "depthwise2d_k3/js"],
    ["n1_c4_i8x8_o8_k3x3_p1_g4_shared_nhwc_f64", "depthwise2d_k3/js"],
    ["n1_c4_i8x8_o4_k5x5_p2_g4", "depthwise/js"],
    ["n1_c4_i9_o4_k4_g4", "depthwise/js"],
    ["n1_c4_i4x8x8_o4_k3x3x3_g4", "depthwise/js"],
    ["n1_c4_i8x8_o8_k1x1_g1", "grouped/js"],
    ["n1_c4_i8x8_o2_k3x3_g2", "grouped/js"],
  ])("%s by %s", (descriptor, kernel) => {
    const plan = free.plan(geometryOf(parse(descriptor)));
    expect(plan.kernel).toBe(kernel);
    expect(plan.isa).toBe("js");
    expect(plan.describe()).toContain(`kernel: ${kernel}\n`);
  });

  test("a forced kernel is used, with and without the ISA in its name", () => {
    const geometry = geometryOf(parse("n1_c4_i8x8_o4_k3x3_p1_g4"));
    for (const { name } of free.kernels) {
      for (const kernel of [name, `${name}/js`]) {
        expect(createFallbackBackend({ isa: "js", kernel }).plan(geometry).kernel).toBe(`${name}/js`);
      }
    }
  });

  test("what cannot be forced is an error", () => {
    const refused = (...shown: string[]) =>
      expect.objectContaining({ code: "ERR_DEPTHWISE_BACKEND", message: expect.stringMatching(shown.join(".*")) });
    expect(() => createFallbackBackend({ isa: "avx2", kernel: null })).toThrow(refused("avx2"));
    expect(() => createFallbackBackend({ isa: null, kernel: "winograd" })).toThrow(refused("winograd", "grouped/js"));
    const backend = createFallbackBackend({ isa: null, kernel: "depthwise2d_k3" });
    expect(() => backend.plan(geometryOf(parse("n1_c4_i8x8_o4_k5x5_g4")))).toThrow(
      refused("depthwise2d_k3/js", "1x5x5"),
    );
  });

  test("refusals give reasons; the reference takes everything", () => {
    const dense = free.refusals(geometryOf(parse("n1_c4_i8x8_o4_k3x3_g1")));
    expect(dense.map(({ kernel }) => kernel)).toEqual(["depthwise2d_k3/js", "depthwise/js"]);
    expect(dense[0]?.reason).toContain("4 input channels");
    expect(free.refusals(geometryOf(parse("n1_c4_i8x8_o8_k3x3_g4_shared")))).toEqual([
      { kernel: "grouped/js", reason: "the bank is shared" },
    ]);
  });

  test("one thread, whatever is asked for", () => {
    free.setNumThreads(8);
    expect(free.getNumThreads()).toBe(1);
  });
});

// Large enough for several tiles along each axis, small enough for the reference.
const TILED = [
  "n1_c1_i300x320_o1_k3x3_p1_g1",
  "n1_c1_i3x5000_o2_k3x3_s1x2_p1_g1_bias",
  "n1_c2_i40000_o2_k9_p4_g2",
  "n1_c1_i64x70_o1_k31x31_p15_g1",
  "n1_c1_i30x30x30_o1_k5x5x5_p2_g1_reflect",
  "n1_c3_i200x60_o2_k5x5_s3_p2_g1_nhwc_bias_relu",
  "n1_c70_i20x30_o50_k3x3_p1_g1",
  "n1_c4_i100x101_o8_k3x3_p1_g4_nhwc_shared_bias_circular",
  "n1_c8_i100x90_o8_k3x3_s8_p1_g8",
  "n1_c2_i150x150_o2_k3x3_p50_d50_g2_bias",
  "n1_c6_i60x60_o5_k3x3_p20_d20_g1_replicate",
  "n2_c160_i20x20_o90_k1x1_g1_f64",
];

describe("work that is cut into tiles", () => {
  test.each(TILED)("%s", (descriptor) => {
    const one = makeCase(descriptor);
    for (const { name } of free.kernels) {
      if (free.refusals(one.geometry).some(({ kernel }) => kernel === `${name}/js`)) continue;
      const plan = createFallbackBackend({ isa: null, kernel: name }).plan(one.geometry);
      expectExact(run(plan, one), one.expected, name);
    }
  });

  test("tiles cover each output once and keep to the limits", () => {
    const geometry = geometryOf(parse("n1_c1_i7x50x61_o1_k3x3x3_g1"));
    const [d, h, w] = geometry.axes;
    for (const maxCost of [1, 10, 1000, 1e6]) {
      for (const maxElements of [100, 5000, 1e6]) {
        const tiling = new Tiling(geometry, 1, maxCost, 1, maxElements);
        const seen = new Uint8Array(d.out * h.out * w.out);
        for (let index = 0; index < tiling.count; index++) {
          const tile = tiling.at(index);
          for (let z = tile.d; z < tile.d + tile.depth; z++) {
            for (let y = tile.h; y < tile.h + tile.rows; y++) {
              for (let x = tile.w; x < tile.w + tile.cols; x++) {
                const place = (z * h.out + y) * w.out + x;
                seen[place] = (seen[place] as number) + 1;
              }
            }
          }
        }
        expect(seen.every((count) => count === 1)).toBe(true);
        expect(tiling.depth * tiling.rows * tiling.cols).toBeLessThanOrEqual(maxCost);
      }
    }
  });
});

test("rows that no tap reads are left out", () => {
  const axis = (kernel: number, stride: number, dilation: number) =>
    ({ in: 99, kernel, stride, dilation, pad: 0, padEnd: 0, out: 1 }) as const;
  expect([...usedRuns(axis(3, 1, 1), 5)]).toEqual([0, 7]);
  expect([...usedRuns(axis(3, 2, 1), 3)]).toEqual([0, 7]);
  expect([...usedRuns(axis(2, 5, 1), 3)]).toEqual([0, 2, 5, 7, 10, 12]);
  expect([...usedRuns(axis(3, 1, 4), 2)]).toEqual([0, 2, 4, 6, 8, 10]);
  expect([...usedRuns(axis(1, 3, 1), 1)]).toEqual([0, 1]);
});

describe("what is not finite", () => {
  test.each(["depthwise2d_k3", "depthwise", "grouped", "reference"])(
    "spreads only where a tap touches it: %s",
    (kernel) => {
      const groups = kernel === "grouped" ? 1 : 2;
      const one = makeCase(`n1_c2_i9x9_o4_k3x3_p1_g${groups}`);
      const input = one.input.slice().fill(1);
      const at = 4 * 9 + 8; // channel 0, row 4, last column
      input[at] = Number.NaN;
      const plan = createFallbackBackend({ isa: null, kernel }).plan(one.geometry);
      const weight = one.weight.slice().fill(1);
      const output = run(plan, { ...one, input, weight });
      for (let place = 0; place < output.length; place++) {
        const [channel, y, x] = [Math.floor(place / 81), Math.floor(place / 9) % 9, place % 9];
        const sees = groups === 1 || channel < 2;
        expect(Number.isNaN(output[place]), `${channel} ${y} ${x}`).toBe(sees && Math.abs(y - 4) <= 1 && x >= 7);
      }
    },
  );
});

describe("packed weights", () => {
  test("serve every plan with the same key", () => {
    const small = makeCase("n1_c6_i5x5_o8_k3x3_g2_bias");
    const large = makeCase("n1_c6_i12x9_o8_k3x3_p1_g2_bias");
    const [one, other] = [free.plan(small.geometry), free.plan(large.geometry)];
    expect(other.packingKey).toBe(one.packingKey);
    const output = new Float32Array(large.expected.length);
    other.run(one.pack(large.weight, large.bias), 1, large.input, output);
    expectExact(output, large.expected);
    expect(free.plan(makeCase("n1_c6_i5x5_o8_k1x1_g2").geometry).packingKey).not.toBe(one.packingKey);
  });
  test("are a snapshot", () => {
    const one = makeCase("n1_c2_i5x5_o2_k3x3_g2_bias");
    const plan = free.plan(one.geometry);
    const packed = plan.pack(one.weight, one.bias);
    const [weight, bias] = [one.weight.slice(), one.bias?.slice()];
    one.weight.fill(0);
    one.bias?.fill(0);
    const output = new Float32Array(one.expected.length);
    plan.run(packed, 1, one.input, output);
    expectExact(output, one.expected);
    expect(packed.bytes).toBe(8 * ((weight.length ?? 0) + (bias?.length ?? 0)));
  });
});

describe("async", () => {
  const big = makeCase("n1_c8_i160x160_o8_k5x5_p2_g8");
  const plan = free.plan(big.geometry);
  const packed = plan.pack(big.weight, big.bias);
  const start = (out: FloatArray | null = null, signal: AbortSignal | null = null) =>
    plan.runAsync({ packed }, 1, big.input, out, signal);
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  test("nothing is computed within the call, and the event loop turns between slices", async () => {
    let turns = 0;
    let isDone = false;
    const count = () => {
      turns++;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    const results = await Promise.all(Array.from({ length: 12 }, () => start()));
    isDone = true;
    for (const result of results) expectExact(result, big.expected);
    expect(turns).toBeGreaterThan(2);
  });

  test("weights that are not packed are copied at the call, as the input is", async () => {
    const one = makeCase("n1_c3_i20x20_o3_k3x3_p1_g3_bias");
    const own = free.plan(one.geometry);
    const pending = own.runAsync({ weight: one.weight, bias: one.bias }, 1, one.input, null, null);
    one.weight.fill(0);
    one.bias?.fill(0);
    one.input.fill(0);
    expectExact(await pending, one.expected);
  });

  test("a SharedArrayBuffer is read in place", async () => {
    const memory = new Float32Array(new SharedArrayBuffer(4 * big.input.length));
    const pending = plan.runAsync({ packed }, 1, memory, null, null);
    memory.set(big.input);
    expectExact(await pending, big.expected);
  });

  test("an abort stops the call between two items and leaves out as it was", async () => {
    const controller = new AbortController();
    // Far more than a slice.
    const batch = 40;
    const input = new Float32Array(batch * big.input.length);
    const out = new Float32Array(batch * big.expected.length).fill(7);
    const stopped = plan.runAsync({ packed }, batch, input, out, controller.signal);
    const behind = start();
    await turn();
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(stopped).rejects.toBe(reason);
    expect(out.every((value) => value === 7)).toBe(true);
    expectExact(await behind, big.expected);
  });

  test("thousands of calls may wait for one signal", async () => {
    const controller = new AbortController();
    const one = makeCase("n1_c3_i20x20_o3_k3x3_p1_g3");
    const own = free.plan(one.geometry);
    const small = () => own.runAsync({ weight: one.weight, bias: null }, 1, one.input, null, controller.signal);
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on("warning", note);
    const stopped = Array.from({ length: 2000 }, small);
    expect(getEventListeners(controller.signal, "abort").length).toBe(1);
    const settled = Promise.allSettled(stopped);
    controller.abort();
    expect((await settled).every(({ status }) => status === "rejected")).toBe(true);
    await turn();
    process.off("warning", note);
    expect(warnings).toEqual([]);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    expectExact(await start(), big.expected);
  });

  test("calls end in the order in which they began", async () => {
    const ended: number[] = [];
    await Promise.all(Array.from({ length: 5 }, (_, index) => start().then(() => ended.push(index))));
    expect(ended).toEqual([0, 1, 2, 3, 4]);
  });

  test("a growable shared buffer may grow meanwhile", async () => {
    const bytes = 4 * big.input.length;
    // Not in the library types of the compiler's target.
    const Growable = SharedArrayBuffer as unknown as new (length: number, options: object) => SharedArrayBuffer;
    const buffer = new Growable(bytes, { maxByteLength: 2 * bytes });
    const memory = new Float32Array(buffer, 0, big.input.length);
    memory.set(big.input);
    const pending = plan.runAsync({ packed }, 1, memory, null, null);
    (buffer as unknown as { grow(length: number): void }).grow(2 * bytes);
    expectExact(await pending, big.expected);
  });
});
