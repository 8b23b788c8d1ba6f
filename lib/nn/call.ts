// The arguments of `forward`, read on the shortest way that still explains every mistake.
import { readSignal } from "../conv-arguments.js";
import { shapeError, showShape, typeError } from "../errors.js";
import { readOperand, requireMemory, type TensorLike } from "../operand.js";
import { readOptions } from "../options.js";
import { sameShape, Tensor } from "../tensor.js";
import { requireNoOverlap, requireUsable } from "../typed-array.js";
import type { ForwardAsyncOptions, ForwardOptions } from "./module.js";

const SYNC = ["out"];
const ASYNC = ["out", "signal"];

function readOut(operation: string, options: ForwardOptions, names: readonly string[]): Tensor | null {
  let isKnown = typeof options === "object";
  for (const name in options) if (!names.includes(name)) isKnown = false;
  // The long way knows what to say.
  if (!isKnown) readOptions(operation, names, options);
  const { out } = options;
  return out === undefined || out === null ? null : asTensor(operation, "out", out);
}

/** The `out` of a sync call. */
export function readForward(operation: string, options: ForwardOptions | undefined): Tensor | null {
  return options === undefined || options === null ? null : readOut(operation, options, SYNC);
}

/** The options of an async call. */
export function readForwardAsync(
  operation: string,
  options: ForwardAsyncOptions | undefined,
): { out: Tensor | null; signal: AbortSignal | null } {
  if (options === undefined || options === null) return { out: null, signal: null };
  const out = readOut(operation, options, ASYNC);
  const signal = readSignal(operation, options.signal);
  // Here, before the input is looked at: a signal that is none of Node's may do anything.
  signal?.throwIfAborted();
  return { out, signal };
}

/** A Tensor as it is, anything like one wrapped; memory that is gone is refused. */
export function asTensor(operation: string, name: string, value: TensorLike): Tensor {
  // What a Tensor holds cannot be resized, only detached; its length is 0 then.
  if (value instanceof Tensor && value.data.length === value.numel) return value;
  const operand = readOperand(operation, name, value);
  requireMemory(operation, operand);
  return new Tensor(operand.data, operand.shape);
}

/** `out` has the shape and type of the result and shares no byte with the input. */
export function requireOut(operation: string, out: Tensor, shape: readonly number[], input: Tensor): void {
  if (!sameShape(out.shape, shape)) {
    throw shapeError(operation, `out must have the shape ${showShape(shape)}, but got ${showShape(out.shape)}`);
  }
  if (out.dtype !== input.dtype) {
    throw typeError(operation, `out is ${out.dtype}, but input is ${input.dtype}; one call has one element type`);
  }
  // The input was read after `out`, and a getter of its may have given the memory away.
  if (out.data.length !== out.numel) requireUsable(operation, "out", out.data, out.numel, out.shape);
  if (out.data.buffer === input.data.buffer) requireNoOverlap(operation, out.data, "input", input.data);
}
