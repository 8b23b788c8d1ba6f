// What all convolution modules share: parameters with setters, plans, snapshots of the weights. No arithmetic.
import type { Activation, DType, Layout, PaddingMode } from "../backend/types.js";
import { requireBoolean, shapeError, showShape, typeError } from "../errors.js";
import type { ConvPlanOptions, PerAxis } from "../functional.js";
import * as init from "../init.js";
import type { TensorLike } from "../operand.js";
import { type OptionValues, readOptions } from "../options.js";
import { type ConvSettings, type Operation, readPerAxis, readSettings, settingNames } from "../settings.js";
import { readDType, sameShape, Tensor, zeros } from "../tensor.js";
import { allocate } from "../typed-array.js";
import { asTensor, readForward, readForwardAsync, requireOut } from "./call.js";
import { type Captured, type ForwardAsyncOptions, type ForwardOptions, Module } from "./module.js";
import { Parameter } from "./parameter.js";
import { PlanCache, type PlanEntry } from "./plan-cache.js";
import { WeightSnapshot } from "./weights.js";

/** Options of the convolution modules. */
export interface ConvModuleOptions extends ConvPlanOptions {
  /** Whether there is a bias; default true. */
  readonly bias?: boolean | undefined;
  /** Element type of the parameters; default `'float32'`. */
  readonly dtype?: DType | undefined;
}

/** @internal What a subclass decides before the parameters are made. */
export interface ConvDesign {
  readonly operation: Operation;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly number[];
  readonly settings: ConvSettings;
  readonly weightShape: readonly number[];
  readonly hasBias: boolean;
  readonly dtype: DType;
}

/** @internal Channels, kernel and options in their order of reading; `adjust` gives the options their module's defaults. */
export function readDesign(
  operation: Operation,
  kernelSize: PerAxis,
  options: unknown,
  fixed: readonly string[],
  adjust: (values: OptionValues, kernel: readonly number[]) => OptionValues,
): Pick<ConvDesign, "operation" | "kernelSize" | "settings" | "hasBias" | "dtype"> {
  const { name } = operation;
  const kernel = readPerAxis(operation, "kernelSize", kernelSize);
  const names = [...settingNames(operation).filter((option) => !fixed.includes(option)), "bias", "dtype"];
  const values = readOptions(name, names, options);
  const { bias = true, dtype = "float32" } = values;
  const settings = readSettings(operation, adjust(values, kernel));
  return {
    operation,
    kernelSize: kernel,
    settings,
    hasBias: requireBoolean(name, "bias", bias),
    dtype: readDType(name, dtype),
  };
}

