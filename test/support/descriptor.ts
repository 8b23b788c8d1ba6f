// One line spells one problem: n2_c8_i14x14_o16_k3x3_s1_p1_d1_g8, then, in any order, words for what is not the default:
// bias, unbatched, shared, nhwc, f64, a padding mode, an activation. Sizes of one, two or three numbers say the rank.
import type { Activation, DType, Layout, PaddingMode } from "../../lib/backend/types.js";
import type { ConvPlanOptions } from "../../lib/functional.js";

export interface Problem {
  readonly batch: number;
  readonly channels: number;
  readonly input: readonly number[];
  readonly outChannels: number;
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  /** All beginnings, then all ends. */
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
  readonly bias: boolean;
  readonly unbatched: boolean;
  readonly shared: boolean;
  readonly layout: Layout;
  readonly dtype: DType;
  readonly paddingMode: PaddingMode;
  readonly activation: Activation | null;
}

const MODES = ["reflect", "replicate", "circular"] as const;
const ACTIVATIONS = ["relu", "relu6", "silu", "hardswish"] as const;

export function rankOf(problem: Problem): 1 | 2 | 3 {
  return problem.input.length as 1 | 2 | 3;
}

function sizes(text: string): number[] {
  return text.split(/[x,]/).map(Number);
}

function spread(numbers: number[], count: number): number[] {
  return numbers.length === 1 ? new Array<number>(count).fill(numbers[0] as number) : numbers;
}

export function parse(descriptor: string): Problem {
  const words = descriptor.split("_");
  const field = (letter: string, otherwise: string) => {
    const pattern = new RegExp(`^${letter}(\\d.*)$`);
    return sizes(words.map((word) => pattern.exec(word)?.[1]).find((found) => found !== undefined) ?? otherwise);
  };
  const input = field("i", "1");
  const rank = input.length;
  const padding = spread(field("p", "0"), rank);
  const [channels = 1] = field("c", "1");
  return {
    batch: field("n", "1")[0] as number,
    channels,
    input,
    outChannels: field("o", "1")[0] as number,
    kernel: spread(field("k", "1"), rank),
    stride: spread(field("s", "1"), rank),
    padding: padding.length === rank ? [...padding, ...padding] : padding,
    dilation: spread(field("d", "1"), rank),
    groups: field("g", "1")[0] as number,
    bias: words.includes("bias"),
    unbatched: words.includes("unbatched"),
    shared: words.includes("shared"),
    layout: words.includes("nhwc") ? "NHWC" : "NCHW",
    dtype: words.includes("f64") ? "float64" : "float32",
    paddingMode: MODES.find((mode) => words.includes(mode)) ?? "zeros",
    activation: ACTIVATIONS.find((activation) => words.includes(activation)) ?? null,
  };
}

export function describe(problem: Problem): string {
  const words = [
    `n${problem.batch}_c${problem.channels}_i${problem.input.join("x")}_o${problem.outChannels}_k${problem.kernel.join("x")}`,
    `s${problem.stride.join("x")}_p${problem.padding.join(",")}_d${problem.dilation.join("x")}_g${problem.groups}`,
  ];
  if (problem.bias) words.push("bias");
  if (problem.unbatched) words.push("unbatched");
  if (problem.shared) words.push("shared");
  if (problem.layout === "NHWC") words.push("nhwc");
  if (problem.dtype === "float64") words.push("f64");
  if (problem.paddingMode !== "zeros") words.push(problem.paddingMode);
  if (problem.activation !== null) words.push(problem.activation);
  return words.join("_");
}

export function outputSizes(problem: Problem): number[] {
  const rank = rankOf(problem);
  return problem.input.map((size, axis) => {
    const padded = size + (problem.padding[axis] as number) + (problem.padding[rank + axis] as number);
    const reach = (problem.dilation[axis] as number) * ((problem.kernel[axis] as number) - 1) + 1;
    return Math.floor((padded - reach) / (problem.stride[axis] as number)) + 1;
  });
}

/** The shapes as the caller gives them. */
export function shapesOf(problem: Problem): { input: number[]; weight: number[]; bias: number[]; output: number[] } {
  const image = (channels: number, space: readonly number[]) =>
    problem.layout === "NCHW" ? [channels, ...space] : [...space, channels];
  const batched = (shape: number[]) => (problem.unbatched ? shape : [problem.batch, ...shape]);
  const count = problem.shared ? problem.outChannels / problem.channels : problem.outChannels;
  return {
    input: batched(image(problem.channels, problem.input)),
    weight: [count, problem.channels / problem.groups, ...problem.kernel],
    bias: [count],
    output: batched(image(problem.outChannels, outputSizes(problem))),
  };
}

export function optionsOf(problem: Problem): ConvPlanOptions {
  const { stride, padding, dilation, groups, layout, paddingMode, activation, shared } = problem;
  const options = { stride, padding, dilation, layout, paddingMode, activation };
  return shared ? options : { ...options, groups };
}
