// Convolutions as functions of tensors, and as plans over bare typed arrays. Nothing is kept between two calls.
import { createPlan } from "./backend/load.js";
import type { Activation, Layout, PaddingMode } from "./backend/types.js";
import { readCall } from "./conv-arguments.js";
import { ConvPlan } from "./conv-plan.js";
import type { TensorLike } from "./operand.js";
import { CONV1D, CONV2D, CONV3D, type Operation, SHARED_DEPTHWISE_CONV2D } from "./settings.js";
import type { Tensor } from "./tensor.js";
import { allocate } from "./typed-array.js";

export type { ConvPlan, RunAsyncOptions } from "./conv-plan.js";

/** One number for every axis, or one number an axis. */
export type PerAxis = number | readonly number[];

/** What a convolution is, apart from its tensors. Names and defaults are PyTorch's. */
export interface ConvPlanOptions {
  /** Step between outputs; default 1. */
  readonly stride?: PerAxis | undefined;
  /**
   * Elements added around the input; default 0. A number; one number an axis; all beginnings, then all ends (2-D: top,
   * left, bottom, right); `'valid'` for none; `'same'` for an output as large as the input, stride 1 only, an odd extra
   * element at the end.
   */
  readonly padding?: PerAxis | "same" | "valid" | undefined;
  /** Distance between the taps of the kernel; default 1. */
  readonly dilation?: PerAxis | undefined;
  /** Input and output channels are split into so many groups, and each output sees its own group only; default 1. */
  readonly groups?: number | undefined;
  /** Channels first (`'NCHW'`, the default) or last (`'NHWC'`), whatever the rank; weights are the same in both. */
  readonly layout?: Layout | undefined;
  /** Applied to the results as they are stored; default none. */
  readonly activation?: Activation | null | undefined;
  /** What the padding holds; default `'zeros'`. */
  readonly paddingMode?: PaddingMode | undefined;
}

/** Options of the functional forms. */
export interface ConvOptions extends ConvPlanOptions {
  /** A tensor of the output's shape to write into; it may not overlap input, weight or bias. */
  readonly out?: TensorLike | null | undefined;
}

/** Options of the asynchronous functional forms. */
export interface ConvAsyncOptions extends ConvOptions {
  /** Stops the call before it starts or between work items; the promise rejects with `signal.reason`. */
  readonly signal?: AbortSignal | null | undefined;
}

/** A shared bank is depthwise: as many groups as input channels. */
export type SharedPlanOptions = Omit<ConvPlanOptions, "groups">;
/** Options of `sharedDepthwiseConv2d`. */
export type SharedOptions = Omit<ConvOptions, "groups">;
/** Options of `sharedDepthwiseConv2dAsync`. */
export type SharedAsyncOptions = Omit<ConvAsyncOptions, "groups">;

/** The third argument: a bias, or already the options. */
export type BiasOrOptions<Options> = TensorLike | Options | null;

function run(operation: Operation, input: unknown, weight: unknown, third: unknown, fourth: unknown): Tensor {
  const call = readCall(operation, ["out"], input, weight, third, fourth);
  const { problem, destination, weight: w, bias: b, input: x } = call;
  const { geometry, batch } = problem;
  const out = destination.data;
  if (batch === 0) return destination.finish(out ?? allocate(operation.name, geometry.dtype, destination.shape));
  const plan = createPlan(geometry);
  if (out === null) return destination.finish(plan.runOnceNew(w, b, batch, x));
  plan.runOnce(w, b, batch, x, out);
  return destination.finish(out);
}

// An async function, so that a refused argument is a rejection too. All of it up to the await runs within the call.
async function runAsync(
  operation: Operation,
  input: unknown,
  weight: unknown,
  third: unknown,
  fourth: unknown,
): Promise<Tensor> {
  const call = readCall(operation, ["out", "signal"], input, weight, third, fourth);
  const { problem, destination, signal, bias } = call;
  if (problem.batch === 0) {
    return destination.finish(destination.data ?? allocate(operation.name, problem.geometry.dtype, destination.shape));
  }
  const plan = createPlan(problem.geometry);
  const weights = { weight: call.weight, bias };
  return destination.finish(await plan.runAsync(weights, problem.batch, call.input, destination.data, signal));
}

