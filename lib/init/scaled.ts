import { rangeError, requireFinite, requireOneOf, showShape } from "../errors.js";
import { readOptions } from "../options.js";
import type { Tensor } from "../tensor.js";
import { fillNormal, fillUniform, requireTensor } from "./draw.js";

/** What follows a layer, for {@link calculateGain}. */
export type Nonlinearity =
  | "linear"
  | "conv1d"
  | "conv2d"
  | "conv3d"
  | "sigmoid"
  | "tanh"
  | "relu"
  | "leakyRelu"
  | "selu";

const NONLINEARITIES: readonly Nonlinearity[] = [
  "linear",
  "conv1d",
  "conv2d",
  "conv3d",
  "sigmoid",
  "tanh",
  "relu",
  "leakyRelu",
  "selu",
];

/** Whether variance is kept forwards (`'fanIn'`) or backwards (`'fanOut'`). */
export type FanMode = "fanIn" | "fanOut";

/** Options of {@link kaimingUniform} and {@link kaimingNormal}. */
export interface KaimingOptions {
  /** Negative slope of the `'leakyRelu'` behind the layer; default 0. */
  readonly a?: number | undefined;
  /** Default `'fanIn'`. */
  readonly mode?: FanMode | undefined;
  /** Default `'leakyRelu'`. */
  readonly nonlinearity?: Nonlinearity | undefined;
}

/** Options of {@link xavierUniform} and {@link xavierNormal}. */
export interface XavierOptions {
  /** Factor of the standard deviation; default 1. */
  readonly gain?: number | undefined;
}

/** Inputs and outputs that meet in one element of a weight `[out, in / groups, ...kernel]`. @internal */
export function fans(operation: string, shape: readonly number[]): { fanIn: number; fanOut: number } {
  if (shape.length < 2) {
    throw rangeError(operation, `fan in and fan out need at least 2 axes, but got ${showShape(shape)}`);
  }
  const [out, into, ...kernel] = shape as readonly [number, number, ...number[]];
  const taps = kernel.reduce((product, size) => product * size, 1);
  return { fanIn: into * taps, fanOut: out * taps };
}

/**
 * The factor by which weights should be larger to make up for what the nonlinearity behind them takes away.
 *
 * @param param - the negative slope of `'leakyRelu'`; default 0.01.
 *
 * @throws `ERR_DEPTHWISE_VALUE` for a name that does not exist.
 */
export function calculateGain(nonlinearity: Nonlinearity, param?: number): number {
  const name = requireOneOf("calculateGain", "nonlinearity", nonlinearity, NONLINEARITIES);
  switch (name) {
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.SQRT2;
    case "leakyRelu": {
      const slope = param === undefined ? 0.01 : requireFinite("calculateGain", "param", param);
      return Math.sqrt(2 / (1 + slope * slope));
    }
    case "selu":
      return 3 / 4;
    default:
      return 1;
  }
}

function kaimingStd(operation: string, tensor: Tensor, options: KaimingOptions | undefined): number {
  const {
    a = 0,
    mode = "fanIn",
    nonlinearity = "leakyRelu",
  } = readOptions(operation, ["a", "mode", "nonlinearity"], options);
  const slope = requireFinite(operation, "a", a);
  const fan = requireOneOf<FanMode>(operation, "mode", mode, ["fanIn", "fanOut"]);
  const name = requireOneOf(operation, "nonlinearity", nonlinearity, NONLINEARITIES);
  const size = fans(operation, tensor.shape)[fan];
  return size === 0 ? 0 : calculateGain(name, slope) / Math.sqrt(size);
}

/**
 * Uniform numbers that keep the variance through layers with rectifiers (He et al.): bound `gain * sqrt(3 / fan)`.
 *
 * @example
 * ```ts
 * init.kaimingUniform(layer.weight, { a: Math.sqrt(5) }); // the default of the convolutions
 * ```
 *
 * @throws `ERR_DEPTHWISE_VALUE` for fewer than two axes and for names that do not exist.
 */
export function kaimingUniform(tensor: Tensor, options?: KaimingOptions): Tensor {
  const target = requireTensor("kaimingUniform", tensor);
  const bound = Math.sqrt(3) * kaimingStd("kaimingUniform", target, options);
  return fillUniform(target, -bound, bound);
}

/** As {@link kaimingUniform}, with normal numbers of standard deviation `gain / sqrt(fan)`. */
export function kaimingNormal(tensor: Tensor, options?: KaimingOptions): Tensor {
  const target = requireTensor("kaimingNormal", tensor);
  return fillNormal(target, 0, kaimingStd("kaimingNormal", target, options));
}

function xavierStd(operation: string, tensor: Tensor, options: XavierOptions | undefined): number {
  const { gain = 1 } = readOptions(operation, ["gain"], options);
  const factor = requireFinite(operation, "gain", gain);
  const { fanIn, fanOut } = fans(operation, tensor.shape);
  return fanIn + fanOut === 0 ? 0 : factor * Math.sqrt(2 / (fanIn + fanOut));
}

/**
 * Uniform numbers that keep the variance in both directions (Glorot and Bengio): bound `gain * sqrt(6 / (fanIn + fanOut))`.
 *
 * @throws `ERR_DEPTHWISE_VALUE` for fewer than two axes.
 */
export function xavierUniform(tensor: Tensor, options?: XavierOptions): Tensor {
  const target = requireTensor("xavierUniform", tensor);
  const bound = Math.sqrt(3) * xavierStd("xavierUniform", target, options);
  return fillUniform(target, -bound, bound);
}

/** As {@link xavierUniform}, with normal numbers of standard deviation `gain * sqrt(2 / (fanIn + fanOut))`. */
export function xavierNormal(tensor: Tensor, options?: XavierOptions): Tensor {
  const target = requireTensor("xavierNormal", tensor);
  return fillNormal(target, 0, xavierStd("xavierNormal", target, options));
}
