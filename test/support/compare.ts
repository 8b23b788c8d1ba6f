// Problems as tensors, and results against the reference. A failure names one descriptor, one seed, one kernel and the
// command that repeats it.
import { expect } from "vitest";
import { backendInfo, type DType, functional as F, type FloatArray, Tensor } from "../../lib/index.js";
import { describe, optionsOf, type Problem, rankOf, shapesOf } from "./descriptor.js";
import { fillRandom, type Numbers } from "./random.js";
import { type Expected, reference } from "./reference.js";

export interface Operands {
  readonly input: Tensor;
  readonly weight: Tensor;
  readonly bias: Tensor | null;
}

export function makeTensor(shape: readonly number[], dtype: DType, numbers: Numbers, seed: number): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  const data = dtype === "float32" ? new Float32Array(count) : new Float64Array(count);
  return new Tensor(fillRandom(data, numbers, seed), shape);
}

export function makeOperands(problem: Problem, numbers: Numbers, seed: number): Operands {
  const { input, weight, bias } = shapesOf(problem);
  return {
    input: makeTensor(input, problem.dtype, numbers, seed),
    weight: makeTensor(weight, problem.dtype, numbers, seed + 1),
    bias: problem.bias ? makeTensor(bias, problem.dtype, numbers, seed + 2) : null,
  };
}

const PLANS = { 1: F.planConv1d, 2: F.planConv2d, 3: F.planConv3d };

export function planFor(problem: Problem, { input, weight, bias }: Operands): F.ConvPlan {
  const plan = problem.shared ? F.planSharedDepthwiseConv2d : PLANS[rankOf(problem)];
  return plan(input.shape, weight, bias, optionsOf(problem));
}

const FUNCTIONS = { 1: F.conv1d, 2: F.conv2d, 3: F.conv3d };

/** The functional form, into an output that was filled with NaN: an unwritten element fails. */
export function convolve(problem: Problem, { input, weight, bias }: Operands): Tensor {
  const { output } = shapesOf(problem);
  const out = makeTensor(output, problem.dtype, "integers", 0).fill(Number.NaN);
  const conv = problem.shared ? F.sharedDepthwiseConv2d : FUNCTIONS[rankOf(problem)];
  return conv(input, weight, bias, { ...optionsOf(problem), out });
}

/** Small integers give exact sums in any order; only these activations leave them exact. */
export function isExact(problem: Problem, numbers: Numbers): boolean {
  return numbers === "integers" && (problem.activation === null || problem.activation.startsWith("relu"));
}

/** Transform kernels are held to the tolerance of the golden vectors instead. */
export interface Strictness {
  readonly exact: boolean;
}

const bare = (kernel: string) => kernel.split("/")[0] as string;
const transforms = new Set(
  backendInfo()
    .kernels.filter(({ exact }) => !exact)
    .map(({ name }) => bare(name)),
);

export function strictnessOf(kernel: string): Strictness {
  return { exact: !transforms.has(bare(kernel)) };
}

/** What two results on small integers may differ by: the rounding of activations, and of transforms if there are any. */
export function lawTolerance(problem: Problem): { rtol: number; atol: number } {
  const terms = (problem.channels / problem.groups) * problem.kernel.reduce((taps, size) => taps * size, 1);
  return transforms.size === 0 ? { rtol: 1e-6, atol: 1e-6 } : { rtol: 1e-4, atol: 64e-5 * Math.sqrt(terms) };
}

export function expectedFor(
  problem: Problem,
  { input, weight, bias }: Operands,
  offsets?: ArrayLike<number>,
): Expected {
  return reference(problem, input.data, weight.data, bias?.data ?? null, offsets);
}

export function expectResult(
  label: string,
  problem: Problem,
  numbers: Numbers,
  got: FloatArray,
  { value, bound }: Expected,
  strictness: Strictness = { exact: true },
  offsets?: ArrayLike<number>,
): void {
  const terms = (problem.channels / problem.groups) * problem.kernel.reduce((taps, size) => taps * size, 1);
  const scale = numbers === "integers" ? 16 : 1;
  if (offsets === undefined) expect(got.length, label).toBe(value.length);
  for (let index = 0; index < value.length; index++) {
    const found = got[offsets === undefined ? index : (offsets[index] as number)] as number;
    const wanted = value[index] as number;
    const allowed = !strictness.exact
      ? 1e-5 * Math.sqrt(terms) * scale + 1e-4 * Math.abs(wanted)
      : isExact(problem, numbers)
        ? 0
        : (bound[index] as number);
    // NaN fails the comparison too.
    if (!(Math.abs(found - wanted) <= allowed)) {
      expect.unreachable(`${label}: element ${index} is ${found}, but must be ${wanted} within ${allowed}`);
    }
  }
}

/** Equality of every bit; Vitest's own comparison of long arrays is slow. */
export function expectSameBits(label: string, got: FloatArray, wanted: FloatArray): void {
  const bytes = (array: FloatArray) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  if (bytes(got).equals(bytes(wanted))) return;
  const index = got.findIndex((value, at) => !Object.is(value, wanted[at]));
  expect.unreachable(`${label}: element ${index} is ${got[index]}, but must be ${wanted[index]} to the last bit`);
}

/** What a failure is called, with the command that repeats it. */
export function labelOf(problem: Problem, seed: number, kernel: string): string {
  const project = process.env["DEPTHWISE_TEST_PROJECT"];
  const command = `DEPTHWISE_TEST_CASE=${describe(problem)}:${seed} npx vitest run --project ${project} test/property/reference.test.ts`;
  return `${describe(problem)} seed ${seed} by ${kernel} (repeat: ${command})`;
}
