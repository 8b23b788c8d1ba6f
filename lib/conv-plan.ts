import { createPlan } from "./backend/load.js";
import type { BackendPlan, DType, FloatArray, PackedWeights } from "./backend/types.js";
import { readSignal, splitBias } from "./conv-arguments.js";
import { requireShape, shapeError, showShape, typeError } from "./errors.js";
import { makeProblem } from "./geometry.js";
import { readOperand, requireMemory, requireOneDType } from "./operand.js";
import { readOptions } from "./options.js";
import { type Operation, readSettings, settingNames } from "./settings.js";
import { allocate, dtypeOf, requireFloatArray, requireNoOverlap, requireUsable } from "./typed-array.js";

/** Options of `ConvPlan.runAsync`. */
export interface RunAsyncOptions {
  /** Stops the run before it starts or between work items; the promise rejects with `signal.reason`. */
  readonly signal?: AbortSignal | null | undefined;
}

/**
 * A convolution for one input shape and one set of weights: everything is decided once, and each run is arithmetic on
 * bare typed arrays. Made by `planConv1d`, `planConv2d`, `planConv3d` and `planSharedDepthwiseConv2d`.
 *
 * The weights are copied when the plan is made; later writes into them change nothing. A plan is immutable and may run
 * any number of times at once.
 */
export class ConvPlan {
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  readonly dtype: DType;
  /** Name of the kernel with its ISA, such as `depthwise2d_k3_s1/avx2`. */
  readonly kernel: string;
  readonly #name: string;
  readonly #plan: BackendPlan;
  readonly #packed: PackedWeights;
  readonly #batch: number;
  readonly #inputCount: number;
  readonly #outputCount: number;

  /** @internal */
  constructor(operation: Operation, inputShape: unknown, weight: unknown, third: unknown, fourth: unknown) {
    const { name } = operation;
    const [biasValue, optionsValue] = splitBias(operation, third, fourth);
    const settings = readSettings(operation, readOptions(name, settingNames(operation), optionsValue));
    const shape = requireShape(name, "inputShape", inputShape);
    const w = readOperand(name, "weight", weight);
    const b = biasValue === null ? null : readOperand(name, "bias", biasValue);
    const operands = b === null ? [w] : [w, b];
    for (const operand of operands) requireMemory(name, operand);
    const dtype = requireOneDType(name, operands);
    const problem = makeProblem(operation, settings, dtype, shape, w.shape, b?.shape ?? null);
    this.inputShape = problem.inputShape;
    this.outputShape = problem.outputShape;
    this.dtype = dtype;
    this.#name = name;
    this.#batch = problem.batch;
    this.#inputCount = problem.batch * problem.geometry.inputElements;
    this.#outputCount = problem.batch * problem.geometry.outputElements;
    if (problem.geometry.inputElements === 0) {
      throw shapeError(
        name,
        `inputShape ${showShape(shape)} has an axis of size 0; only the batch of a plan may be empty`,
      );
    }
    this.#plan = createPlan(problem.geometry);
    this.#packed = this.#plan.pack(w.data, b?.data ?? null);
    this.kernel = this.#plan.kernel;
  }

  /**
   * Computes into `output` and returns it; without `output`, into a new array.
   *
   * @throws `ERR_DEPTHWISE_TYPE` for another element type, `ERR_DEPTHWISE_SHAPE` for another length,
   * `ERR_DEPTHWISE_OVERLAP`, `ERR_DEPTHWISE_DETACHED`, `ERR_DEPTHWISE_RESIZABLE`.
   */
  run(input: FloatArray, output?: FloatArray | null): FloatArray {
    this.#require("input", input, this.#inputCount, this.inputShape);
    const destination = this.#destination(input, output);
    if (this.#outputCount === 0) return destination ?? allocate(this.#name, this.dtype, this.outputShape);
    if (destination === null) return this.#plan.runNew(this.#packed, this.#batch, input);
    this.#plan.run(this.#packed, this.#batch, input, destination);
    return destination;
  }

  /**
   * As `run`, off the event loop: the input is copied before this returns (one over a SharedArrayBuffer is read in
   * place), and `output` is written when the promise resolves.
   */
  async runAsync(input: FloatArray, output?: FloatArray | null, options?: RunAsyncOptions): Promise<FloatArray> {
    const signal = readSignal(this.#name, readOptions(this.#name, ["signal"], options)["signal"]);
    // Before the memory is looked at: a signal that is none of Node's may do anything.
    signal?.throwIfAborted();
    this.#require("input", input, this.#inputCount, this.inputShape);
    const destination = this.#destination(input, output);
    if (this.#outputCount === 0) return destination ?? allocate(this.#name, this.dtype, this.outputShape);
    return this.#plan.runAsync({ packed: this.#packed }, this.#batch, input, destination, signal);
  }

  /** What was decided, a line an item: kernel, ISA, tile, threads, expected work. */
  describe(): string {
    return this.#plan.describe();
  }

  #destination(input: FloatArray, output: FloatArray | null | undefined): FloatArray | null {
    if (output === undefined || output === null) return null;
    this.#require("output", output, this.#outputCount, this.outputShape);
    requireNoOverlap(this.#name, output, "input", input);
    return output;
  }

  #require(name: string, array: FloatArray, count: number, shape: readonly number[]): void {
    const dtype = dtypeOf(requireFloatArray(this.#name, name, array));
    if (dtype !== this.dtype) throw typeError(this.#name, `${name} is ${dtype}, but the plan is ${this.dtype}`);
    requireUsable(this.#name, name, array, count, shape);
  }
}
