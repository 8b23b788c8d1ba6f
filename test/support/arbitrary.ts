// Problems for fast-check: small, of every kind, and always valid.
import fc from "fast-check";
import type { Problem } from "./descriptor.js";

export type Kind = "depthwise" | "grouped" | "dense" | "pointwise" | "shared";
const KINDS: readonly Kind[] = ["depthwise", "grouped", "dense", "pointwise", "shared"];

interface Limits {
  readonly kinds?: readonly Kind[];
  readonly ranks?: readonly (1 | 2 | 3)[];
  readonly activations?: boolean;
  readonly modes?: boolean;
}

const upTo = (top: number) => fc.integer({ min: 1, max: top });

/** Enough padding at the end that the dilated kernel fits. */
function fitted(problem: Problem): Problem {
  const rank = problem.input.length;
  const padding = [...problem.padding];
  for (const [axis, size] of problem.input.entries()) {
    const reach = (problem.dilation[axis] as number) * ((problem.kernel[axis] as number) - 1) + 1;
    const missing = reach - size - (padding[axis] as number) - (padding[rank + axis] as number);
    if (missing > 0) padding[rank + axis] = (padding[rank + axis] as number) + missing;
  }
  return { ...problem, padding };
}

/** Within what reflect and circular take; where the kernel no longer fits, the mode is zeros again. */
function limited(problem: Problem): Problem {
  const { paddingMode, input, padding } = problem;
  if (paddingMode === "zeros" || paddingMode === "replicate") return fitted(problem);
  const most = (axis: number) => (input[axis % input.length] as number) - (paddingMode === "reflect" ? 1 : 0);
  const narrow = { ...problem, padding: padding.map((pad, axis) => Math.min(pad, most(axis))) };
  const wide = fitted(narrow);
  return wide.padding.every((pad, axis) => pad <= most(axis)) ? wide : { ...wide, paddingMode: "zeros" };
}

export function problems({
  kinds = KINDS,
  ranks = [1, 2, 2, 2, 3],
  activations = true,
  modes = true,
}: Limits = {}): fc.Arbitrary<Problem> {
  const shape = fc.tuple(fc.constantFrom(...kinds), fc.constantFrom(...ranks)).chain(([kind, anyRank]) => {
    const rank = kind === "shared" ? 2 : anyRank;
    const perAxis = (value: fc.Arbitrary<number>) => fc.array(value, { minLength: rank, maxLength: rank });
    const size = rank === 1 ? 70 : rank === 2 ? 22 : 7;
    const kernel = kind === "pointwise" ? fc.constant(1) : upTo(rank === 3 ? 3 : 6);
    return fc.record({
      kind: fc.constant(kind),
      input: perAxis(upTo(size)),
      kernel: fc.oneof(kernel.map((one) => new Array<number>(rank).fill(one)), perAxis(kernel)), // biome-ignore format: one line
      stride: fc.oneof(upTo(3).map((one) => new Array<number>(rank).fill(one)), perAxis(upTo(3))), // biome-ignore format: one line
      dilation: fc.oneof({ weight: 3, arbitrary: fc.constant(new Array<number>(rank).fill(1)) }, { weight: 1, arbitrary: perAxis(upTo(3)) }), // biome-ignore format: one line
      padding: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 2 * rank, maxLength: 2 * rank }),
      groups: upTo(kind === "dense" ? 1 : 9),
      inPerGroup: upTo(kind === "depthwise" || kind === "shared" ? 1 : 9),
      outPerGroup: upTo(kind === "depthwise" || kind === "shared" ? 3 : 9),
    });
  });
  const rest = fc.record({
    batch: upTo(3),
    bias: fc.boolean(),
    unbatched: fc.boolean(),
    layout: fc.constantFrom("NCHW" as const, "NHWC" as const),
    dtype: fc.constantFrom("float32" as const, "float32" as const, "float64" as const),
    paddingMode: modes ? fc.constantFrom("zeros" as const, "zeros" as const, "reflect" as const, "replicate" as const, "circular" as const) : fc.constant("zeros" as const), // biome-ignore format: one line
    activation: activations ? fc.constantFrom(null, null, "relu" as const, "relu6" as const, "silu" as const, "hardswish" as const) : fc.constant(null), // biome-ignore format: one line
  });
  return fc.tuple(shape, rest).map(([{ kind, inPerGroup, outPerGroup, ...sizes }, options]) =>
    limited({
      ...sizes,
      ...options,
      batch: options.unbatched ? 1 : options.batch,
      shared: kind === "shared",
      channels: sizes.groups * inPerGroup,
      outChannels: sizes.groups * outPerGroup,
    }),
  );
}
