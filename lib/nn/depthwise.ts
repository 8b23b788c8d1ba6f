// Convolutions in which every output channel sees one input channel, with kernels of its own or from one bank.
import { rangeError, requirePositiveInteger } from "../errors.js";
import type { PerAxis } from "../functional.js";
import * as init from "../init.js";
import type { Operation } from "../settings.js";
import { type ConvDesign, ConvModule, type ConvModuleOptions, readDesign } from "./conv-module.js";

/** Options of the depthwise modules: the groups follow from the channels. */
export type DepthwiseOptions = Omit<ConvModuleOptions, "groups">;

function design(
  operation: Operation,
  inChannels: number,
  outChannels: number,
  kernelSize: PerAxis,
  options: DepthwiseOptions | undefined,
): ConvDesign {
  const { name, sharedBank } = operation;
  const into = requirePositiveInteger(name, "inChannels", inChannels);
  const out = requirePositiveInteger(name, "outChannels", outChannels);
  if (out % into !== 0) {
    throw rangeError(name, `outChannels must be a multiple of inChannels=${into}, but got ${out}`);
  }
  const read = readDesign(operation, kernelSize, options, ["groups"], (values, kernel) => ({
    ...values,
    padding: values["padding"] ?? kernel.map((size) => Math.floor(size / 2)),
    ...(sharedBank ? {} : { groups: into }),
  }));
  const weightShape = [sharedBank ? out / into : out, 1, ...read.kernelSize];
  return { ...read, inChannels: into, outChannels: out, weightShape };
}

/** The base of `DepthwiseConv1d` and `DepthwiseConv2d`. */
abstract class DepthwiseConv extends ConvModule {
  readonly groups: number;

  /** @internal */
  constructor(made: ConvDesign) {
    super(made);
    this.groups = made.inChannels;
  }

  protected override printedGroups(): number {
    return this.groups;
  }
}

/**
 * Depthwise 2-D convolution: `Conv2d` with as many groups as input channels, and so much padding that an odd kernel keeps
 * the size.
 *
 * `out[n, c*M + m] = bias[c*M + m] + input[n, c] convolved with weight[c*M + m, 0]`, `M = outChannels / inChannels`
 *
 * Options: those of `Conv2d` without `groups`; `padding` is `floor(kernelSize / 2)` unless it is given, whatever the dilation
 * (an even kernel gives one more row and column).
 *
 * Shapes: weight `[outChannels, 1, kh, kw]`, bias `[outChannels]`; input `[n, inChannels, h, w]` or `[inChannels, h, w]`.
 *
 * @example
 * ```ts
 * const layer = new nn.DepthwiseConv2d(32, 64, 3);
 * layer.parameterCount(); // 64 * 3 * 3 + 64
 * ```
 *
 * @throws `ERR_DEPTHWISE_VALUE` with both numbers where `outChannels` is no multiple of `inChannels`.
 */
export class DepthwiseConv2d extends DepthwiseConv {
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options?: DepthwiseOptions) {
    super(
      design({ name: "DepthwiseConv2d", rank: 2, sharedBank: false }, inChannels, outChannels, kernelSize, options),
    );
  }
}

/**
 * Depthwise 1-D convolution: {@link DepthwiseConv2d} with one axis.
 *
 * Shapes: weight `[outChannels, 1, kw]`; input `[n, inChannels, w]` or `[inChannels, w]`.
 *
 * @example
 * ```ts
 * const layer = new nn.DepthwiseConv1d(512, 512, 31);
 * ```
 *
 * @throws as {@link DepthwiseConv2d}.
 */
export class DepthwiseConv1d extends DepthwiseConv {
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options?: DepthwiseOptions) {
    super(
      design({ name: "DepthwiseConv1d", rank: 1, sharedBank: false }, inChannels, outChannels, kernelSize, options),
    );
  }
}

/**
 * Depthwise 2-D convolution with one bank of kernels for every input channel: `inChannels` times fewer parameters than
 * {@link DepthwiseConv2d} for the same multiply-adds. The bank is never repeated in memory, and its bias is shared with it.
 *
 * `out[n, c*M + m] = bias[m] + input[n, c] convolved with weight[m, 0]`, `M = outChannels / inChannels`
 *
 * Options: those of {@link DepthwiseConv2d}, with the same padding. Weights start from normal(0, 0.01), the bias from 0.
 *
 * Shapes: weight `[M, 1, kh, kw]`, bias `[M]`; input `[n, inChannels, h, w]` or `[inChannels, h, w]`.
 *
 * @example
 * ```ts
 * const layer = new nn.SharedDepthwiseConv2d(3, 12, 3);
 * layer.parameterCount(); // 4 * 3 * 3 + 4
 * ```
 *
 * @throws as {@link DepthwiseConv2d}.
 */
export class SharedDepthwiseConv2d extends ConvModule {
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options?: DepthwiseOptions) {
    super(
      design(
        { name: "SharedDepthwiseConv2d", rank: 2, sharedBank: true },
        inChannels,
        outChannels,
        kernelSize,
        options,
      ),
    );
  }

  /** Draws new weights from normal(0, 0.01) and sets the bias to 0, as the constructor does. */
  override resetParameters(): void {
    init.normal(this.weight, 0, 0.01);
    if (this.bias !== null) init.zeros(this.bias);
  }

  protected override printedGroups(): number {
    return this.inChannels;
  }
}