/**
 * 2-D convolution, as `torch.nn.functional.conv2d`.
 *
 * `out[n, o, y, x] = bias[o] + sum over i, ky, kx of weight[o, i, ky, kx] * input[n, g*I + i, y*s - p + ky*d, x*s - p + kx*d]`
 * with `I = in / groups` and `g` the group of output channel `o`.
 *
 * Options: see {@link ConvOptions}.
 *
 * Shapes: input `[n, c, h, w]` or, unbatched, `[c, h, w]` (`'NHWC'`: `[n, h, w, c]`); weight `[out, c / groups, kh, kw]`; bias
 * `[out]`; result `[n, out, oh, ow]` with `oh = floor((h + top + bottom - dilation * (kh - 1) - 1) / stride) + 1`.
 *
 * @example
 * ```ts
 * const y = conv2d(x, weight, bias, { stride: 2, padding: 1, groups: 32 });
 * const z = conv2d(x, weight, { padding: "same" }); // no bias
 * ```
 *
 * @throws TypeError or RangeError with a `code` and the numbers, before anything is allocated or written.
 */
export function conv2d(
  input: TensorLike,
  weight: TensorLike,
  bias?: BiasOrOptions<ConvOptions> | undefined,
  options?: ConvOptions,
): Tensor {
  return run(CONV2D, input, weight, bias, options);
}

/**
 * {@link conv2d} off the event loop. What it reads is copied before it returns, apart from SharedArrayBuffers; `out` is
 * written when the promise resolves.
 *
 * @example
 * ```ts
 * const y = await conv2dAsync(x, weight, bias, { groups: 32, signal: AbortSignal.timeout(100) });
 * ```
 *
 * @throws as {@link conv2d}, as a rejection; `signal.reason` on an abort.
 */
export function conv2dAsync(
  input: TensorLike,
  weight: TensorLike,
  bias?: BiasOrOptions<ConvAsyncOptions> | undefined,
  options?: ConvAsyncOptions,
): Promise<Tensor> {
  return runAsync(CONV2D, input, weight, bias, options);
}

/**
 * 1-D convolution, as `torch.nn.functional.conv1d`: {@link conv2d} with one axis.
 *
 * Shapes: input `[n, c, w]` or `[c, w]` (`'NHWC'`: `[n, w, c]`); weight `[out, c / groups, kw]`; bias `[out]`; result
 * `[n, out, ow]`. Padding of two numbers is `[left, right]`.
 *
 * @example
 * ```ts
 * const y = conv1d(x, weight, null, { padding: [30, 0], groups: 64 }); // causal
 * ```
 *
 * @throws as {@link conv2d}.
 */
export function conv1d(
  input: TensorLike,
  weight: TensorLike,
  bias?: BiasOrOptions<ConvOptions> | undefined,
  options?: ConvOptions,
): Tensor {
  return run(CONV1D, input, weight, bias, options);
}

/** {@link conv1d} off the event loop, as {@link conv2dAsync}. */
export function conv1dAsync(
  input: TensorLike,
  weight: TensorLike,
  bias?: BiasOrOptions<ConvAsyncOptions> | undefined,
  options?: ConvAsyncOptions,
): Promise<Tensor> {
  return runAsync(CONV1D, input, weight, bias, options);
}

/**
 * 3-D convolution, as `torch.nn.functional.conv3d`: {@link conv2d} with three axes.
 *
 * Shapes: input `[n, c, d, h, w]` or `[c, d, h, w]` (`'NHWC'`: `[n, d, h, w, c]`); weight `[out, c / groups, kd, kh, kw]`;
 * bias `[out]`; result `[n, out, od, oh, ow]`.
 *
 * @example
 * ```ts
 * const y = conv3d(video, weight, bias, { padding: [0, 1, 1], groups: 64 });
 * ```
 *
 * @throws as {@link conv2d}.
 */