/** The base of all convolutions: everything but how they are initialised and which weights they have. */
export abstract class ConvModule extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  /** All beginnings, then all ends, or `'same'`. */
  readonly padding: readonly number[] | "same";
  readonly dilation: readonly number[];
  readonly paddingMode: PaddingMode;
  readonly layout: Layout;
  readonly activation: Activation | null;
  readonly #name: string;
  readonly #plans: PlanCache;
  readonly #imageRank: number;
  #weight: Parameter;
  #bias: Parameter | null;
  #snapshot: WeightSnapshot | null = null;

  /** @internal */
  constructor(design: ConvDesign) {
    super();
    const { operation, settings, weightShape, dtype } = design;
    this.inChannels = design.inChannels;
    this.outChannels = design.outChannels;
    this.kernelSize = design.kernelSize;
    this.stride = settings.stride;
    this.padding = settings.padding;
    this.dilation = settings.dilation;
    this.paddingMode = settings.paddingMode;
    this.layout = settings.layout;
    this.activation = settings.activation;
    this.#name = operation.name;
    this.#imageRank = operation.rank + 1;
    this.#plans = new PlanCache(operation, settings, design.inChannels);
    this.#weight = new Parameter(zeros(weightShape, { dtype }));
    this.#bias = design.hasBias ? new Parameter(zeros([weightShape[0] as number], { dtype })) : null;
    this.resetParameters();
  }

  /** The kernels. Setting another tensor of the same shape takes effect at the next call. */
  get weight(): Parameter {
    return this.#weight;
  }

  set weight(value: TensorLike) {
    this.#weight = this.#asParameter("weight", value, this.#weight.shape);
  }

  /** One number an output channel (a kernel of the bank, where it is shared), or `null`. */
  get bias(): Parameter | null {
    return this.#bias;
  }

  set bias(value: TensorLike | null) {
    const own = this.#bias;
    if (own === null || value === null) {
      if (own === value) return;
      const made = own === null ? "without a bias" : "with a bias";
      throw typeError(this.#name, `the module was made ${made}; make another one instead`);
    }
    this.#bias = this.#asParameter("bias", value, own.shape);
  }

  /** Draws new weights and a new bias, as the constructor does: kaiming uniform, a = sqrt 5, and uniform in 1 / sqrt(fan in). */
  resetParameters(): void {
    init.kaimingUniform(this.#weight, { a: Math.sqrt(5) });
    if (this.#bias === null) return;
    const { fanIn } = init.fans(this.#name, this.#weight.shape);
    const bound = 1 / Math.sqrt(fanIn);
    init.uniform(this.#bias, -bound, bound);
  }

  /**
   * The convolution of an input, batched or not.
   *
   * Options: `out`, a tensor to write into; then nothing is allocated.
   *
   * @throws TypeError or RangeError with a `code` and the numbers, before anything is written.
   */
  override forward(input: TensorLike, options?: ForwardOptions): Tensor {
    const name = this.#name;
    const out = readForward(name, options);
    const x = asTensor(name, "input", input);
    const snapshot = this.#current();
    if (x.shape.length > this.#imageRank && x.shape[0] === 0) return this.#empty(x, out);
    const entry = this.#find(x, snapshot);
    const shape = this.#outputShape(entry, x);
    const packed = entry.packedOf(snapshot);
    if (out === null) return new Tensor(entry.plan.runNew(packed, this.#batch(x), x.data), shape);
    requireOut(name, out, shape, x);
    entry.plan.run(packed, this.#batch(x), x.data, out.data);
    return out.touch();
  }

  /**
   * As `forward`, off the event loop. The input is copied before this returns (one over a SharedArrayBuffer is read in
   * place), `out` is written when the promise resolves, and weights that are changed meanwhile do not matter.
   *
   * @throws as `forward`, as a rejection; `signal.reason` on an abort.
   */
  override async forwardAsync(input: TensorLike, options?: ForwardAsyncOptions): Promise<Tensor> {
    return this.#runAsync(this.#current(), input, options);
  }

  /** @internal */
  override capture(): Captured {
    const snapshot = this.#current();
    return (input, options) => this.#runAsync(snapshot, input, options);
  }

  /** @internal */
  override *ownParameters(): IterableIterator<[name: string, parameter: Parameter]> {
    yield ["weight", this.#weight];
    if (this.#bias !== null) yield ["bias", this.#bias];
    yield* super.ownParameters();
  }

  /** @internal The number of groups that is printed; 1 is not. */
  protected abstract printedGroups(): number;

  override extraRepr(): string {
    const parts = [
      `${this.inChannels}, ${this.outChannels}`,
      `kernel_size=${tuple(this.kernelSize)}`,
      `stride=${tuple(this.stride)}`,
    ];
    if (this.padding === "same") parts.push("padding=same");
    else if (this.padding.some((pad) => pad !== 0)) parts.push(`padding=${tuple(shortPadding(this.padding))}`);
    if (this.dilation.some((step) => step !== 1)) parts.push(`dilation=${tuple(this.dilation)}`);
    if (this.printedGroups() !== 1) parts.push(`groups=${this.printedGroups()}`);
    if (this.#bias === null) parts.push("bias=False");
    if (this.paddingMode !== "zeros") parts.push(`padding_mode=${this.paddingMode}`);
    if (this.layout !== "NCHW") parts.push(`layout=${this.layout}`);
    if (this.activation !== null) parts.push(`activation=${this.activation}`);
    return parts.join(", ");
  }

  // Everything up to the await runs within the call, so that a refused argument is a rejection and the copies are made.
  async #runAsync(snapshot: WeightSnapshot, input: TensorLike, options?: ForwardAsyncOptions): Promise<Tensor> {
    const name = this.#name;
    const { out, signal } = readForwardAsync(name, options);
    const x = asTensor(name, "input", input);
    const isEmpty = x.shape.length > this.#imageRank && x.shape[0] === 0;
    if (isEmpty) return this.#empty(x, out);
    const entry = this.#find(x, snapshot);
    const shape = this.#outputShape(entry, x);
    if (out !== null) requireOut(name, out, shape, x);
    const packed = snapshot.packedFor(entry.plan);
    const result = await entry.plan.runAsync({ packed }, this.#batch(x), x.data, out?.data ?? null, signal);
    return out === null ? new Tensor(result, shape) : out.touch();
  }

  /** The weights as they are now. */
  #current(): WeightSnapshot {
    if (this.#snapshot?.isCurrent(this.#weight, this.#bias)) return this.#snapshot;
    this.#plans.forgetWeights();
    this.#snapshot = new WeightSnapshot(this.#name, this.#weight, this.#bias);
    return this.#snapshot;
  }

  #find(x: Tensor, snapshot: WeightSnapshot): PlanEntry {
    if (x.dtype !== snapshot.dtype) {
      const rule = `input is ${x.dtype}, but weight is ${snapshot.dtype}`;
      throw typeError(this.#name, `${rule}; one call has one element type`);
    }
    return this.#plans.find(x, this.#weight.shape, this.#bias?.shape ?? null);
  }

  #batch(x: Tensor): number {
    return x.shape.length === this.#imageRank ? 1 : (x.shape[0] as number);
  }

  #outputShape(entry: PlanEntry, x: Tensor): readonly number[] {
    return x.shape.length === this.#imageRank ? entry.outputImage : entry.batchedOutput(x.shape[0] as number);
  }

  /** No image: the rules of shapes hold, and there is nothing to compute. */
  #empty(x: Tensor, out: Tensor | null): Tensor {
    const { outputShape } = this.#plans.check(x, this.#weight.shape, this.#bias?.shape ?? null);
    if (out === null) return new Tensor(allocate(this.#name, x.dtype, outputShape), outputShape);
    requireOut(this.#name, out, outputShape, x);
    return out;
  }

  #asParameter(what: string, value: TensorLike, shape: readonly number[]): Parameter {
    const parameter = value instanceof Parameter ? value : new Parameter(asTensor(this.#name, what, value));
    if (sameShape(parameter.shape, shape)) return parameter;
    const rule = `${what} must have the shape ${showShape(shape)}`;
    throw shapeError(this.#name, `${rule}, but got ${showShape(parameter.shape)}`);
  }
}

/** As Python prints tuples. */
function tuple(numbers: readonly number[]): string {
  return numbers.length === 1 ? `(${numbers[0]},)` : `(${numbers.join(", ")})`;
}

/** One number an axis where beginnings and ends are the same. */
function shortPadding(padding: readonly number[]): readonly number[] {
  const rank = padding.length / 2;
  const beginnings = padding.slice(0, rank);
  return sameShape(beginnings, padding.slice(rank)) ? beginnings : padding;
}
