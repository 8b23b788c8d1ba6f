// A few convolutions, one for each kind of kernel, against the formula written out once more: what `depthwise doctor`
// runs where there is no test suite.
import { conv2d, conv2dAsync, sharedDepthwiseConv2d } from "./functional.js";
import { Generator } from "./random.js";
import { tensor } from "./tensor.js";

interface Problem {
  readonly name: string;
  readonly channels: number;
  readonly outChannels: number;
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly groups: number;
  readonly shared?: boolean;
  readonly layout?: "NCHW" | "NHWC";
  readonly async?: boolean;
}

const base = { channels: 16, outChannels: 16, size: 19, kernel: 3, stride: 1, groups: 16 };
const PROBLEMS: readonly Problem[] = [
  { ...base, name: "depthwise 3x3" },
  { ...base, name: "depthwise 5x5, stride 2", kernel: 5, stride: 2 },
  { ...base, name: "depthwise 15x15", kernel: 15 },
  { ...base, name: "depthwise 3x3, channels last", layout: "NHWC" },
  { ...base, name: "depthwise 3x3, multiplier 2", outChannels: 32 },
  { ...base, name: "shared bank", outChannels: 32, shared: true },
  { ...base, name: "pointwise", kernel: 1, groups: 1, outChannels: 24 },
  { ...base, name: "grouped 3x3", groups: 4 },
  { ...base, name: "dense 3x3", groups: 1 },
  { ...base, name: "dense 3x3, async", groups: 1, async: true },
];

/** Numbers in [-1, 1), the same on every machine. */
function numbers(count: number, seed: bigint): Float32Array {
  const generator = new Generator(seed);
  return Float32Array.from({ length: count }, () => 2 * generator.uniform() - 1);
}

/** One output of the formula, and the sum of its terms' sizes, which bounds its rounding. */
function formula(p: Problem, x: Float32Array, w: Float32Array, b: Float32Array, oc: number, oh: number, ow: number) {
  const inPerGroup = p.channels / p.groups;
  const bank = p.shared ? p.outChannels / p.channels : p.outChannels;
  const firstChannel = Math.floor(oc / (p.outChannels / p.groups)) * inPerGroup;
  const pad = p.kernel >> 1;
  let sum = b[oc % bank] as number;
  let size = Math.abs(sum);
  for (let c = 0; c < inPerGroup; c++)
    for (let kh = 0; kh < p.kernel; kh++)
      for (let kw = 0; kw < p.kernel; kw++) {
        const ih = oh * p.stride - pad + kh;
        const iw = ow * p.stride - pad + kw;
        if (ih < 0 || iw < 0 || ih >= p.size || iw >= p.size) continue;
        const channel = firstChannel + c;
        const at =
          p.layout === "NHWC" ? (ih * p.size + iw) * p.channels + channel : (channel * p.size + ih) * p.size + iw;
        const tap = (((oc % bank) * inPerGroup + c) * p.kernel + kh) * p.kernel + kw;
        const term = (x[at] as number) * (w[tap] as number);
        sum += term;
        size += Math.abs(term);
      }
  return { sum, size };
}

async function failureOf(p: Problem): Promise<string | null> {
  const bank = p.shared ? p.outChannels / p.channels : p.outChannels;
  const inPerGroup = p.channels / p.groups;
  const x = numbers(p.channels * p.size * p.size, 1n);
  const w = numbers(bank * inPerGroup * p.kernel * p.kernel, 2n);
  const b = numbers(bank, 3n);
  const plane = [p.size, p.size];
  const input = tensor(x, p.layout === "NHWC" ? [1, ...plane, p.channels] : [1, p.channels, ...plane]);
  const weight = tensor(w, [bank, inPerGroup, p.kernel, p.kernel]);
  const options = { stride: p.stride, padding: p.kernel >> 1, layout: p.layout ?? "NCHW" } as const;
  const y = p.shared
    ? sharedDepthwiseConv2d(input, weight, tensor(b, [bank]), options)
    : p.async
      ? await conv2dAsync(input, weight, tensor(b, [bank]), { ...options, groups: p.groups })
      : conv2d(input, weight, tensor(b, [bank]), { ...options, groups: p.groups });
  const out = Math.ceil(p.size / p.stride);
  for (let oc = 0; oc < p.outChannels; oc++)
    for (let oh = 0; oh < out; oh++)
      for (let ow = 0; ow < out; ow++) {
        const got = p.layout === "NHWC" ? y.get(0, oh, ow, oc) : y.get(0, oc, oh, ow);
        const { sum, size } = formula(p, x, w, b, oc, oh, ow);
        if (!(Math.abs(got - sum) <= 1e-5 * size))
          return `${p.name}: output [${oc}, ${oh}, ${ow}] is ${got}, not ${sum}`;
      }
  return null;
}

/** Runs every problem on the backend in use. */
export async function selfTest(): Promise<{ problems: number; failures: string[] }> {
  const failures: string[] = [];
  for (const problem of PROBLEMS) {
    const failure = await failureOf(problem);
    if (failure !== null) failures.push(failure);
  }
  return { problems: PROBLEMS.length, failures };
}
