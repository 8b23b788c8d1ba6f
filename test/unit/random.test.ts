// The stream of a seed is part of the interface. The numbers here come from another implementation of the algorithm
// that lib/random.ts describes, in Python; it gives the published first outputs of splitmix64 for the seed 1234567.
import { describe, expect, test } from "vitest";
import { init, manualSeed, nn, zeros } from "../../lib/index.js";
import { Generator } from "../../lib/random.js";

const STREAMS = [
  {
    seed: 0n,
    bits: [3737715805, 2584255861, 2876756834, 3286328325],
    uniform: [0.870254774404272, 0.6697971505310978, 0.3616586206733957],
    normal: [-0.9758715496370002, -1.769756996803672, 0.05468463102191066, -0.9459247929838188],
  },
  {
    seed: 1n,
    bits: [1695105466, 1423115009, 634581793, 1068227753],
    uniform: [0.3946724931250869, 0.1477500889354657, 0.16688351314326166],
    normal: [0.6003514352215559, 0.802215321289342, 0.43936935307458386, -0.4148712865872446],
  },
  {
    seed: -1n,
    bits: [477689756, 2493998634, 555695776, 607808419],
    uniform: [0.11122081116347982, 0.12938300625619603, 0.014282055722108056],
    normal: [0.333789799585164, 0.35269998774511674, -0.15011721605824838, -0.07896121318952645],
  },
  {
    seed: 1234567890123456789n,
    bits: [4009710062, 934139215, 4147424665, 124974131],
    uniform: [0.9335833729617017, 0.965647548653914, 0.260304327307434],
    normal: [2.2748272971991588, -0.4987749604819725, 0.7716867220757713, -0.08678976870354078],
  },
];

describe.each(STREAMS)("seed $seed", ({ seed, bits, uniform, normal }) => {
  test("bits", () => {
    const generator = new Generator(seed);
    expect(bits.map(() => generator.bits())).toEqual(bits);
  });
  test("uniform numbers", () => {
    const generator = new Generator(seed);
    expect(uniform.map(() => generator.uniform())).toEqual(uniform);
  });
  test("normal numbers", () => {
    const generator = new Generator(seed);
    // The C library of the other implementation rounds its logarithm and sine on its own.
    for (const wanted of normal) expect(generator.normal()).toBeCloseTo(wanted, 14);
  });
});

test("manualSeed makes everything that is drawn afterwards repeat", () => {
  const draw = () => [init.normal(zeros([3])), init.uniform(zeros([3])), new nn.Conv2d(2, 2, 3).weight.clone()];
  manualSeed(7);
  const first = draw();
  manualSeed(7);
  draw().forEach((tensor, index) => {
    expect(tensor.data).toEqual(first[index]?.data);
  });
  manualSeed(8);
  expect(init.normal(zeros([3])).data).not.toEqual(first[0]?.data);
});

test("a seed is the same as a number, as a bigint and modulo 2^64", () => {
  const seeds = [5, 5n];
  const streams = seeds.map((seed) => {
    manualSeed(seed);
    return init.uniform(zeros([4], { dtype: "float64" })).data;
  });
  expect(streams[1]).toEqual(streams[0]);
  manualSeed(2n ** 64n - 1n);
  const last = init.uniform(zeros([4])).data;
  manualSeed(-1);
  expect(init.uniform(zeros([4])).data).toEqual(last);
});

test("seeding drops the second half of a pair of normal numbers", () => {
  manualSeed(3);
  init.normal(zeros([1]));
  manualSeed(3);
  const again = init.normal(zeros([2])).data;
  manualSeed(3);
  expect(init.normal(zeros([2])).data).toEqual(again);
});

test.each([
  [1.5, "ERR_DEPTHWISE_VALUE", "1.5"],
  [Number.NaN, "ERR_DEPTHWISE_VALUE", "NaN"],
  [2 ** 53, "ERR_DEPTHWISE_VALUE", "9007199254740992"],
  [2n ** 64n, "ERR_DEPTHWISE_VALUE", "18446744073709551616n"],
  [-(2n ** 63n) - 1n, "ERR_DEPTHWISE_VALUE", "-9223372036854775809n"],
  ["1", "ERR_DEPTHWISE_TYPE", "'1'"],
])("seed %s is refused", (seed, code, shown) => {
  const message = expect.stringContaining(shown);
  expect(() => manualSeed(seed as number)).toThrow(expect.objectContaining({ code, message }));
});

test("uniform numbers fill [0, 1) evenly, normal ones have mean 0 and deviation 1", () => {
  const generator = new Generator(42n);
  const counts = new Array<number>(10).fill(0);
  let sum = 0;
  let squares = 0;
  const draws = 100_000;
  for (let i = 0; i < draws; i++) {
    const tenth = Math.floor(generator.uniform() * 10);
    counts[tenth] = (counts[tenth] as number) + 1;
    const z = generator.normal();
    sum += z;
    squares += z * z;
  }
  // Five standard deviations of each of these sums.
  for (const count of counts) expect(Math.abs(count - draws / 10)).toBeLessThan(5 * Math.sqrt(draws * 0.09));
  expect(Math.abs(sum / draws)).toBeLessThan(5 / Math.sqrt(draws));
  expect(Math.abs(squares / draws - 1)).toBeLessThan(5 * Math.sqrt(2 / draws));
});
