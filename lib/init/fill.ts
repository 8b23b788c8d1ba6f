import { rangeError, requireFinite, requirePositiveInteger, showShape } from "../errors.js";
import { readOptions } from "../options.js";
import { defaultGenerator } from "../random.js";
import type { Tensor } from "../tensor.js";
import { fillBy, fillNormal, fillUniform, requireTensor } from "./draw.js";

/** Options of {@link dirac}. */
export interface DiracOptions {
  /** Groups of the convolution; each gets an identity of its own. Default 1. */
  readonly groups?: number | undefined;
}

function requireStd(operation: string, std: unknown): number {
  const number = requireFinite(operation, "std", std);
  if (number < 0) throw rangeError(operation, `std must be at least 0, but got ${number}`);
  return number;
}

/**
 * Uniform numbers from `a` to `b`.
 *
 * @example
 * ```ts
 * init.uniform(layer.weight, -0.1, 0.1);
 * ```
 *
 * @throws `ERR_DEPTHWISE_TYPE` for anything but a Tensor, `ERR_DEPTHWISE_VALUE` for bounds that are not finite or out of order.
 */
export function uniform(tensor: Tensor, a = 0, b = 1): Tensor {
  const target = requireTensor("uniform", tensor);
  const low = requireFinite("uniform", "a", a);
  const high = requireFinite("uniform", "b", b);
  if (low > high) throw rangeError("uniform", `a must be at most b, but got a=${low} and b=${high}`);
  return fillUniform(target, low, high);
}

/**
 * Normal numbers of the given mean and standard deviation.
 *
 * @example
 * ```ts
 * const weight = init.normal(zeros([12, 1, 3, 3]));
 * ```
 *
 * @throws `ERR_DEPTHWISE_TYPE` for anything but a Tensor, `ERR_DEPTHWISE_VALUE` for a negative `std`.
 */
export function normal(tensor: Tensor, mean = 0, std = 1): Tensor {
  const target = requireTensor("normal", tensor);
  return fillNormal(target, requireFinite("normal", "mean", mean), requireStd("normal", std));
}

/**
 * Normal numbers of mean `mean` and standard deviation `std`, drawn again until they lie in `[a, b]`.
 *
 * @throws `ERR_DEPTHWISE_TYPE` for anything but a Tensor, `ERR_DEPTHWISE_VALUE` for bounds out of order.
 */
export function truncNormal(tensor: Tensor, mean = 0, std = 1, a = -2, b = 2): Tensor {
  const target = requireTensor("truncNormal", tensor);
  const center = requireFinite("truncNormal", "mean", mean);
  const spread = requireStd("truncNormal", std);
  const low = requireFinite("truncNormal", "a", a);
  const high = requireFinite("truncNormal", "b", b);
  if (low >= high) throw rangeError("truncNormal", `a must be below b, but got a=${low} and b=${high}`);
  return fillBy(target, truncated(center, spread, low, high));
}

/** Draws from a normal distribution between two bounds. */
function truncated(mean: number, std: number, low: number, high: number): () => number {
  const generator = defaultGenerator();
  // The most probable value, and how far from the mean it lies.
  const mode = Math.min(high, Math.max(low, mean));
  if (std === 0) return () => mode;
  const nearest = (mode - mean) / std;
  if (nearest === 0 && high - low >= 2.5 * std) {
    return () => {
      for (;;) {
        const value = mean + std * generator.normal();
        if (value >= low && value <= high) return value;
      }
    };
  }
  // Uniform candidates, kept with their density relative to the mode's. Where that is below 2^-53 none is tried.
  const reach = std * Math.sqrt(nearest * nearest + 2 * 53 * Math.LN2);
  const from = Math.max(low, mean - reach);
  const to = Math.min(high, mean + reach);
  return () => {
    for (;;) {
      const value = from + (to - from) * generator.uniform();
      const z = (value - mean) / std;
      if (generator.uniform() < Math.exp((nearest * nearest - z * z) / 2)) return value;
    }
  };
}

/** Every element `value`. */
export function constant(tensor: Tensor, value: number): Tensor {
  return requireTensor("constant", tensor).fill(value);
}

/** Every element 0. */
export function zeros(tensor: Tensor): Tensor {
  return requireTensor("zeros", tensor).fill(0);
}

/** Every element 1. */
export function ones(tensor: Tensor): Tensor {
  return requireTensor("ones", tensor).fill(1);
}

/**
 * Ones on the diagonal of a matrix, zeros elsewhere.
 *
 * @throws `ERR_DEPTHWISE_VALUE` for anything but two axes.
 */
export function eye(tensor: Tensor): Tensor {
  const target = requireTensor("eye", tensor);
  if (target.shape.length !== 2) {
    throw rangeError("eye", `the tensor must have 2 axes, but got ${showShape(target.shape)}`);
  }
  const [rows, columns] = target.shape as readonly [number, number];
  target.data.fill(0);
  for (let i = 0; i < Math.min(rows, columns); i++) target.data[i * columns + i] = 1;
  return target.touch();
}

/**
 * The identity of a convolution: a one in the middle of the kernel that leads input channel i to output channel i, within
 * each group. With `padding: 'same'` the layer then hands on its input.
 *
 * @throws `ERR_DEPTHWISE_VALUE` for anything but 3, 4 or 5 axes and for groups that do not divide the first.
 */
export function dirac(tensor: Tensor, options?: DiracOptions): Tensor {
  const target = requireTensor("dirac", tensor);
  const { groups = 1 } = readOptions("dirac", ["groups"], options);
  const groupCount = requirePositiveInteger("dirac", "groups", groups);
  const { shape, data } = target;
  if (shape.length < 3 || shape.length > 5) {
    throw rangeError("dirac", `the tensor must have 3, 4 or 5 axes, but got ${showShape(shape)}`);
  }
  const [outChannels, inPerGroup, ...kernel] = shape as readonly [number, number, ...number[]];
  if (outChannels % groupCount !== 0) {
    throw rangeError("dirac", `groups must divide the first axis of ${showShape(shape)}, but got ${groupCount}`);
  }
  const outPerGroup = outChannels / groupCount;
  const taps = kernel.reduce((product, size) => product * size, 1);
  const middle = kernel.reduce((offset, size) => offset * size + Math.floor(size / 2), 0);
  data.fill(0);
  for (let group = 0; group < groupCount; group++) {
    for (let i = 0; i < Math.min(outPerGroup, inPerGroup); i++) {
      data[((group * outPerGroup + i) * inPerGroup + i) * taps + middle] = 1;
    }
  }
  return target.touch();
}
