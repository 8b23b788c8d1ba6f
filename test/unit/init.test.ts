import { beforeEach, describe, expect, test } from "vitest";
import { init, manualSeed, type Tensor, tensor, zeros } from "../../lib/index.js";

const code = (wanted: string, ...shown: string[]) =>
  expect.objectContaining({
    code: `ERR_DEPTHWISE_${wanted}`,
    message: expect.stringMatching(new RegExp(shown.map((part) => part.replace(/[[\]().]/g, "\\$&")).join(".*"))),
  });

function moments(values: Tensor): { mean: number; std: number; largest: number } {
  const data = [...values.data];
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length;
  return { mean, std: Math.sqrt(variance), largest: data.reduce((most, value) => Math.max(most, Math.abs(value)), 0) };
}

/** Uniform over [-bound, bound]: nothing outside, something near the ends, the right deviation. */
function expectUniform(values: Tensor, bound: number): void {
  const { mean, std, largest } = moments(values);
  expect(largest).toBeLessThanOrEqual(bound * (1 + 1e-6));
  expect(largest).toBeGreaterThan(0.99 * bound);
  expect(Math.abs(mean)).toBeLessThan(0.05 * bound);
  expect(std / (bound / Math.sqrt(3))).toBeCloseTo(1, 1);
}

function expectNormal(values: Tensor, deviation: number): void {
  const { mean, std } = moments(values);
  expect(Math.abs(mean)).toBeLessThan(0.06 * deviation);
  expect(std / deviation).toBeCloseTo(1, 1);
}

beforeEach(() => manualSeed(1));

// 64 outputs, 16 inputs a group, 3x3: fan in 144, fan out 576.
const weight = () => zeros([64, 16, 3, 3]);

describe("fills in place, says so and returns the tensor", () => {
  const fills: [string, (t: Tensor) => Tensor][] = [
    ["uniform", (t) => init.uniform(t)],
    ["normal", (t) => init.normal(t)],
    ["truncNormal", (t) => init.truncNormal(t)],
    ["constant", (t) => init.constant(t, 2)],
    ["ones", (t) => init.ones(t)],
    ["zeros", (t) => init.zeros(t)],
    ["kaimingUniform", (t) => init.kaimingUniform(t)],
    ["kaimingNormal", (t) => init.kaimingNormal(t)],
    ["xavierUniform", (t) => init.xavierUniform(t)],
    ["xavierNormal", (t) => init.xavierNormal(t)],
    ["dirac", (t) => init.dirac(t)],
  ];
  test.each(fills)("%s", (name, fill) => {
    const target = init.constant(zeros([4, 2, 3, 3]), 9);
    const { version, data } = target;
    expect(fill(target)).toBe(target);
    expect(target.data).toBe(data);
    expect(target.version).toBeGreaterThan(version);
    expect(target.data.includes(9)).toBe(false);
    const tag = expect.objectContaining({ code: "ERR_DEPTHWISE_TYPE", message: expect.stringContaining(name) });
    expect(() => fill([1, 2] as unknown as Tensor)).toThrow(tag);
  });
  test("eye", () => {
    const target = zeros([2, 3]);
    expect(init.eye(target)).toBe(target);
    expect([...target.data]).toEqual([1, 0, 0, 0, 1, 0]);
    expect(target.version).toBe(1);
    expect(() => init.eye(zeros([2, 2, 2]))).toThrow(code("VALUE", "2 axes", "[2, 2, 2]"));
  });
});

test("uniform and normal take their numbers", () => {
  const { mean, std } = moments(init.uniform(zeros([20000]), 2, 4));
  expect(mean).toBeCloseTo(3, 1);
  expect(std).toBeCloseTo(2 / Math.sqrt(12), 1);
  const drawn = moments(init.normal(zeros([20000], { dtype: "float64" }), -1, 0.5));
  expect(drawn.mean).toBeCloseTo(-1, 1);
  expect(drawn.std).toBeCloseTo(0.5, 1);
  expect(() => init.uniform(zeros([1]), 2, 1)).toThrow(code("VALUE", "a=2", "b=1"));
  expect(() => init.uniform(zeros([1]), 0, Number.POSITIVE_INFINITY)).toThrow(code("VALUE", "b must be", "Infinity"));
  expect(() => init.normal(zeros([1]), 0, -1)).toThrow(code("VALUE", "std", "-1"));
});

