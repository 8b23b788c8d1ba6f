// A depthwise convolution and a pointwise one behind it.
import { requirePositiveInteger } from "../errors.js";
import type { PerAxis } from "../functional.js";
import type { TensorLike } from "../operand.js";
import { readOptions } from "../options.js";
import { sameShape, type Tensor } from "../tensor.js";
import { asTensor } from "./call.js";
import { Conv2d } from "./conv.js";
import { DepthwiseConv2d, type DepthwiseOptions } from "./depthwise.js";
import { type Captured, type ForwardAsyncOptions, type ForwardOptions, Module } from "./module.js";

/** Options of {@link DepthwiseSeparableConv2d}. */
export interface SeparableOptions extends DepthwiseOptions {
  /** Intermediate channels for each input channel; default 1. */
  readonly multiplier?: number | undefined;
}

const NAME = "DepthwiseSeparableConv2d";
/** Options of the first convolution alone. */
const SPATIAL = ["stride", "padding", "dilation", "paddingMode"];

/**
 * Depthwise-separable 2-D convolution: `DepthwiseConv2d(inChannels, inChannels * multiplier, kernelSize)`, then
 * `Conv2d(inChannels * multiplier, outChannels, 1)`. The tensor between the two is kept and used again.
 *
 * Options: `stride`, `padding`, `dilation` and `paddingMode` of the first; `bias`, `layout` and `dtype` of both; `activation` of the
 * second alone (for one between the two, set up the children in a `Sequential`); `multiplier`.
 *
 * Shapes: input `[n, inChannels, h, w]` or `[inChannels, h, w]`; output `[n, outChannels, oh, ow]`.
 *
 * @example
 * ```ts
 * const block = new nn.DepthwiseSeparableConv2d(32, 64, 3, { stride: 2, bias: false, activation: "relu6" });
 * ```
 *
 * @throws as `DepthwiseConv2d`.
 */
export class DepthwiseSeparableConv2d extends Module {
  readonly depthwise: DepthwiseConv2d;
  readonly pointwise: Conv2d;
  #inputShape: readonly number[] = [];
  #between: Tensor | null = null;

  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options?: SeparableOptions) {
    super();
    const common = ["bias", "layout", "dtype"];
    const values = readOptions(NAME, [...SPATIAL, ...common, "activation", "multiplier"], options);
    const into = requirePositiveInteger(NAME, "inChannels", inChannels);
    const between = into * requirePositiveInteger(NAME, "multiplier", values["multiplier"] ?? 1);
    const pick = (names: readonly string[]) =>
      Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
    this.depthwise = new DepthwiseConv2d(into, between, kernelSize, pick([...SPATIAL, ...common]));
    this.pointwise = new Conv2d(between, outChannels, 1, pick([...common, "activation"]));
  }

  /** The first convolution, then the second; with `out` nothing is allocated once an input's size has been seen. */
  override forward(input: TensorLike, options?: ForwardOptions): Tensor {
    const x = asTensor(NAME, "input", input);
    const kept = this.#between;
    const isKept = kept !== null && kept.dtype === x.dtype && sameShape(x.shape, this.#inputShape);
    const between = this.depthwise.forward(x, isKept ? { out: kept } : undefined);
    this.#between = between;
    this.#inputShape = x.shape;
    return this.pointwise.forward(between, options);
  }

  /** As `forward`, off the event loop; weights that are changed meanwhile do not matter. */
  override async forwardAsync(input: TensorLike, options?: ForwardAsyncOptions): Promise<Tensor> {
    return this.capture()(input, options);
  }

  /** @internal */
  override capture(): Captured {
    const first = this.depthwise.capture();
    const second = this.pointwise.capture();
    return async (input, options) => second(await first(input, signalOf(options)), options);
  }
}

/** What the steps before the last are told. @internal */
export function signalOf(options: ForwardAsyncOptions | undefined): ForwardAsyncOptions | undefined {
  const signal = options?.signal;
  return signal === undefined || signal === null ? undefined : { signal };
}