export function conv3d(
  input: TensorLike,
  weight: TensorLike,
  bias?: BiasOrOptions<ConvOptions> | undefined,
  options?: ConvOptions,
): Tensor {
  return run(CONV3D, input, weight, bias, options);
}

/** {@link conv3d} off the event loop, as {@link conv2dAsync}. */
export function conv3dAsync(
  input: TensorLike,
  weight: TensorLike,
  bias?: BiasOrOptions<ConvAsyncOptions> | undefined,
  options?: ConvAsyncOptions,
): Promise<Tensor> {
  return runAsync(CONV3D, input, weight, bias, options);
}

/**
 * Depthwise 2-D convolution with one bank of kernels for every channel: `conv2d` with the bank and the bias repeated for
 * each channel, without the repetition.
 *
 * `out[n, c*M + m] = bias[m] + input[n, c] convolved with weight[m, 0]`
 *
 * Options: those of {@link conv2d} without `groups`.
 *
 * Shapes: input `[n, c, h, w]` or `[c, h, w]`; weight `[m, 1, kh, kw]`; bias `[m]`; result `[n, c * m, oh, ow]`.
 *
 * @example
 * ```ts
 * const edges = sharedDepthwiseConv2d(rgb, tensor([[[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]]]), { padding: 1 });
 * ```
 *
 * @throws as {@link conv2d}.
 */
export function sharedDepthwiseConv2d(
  input: TensorLike,
  weight: TensorLike,
  bias?: BiasOrOptions<SharedOptions> | undefined,
  options?: SharedOptions,
): Tensor {
  return run(SHARED_DEPTHWISE_CONV2D, input, weight, bias, options);
}

/** {@link sharedDepthwiseConv2d} off the event loop, as {@link conv2dAsync}. */
export function sharedDepthwiseConv2dAsync(
  input: TensorLike,
  weight: TensorLike,
  bias?: BiasOrOptions<SharedAsyncOptions> | undefined,
  options?: SharedAsyncOptions,
): Promise<Tensor> {
  return runAsync(SHARED_DEPTHWISE_CONV2D, input, weight, bias, options);
}

/**
 * Decides everything about a 2-D convolution once, for bare typed arrays of one input shape.
 *
 * Shapes, options and errors are those of {@link conv2d}; `out` is an argument of `run`.
 *
 * @example
 * ```ts
 * const plan = planConv2d([1, 32, 112, 112], weight, bias, { padding: 1, groups: 32 });
 * const output = new Float32Array(32 * 112 * 112); // plan.outputShape
 * plan.run(input, output);
 * ```
 */
export function planConv2d(
  inputShape: readonly number[],
  weight: TensorLike,
  bias?: BiasOrOptions<ConvPlanOptions> | undefined,
  options?: ConvPlanOptions,
): ConvPlan {
  return new ConvPlan(CONV2D, inputShape, weight, bias, options);
}

/** {@link planConv2d} for {@link conv1d}. */
export function planConv1d(
  inputShape: readonly number[],
  weight: TensorLike,
  bias?: BiasOrOptions<ConvPlanOptions> | undefined,
  options?: ConvPlanOptions,
): ConvPlan {
  return new ConvPlan(CONV1D, inputShape, weight, bias, options);
}

/** {@link planConv2d} for {@link conv3d}. */
export function planConv3d(
  inputShape: readonly number[],
  weight: TensorLike,
  bias?: BiasOrOptions<ConvPlanOptions> | undefined,
  options?: ConvPlanOptions,
): ConvPlan {
  return new ConvPlan(CONV3D, inputShape, weight, bias, options);
}

/** {@link planConv2d} for {@link sharedDepthwiseConv2d}. */
export function planSharedDepthwiseConv2d(
  inputShape: readonly number[],
  weight: TensorLike,
  bias?: BiasOrOptions<SharedPlanOptions> | undefined,
  options?: SharedPlanOptions,
): ConvPlan {
  return new ConvPlan(SHARED_DEPTHWISE_CONV2D, inputShape, weight, bias, options);
}
