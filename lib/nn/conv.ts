// The convolutions as PyTorch has them.
import { requireDivides, requirePositiveInteger } from "../errors.js";
import type { PerAxis } from "../functional.js";
import type { Operation } from "../settings.js";
import { type ConvDesign, ConvModule, type ConvModuleOptions, readDesign } from "./conv-module.js";

function design(
  operation: Operation,
  inChannels: number,
  outChannels: number,
  kernelSize: PerAxis,
  options: ConvModuleOptions | undefined,
): ConvDesign {
  const { name } = operation;
  const into = requirePositiveInteger(name, "inChannels", inChannels);
  const out = requirePositiveInteger(name, "outChannels", outChannels);
  const read = readDesign(operation, kernelSize, options, [], (values) => values);
  const { groups } = read.settings;
  requireDivides(name, "groups", groups, "inChannels", into);
  requireDivides(name, "groups", groups, "outChannels", out);
  const weightShape = [out, into / groups, ...read.kernelSize];
  return { ...read, inChannels: into, outChannels: out, weightShape };
}

/** The base of `Conv1d`, `Conv2d` and `Conv3d`. */
abstract class GroupedConv extends ConvModule {
  readonly groups: number;

  /** @internal */
  constructor(made: ConvDesign) {
    super(made);
    this.groups = made.settings.groups;
  }

  protected override printedGroups(): number {
    return this.groups;
  }
}

/**
 * 2-D convolution, as `torch.nn.Conv2d`.
 *
 * `out[n, o, y, x] = bias[o] + sum over i, ky, kx of weight[o, i, ky, kx] * input[n, g*I + i, y*s - p + ky*d, x*s - p + kx*d]`
 * with `I = inChannels / groups` and `g` the group of output channel `o`.
 *
 * Options: `stride`, `padding`, `dilation`, `groups`, `bias`, `paddingMode`, `layout`, `activation`, `dtype`.
 *
 * Shapes: weight `[outChannels, inChannels / groups, kh, kw]`, bias `[outChannels]`; input `[n, inChannels, h, w]` or, unbatched,
 * `[inChannels, h, w]`; with `layout: 'NHWC'` the channels of input and output come last.
 *
 * @example
 * ```ts
 * const layer = new nn.Conv2d(3, 16, 3, { padding: 1, activation: "relu" });
 * const y = layer.forward(x);
 * ```
 *
 * @throws `ERR_DEPTHWISE_VALUE` with the numbers where groups do not divide both channel counts.
 */
export class Conv2d extends GroupedConv {
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options?: ConvModuleOptions) {
    super(design({ name: "Conv2d", rank: 2, sharedBank: false }, inChannels, outChannels, kernelSize, options));
  }
}

/**
 * 1-D convolution, as `torch.nn.Conv1d`: {@link Conv2d} with one axis.
 *
 * Shapes: weight `[outChannels, inChannels / groups, kw]`; input `[n, inChannels, w]` or `[inChannels, w]`.
 *
 * @example
 * ```ts
 * const layer = new nn.Conv1d(64, 64, 4, { padding: [3, 0], groups: 64 }); // causal
 * ```
 *
 * @throws as {@link Conv2d}.
 */
export class Conv1d extends GroupedConv {
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options?: ConvModuleOptions) {
    super(design({ name: "Conv1d", rank: 1, sharedBank: false }, inChannels, outChannels, kernelSize, options));
  }
}

/**
 * 3-D convolution, as `torch.nn.Conv3d`: {@link Conv2d} with three axes.
 *
 * Shapes: weight `[outChannels, inChannels / groups, kd, kh, kw]`; input `[n, inChannels, d, h, w]` or `[inChannels, d, h, w]`.
 *
 * @example
 * ```ts
 * const layer = new nn.Conv3d(16, 32, [1, 3, 3], { padding: [0, 1, 1] });
 * ```
 *
 * @throws as {@link Conv2d}.
 */
export class Conv3d extends GroupedConv {
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options?: ConvModuleOptions) {
    super(design({ name: "Conv3d", rank: 3, sharedBank: false }, inChannels, outChannels, kernelSize, options));
  }
}
