// The arguments of one call, read in one order: options first (their getters may do anything), then the tensors, then
// what their memory is now. After that no code of the caller runs any more.
import type { FloatArray } from "./backend/types.js";
import { shapeError, show, showShape, typedArrayTag, typeError } from "./errors.js";
import { type ConvProblem, makeProblem } from "./geometry.js";
import { hasData, type Operand, readOperand, requireMemory, requireOneDType } from "./operand.js";
import { type OptionValues, readOptions } from "./options.js";
import { type Operation, readSettings, settingNames } from "./settings.js";
import { sameShape, Tensor } from "./tensor.js";
import { requireNoOverlap } from "./typed-array.js";

/** `bias, options` or `options` alone: a third argument without `data` is the options. */
export function splitBias(operation: Operation, third: unknown, fourth: unknown): [bias: unknown, options: unknown] {
  if (third === undefined || third === null) return [null, fourth];
  // Neither an array nor a typed array can be options, so it was meant as a bias, and is refused as one.
  if (hasData(third) || Array.isArray(third) || typedArrayTag(third) !== undefined) return [third, fourth];
  if (fourth === undefined) return [null, third];
  throw typeError(operation.name, `bias must be a tensor, null or undefined, but got ${show(third)}`);
}

export function readSignal(operation: string, value: unknown): AbortSignal | null {
  if (value === undefined || value === null) return null;
  const { aborted, addEventListener } = value as Partial<AbortSignal>;
  if (typeof aborted === "boolean" && typeof addEventListener === "function") return value as AbortSignal;
  throw typeError(operation, `signal must be an AbortSignal, but got ${show(value)}`);
}

/** Where a result goes: the caller's `out`, or a new tensor. */
export class Destination {
  readonly shape: readonly number[];
  readonly #out: unknown;
  readonly #operand: Operand | null;

  constructor(operation: string, out: unknown, operand: Operand | null, shape: readonly number[]) {
    if (operand !== null && !sameShape(operand.shape, shape)) {
      throw shapeError(operation, `out must have the shape ${showShape(shape)}, but got ${showShape(operand.shape)}`);
    }
    this.shape = shape;
    this.#out = out;
    this.#operand = operand;
  }

  /** The caller's array, if there is one. */
  get data(): FloatArray | null {
    return this.#operand?.data ?? null;
  }

  /** The tensor over a finished result; the caller's own object where that is a Tensor. */
  finish(data: FloatArray): Tensor {
    if (this.#operand === null) return new Tensor(data, this.shape);
    return this.#out instanceof Tensor ? this.#out.touch() : new Tensor(data, this.shape);
  }
}

/** One functional call, every rule applied. */
export interface ConvCall {
  readonly problem: ConvProblem;
  readonly input: FloatArray;
  readonly weight: FloatArray;
  readonly bias: FloatArray | null;
  readonly destination: Destination;
  readonly signal: AbortSignal | null;
}

export function readCall(
  operation: Operation,
  extraOptions: readonly string[],
  input: unknown,
  weight: unknown,
  third: unknown,
  fourth: unknown,
): ConvCall {
  const { name } = operation;
  const [biasValue, optionsValue] = splitBias(operation, third, fourth);
  const options = readOptions(name, [...settingNames(operation), ...extraOptions], optionsValue);
  const settings = readSettings(operation, options);
  const signal = readSignal(name, options["signal"]);
  const x = readOperand(name, "input", input);
  const w = readOperand(name, "weight", weight);
  const b = biasValue === null ? null : readOperand(name, "bias", biasValue);
  const out = readOut(name, options);
  const inputs = b === null ? [x, w] : [x, w, b];
  const all = out === null ? inputs : [...inputs, out];
  // The last code of the caller's that runs: a signal that is none of Node's may do anything, so memory is looked at later.
  signal?.throwIfAborted();
  for (const operand of all) requireMemory(name, operand);
  const dtype = requireOneDType(name, all);
  const problem = makeProblem(operation, settings, dtype, x.shape, w.shape, b?.shape ?? null);
  const destination = new Destination(name, options["out"], out, problem.outputShape);
  if (out !== null) for (const operand of inputs) requireNoOverlap(name, out.data, operand.name, operand.data);
  return { problem, input: x.data, weight: w.data, bias: b?.data ?? null, destination, signal };
}

function readOut(operation: string, options: OptionValues): Operand | null {
  const out = options["out"] ?? null;
  return out === null ? null : readOperand(operation, "out", out);
}
