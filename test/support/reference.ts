// What a convolution is: one sum for every output, in float64, and the sum of the magnitudes beside it, from which the
// rounding of any order of summation is bounded.
import type { PaddingMode } from "../../lib/backend/types.js";
import { outputSizes, type Problem } from "./descriptor.js";

export interface Expected {
  readonly value: Float64Array;
  /** What a result may differ by, each. */
  readonly bound: Float64Array;
}

/** The input index that the padded index `index` stands for; -1 for a zero. */
function sourceIndex(index: number, size: number, mode: PaddingMode): number {
  if (index >= 0 && index < size) return index;
  if (mode === "zeros") return -1;
  if (mode === "replicate") return index < 0 ? 0 : size - 1;
  if (mode === "circular") return ((index % size) + size) % size;
  return index < 0 ? -index : 2 * (size - 1) - index;
}

const ACTIVATE = {
  none: (x: number) => x,
  relu: (x: number) => Math.max(x, 0),
  relu6: (x: number) => Math.min(Math.max(x, 0), 6),
  silu: (x: number) => x / (1 + Math.exp(-x)),
  hardswish: (x: number) => x * (Math.min(Math.max(x + 3, 0), 6) / 6),
};
// How much an activation can stretch a difference, rounded up.
const SLOPE = { none: 1, relu: 1, relu6: 1, silu: 1.1, hardswish: 1.5 };

/** Offset of each (channel, position) of an image in its layout. */
function placeOf(problem: Problem, channels: number, positions: number): (channel: number, position: number) => number {
  return problem.layout === "NCHW"
    ? (channel, position) => channel * positions + position
    : (channel, position) => position * channels + channel;
}

/** The outputs at the given offsets of the result; all of them by default. */
export function reference(
  problem: Problem,
  input: ArrayLike<number>,
  weight: ArrayLike<number>,
  bias: ArrayLike<number> | null,
  offsets?: ArrayLike<number>,
): Expected {
  const rank = problem.input.length;
  const lift = (numbers: readonly number[], fill: number) => [...new Array<number>(3 - rank).fill(fill), ...numbers];
  const [id, ih, iw] = lift(problem.input, 1) as [number, number, number];
  const [kd, kh, kw] = lift(problem.kernel, 1) as [number, number, number];
  const [sd, sh, sw] = lift(problem.stride, 1) as [number, number, number];
  const [dd, dh, dw] = lift(problem.dilation, 1) as [number, number, number];
  const [pd, ph, pw] = lift(problem.padding.slice(0, rank), 0) as [number, number, number];
  const [od, oh, ow] = lift(outputSizes(problem), 1) as [number, number, number];
  const { channels, outChannels, groups, paddingMode } = problem;
  const batch = problem.unbatched ? 1 : problem.batch;
  const inPerGroup = channels / groups;
  const outPerGroup = outChannels / groups;
  const positions = od * oh * ow;
  const image = outChannels * positions;
  const source = placeOf(problem, channels, id * ih * iw);
  const activation = problem.activation ?? "none";
  // Rounding of each product and sum, of the operands' own storage, of the activation and of the result.
  const epsilon = problem.dtype === "float32" ? 2 ** -23 : 2 ** -52;
  const terms = inPerGroup * kd * kh * kw;
  const wanted = offsets ?? Array.from({ length: batch * image }, (_, offset) => offset);
  const value = new Float64Array(wanted.length);
  const bound = new Float64Array(wanted.length);
  for (let index = 0; index < wanted.length; index++) {
    const n = Math.floor((wanted[index] as number) / image);
    const within = (wanted[index] as number) % image;
    const [oc, position] =
      problem.layout === "NCHW"
        ? [Math.floor(within / positions), within % positions]
        : [within % outChannels, Math.floor(within / outChannels)];
    const group = Math.floor(oc / outPerGroup);
    const kernel = problem.shared ? oc % outPerGroup : oc;
    const z = Math.floor(position / (oh * ow));
    const y = Math.floor(position / ow) % oh;
    const x = position % ow;
    let sum = bias === null ? 0 : (bias[kernel] as number);
    let magnitude = Math.abs(sum);
    for (let tap = 0; tap < kd * kh * kw; tap++) {
      const sz = sourceIndex(z * sd - pd + Math.floor(tap / (kh * kw)) * dd, id, paddingMode);
      const sy = sourceIndex(y * sh - ph + (Math.floor(tap / kw) % kh) * dh, ih, paddingMode);
      const sx = sourceIndex(x * sw - pw + (tap % kw) * dw, iw, paddingMode);
      if (sz < 0 || sy < 0 || sx < 0) continue;
      for (let ic = 0; ic < inPerGroup; ic++) {
        const from = n * channels * id * ih * iw + source(group * inPerGroup + ic, (sz * ih + sy) * iw + sx);
        const term = (input[from] as number) * (weight[(kernel * inPerGroup + ic) * kd * kh * kw + tap] as number);
        sum += term;
        magnitude += Math.abs(term);
      }
    }
    value[index] = ACTIVATE[activation](sum);
    const rounding = (terms + 2) * epsilon * magnitude * SLOPE[activation];
    bound[index] = rounding + (activation === "none" ? 0 : 16 * epsilon * (Math.abs(value[index] as number) + 1e-30));
  }
  return { value, bound };
}