describe("truncNormal", () => {
  // Mean and deviation of a standard normal variable between the bounds, from the densities and the distribution at them.
  test.each([
    { a: -2, b: 2, mean: 0, std: 0.87963 },
    { a: -0.5, b: 0.5, mean: 0, std: 0.28397 },
    { a: 0, b: 3, mean: 0.79119, std: 0.5917 },
    { a: 4, b: 100, mean: 4.2256, std: 0.2154 },
    { a: -100, b: -6, mean: -6.1586, std: 0.1543 },
  ])("between $a and $b", ({ a, b, mean, std }) => {
    const drawn = init.truncNormal(zeros([20000], { dtype: "float64" }), 0, 1, a, b);
    expect(drawn.data.every((value) => value >= a && value <= b)).toBe(true);
    const got = moments(drawn);
    expect(Math.abs(got.mean - mean)).toBeLessThan((5 * std) / Math.sqrt(20000) + 1e-3);
    expect(got.std / std).toBeCloseTo(1, 1);
  });
  test("moved and scaled", () => {
    const drawn = init.truncNormal(zeros([1000]), 10, 2, 9, 11);
    expect(drawn.data.every((value) => value >= 9 && value <= 11)).toBe(true);
  });
  test("without a spread, the mean or the nearest bound", () => {
    expect([...init.truncNormal(zeros([1]), 0.5, 0).data, ...init.truncNormal(zeros([1]), 5, 0).data]).toEqual([
      0.5, 2,
    ]);
  });
  test("bounds out of order are refused", () => {
    expect(() => init.truncNormal(zeros([1]), 0, 1, 2, 2)).toThrow(code("VALUE", "a=2", "b=2"));
  });
});

describe("fans and gains, with PyTorch's rules", () => {
  test("kaiming", () => {
    expectUniform(init.kaimingUniform(weight(), { a: Math.sqrt(5) }), 1 / Math.sqrt(144));
    expectUniform(init.kaimingUniform(weight(), { nonlinearity: "relu" }), Math.sqrt(6 / 144));
    expectUniform(init.kaimingUniform(weight()), Math.sqrt(6 / 144)); // leaky with slope 0
    expectUniform(init.kaimingUniform(weight(), { mode: "fanOut", nonlinearity: "linear" }), Math.sqrt(3 / 576));
    expectNormal(init.kaimingNormal(weight(), { mode: "fanOut", nonlinearity: "relu" }), Math.sqrt(2 / 576));
  });
  test("xavier", () => {
    expectUniform(init.xavierUniform(weight()), Math.sqrt(6 / 720));
    expectNormal(init.xavierNormal(weight(), { gain: 2 }), 2 * Math.sqrt(2 / 720));
  });
  test("gains", () => {
    expect(init.calculateGain("linear")).toBe(1);
    expect(init.calculateGain("conv2d")).toBe(1);
    expect(init.calculateGain("sigmoid")).toBe(1);
    expect(init.calculateGain("tanh")).toBe(5 / 3);
    expect(init.calculateGain("relu")).toBe(Math.SQRT2);
    expect(init.calculateGain("leakyRelu")).toBeCloseTo(Math.sqrt(2 / 1.0001), 12);
    expect(init.calculateGain("leakyRelu", 0.2)).toBeCloseTo(Math.sqrt(2 / 1.04), 12);
    expect(init.calculateGain("selu")).toBe(0.75);
  });
  test("mistakes", () => {
    expect(() => init.kaimingUniform(zeros([5]))).toThrow(code("VALUE", "2 axes", "[5]"));
    expect(() => init.xavierNormal(zeros([5]))).toThrow(code("VALUE", "xavierNormal", "[5]"));
    expect(() => init.kaimingUniform(weight(), { mode: "fan_in" as "fanIn" })).toThrow(code("VALUE", "fan_in"));
    expect(() => init.calculateGain("gelu" as "relu")).toThrow(code("VALUE", "gelu"));
    expect(() => init.kaimingNormal(weight(), { slope: 1 } as object)).toThrow(code("OPTION", "slope"));
  });
});

describe("dirac", () => {
  test("one tap an input channel, in the middle", () => {
    const identity = init.dirac(zeros([3, 2, 3]));
    expect([...identity.data]).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
  });
  test("within each group; an even kernel's middle is the later one", () => {
    const identity = init.dirac(zeros([4, 1, 2]), { groups: 4 });
    expect([...identity.data]).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
  });
  test("mistakes", () => {
    expect(() => init.dirac(zeros([3, 3]))).toThrow(code("VALUE", "3, 4 or 5 axes", "[3, 3]"));
    expect(() => init.dirac(zeros([3, 3, 1]), { groups: 2 })).toThrow(code("VALUE", "[3, 3, 1]", "2"));
  });
});

test("an init of a reshaped tensor is noticed by its base", () => {
  const base = tensor([1, 2, 3, 4]);
  init.zeros(base.reshape([2, 2]));
  expect(base.version).toBe(1);
  expect([...base.data]).toEqual([0, 0, 0, 0]);
});
