// Typed arrays as they come from callers: recognised in any realm, refused where their memory may change under a
// computation, and allocated in one place.
import type { DType, FloatArray } from "./backend/types.js";
import {
  memoryError,
  rangeError,
  shapeError,
  show,
  showShape,
  tooLargeError,
  typedArrayTag,
  typeError,
} from "./errors.js";

// The accessors themselves: a subclass or an own property may answer `length` and `buffer` as it likes.
const prototype = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;
function accessor<Result>(name: string): (array: FloatArray) => Result {
  const get = Object.getOwnPropertyDescriptor(prototype, name)?.get as () => Result;
  return (array) => get.call(array);
}
export const lengthOf = accessor<number>("length");
const bufferOf = accessor<ArrayBufferLike>("buffer");
const byteOffsetOf = accessor<number>("byteOffset");
const byteLengthOf = accessor<number>("byteLength");

export function dtypeOf(array: FloatArray): DType {
  return typedArrayTag(array) === "Float64Array" ? "float64" : "float32";
}

/** A Float32Array or a Float64Array, whatever realm made it; the memory is looked at by `requireUsable`. */
export function requireFloatArray(operation: string, name: string, value: unknown): FloatArray {
  const tag = typedArrayTag(value);
  if (tag === "Float32Array" || tag === "Float64Array") return value as FloatArray;
  throw typeError(operation, `${name} must be a Float32Array or a Float64Array, but got ${show(value)}`);
}

interface MaybeResizable {
  readonly resizable?: boolean;
  readonly growable?: boolean;
}

function isDetached(buffer: ArrayBufferLike): boolean {
  if (buffer.byteLength !== 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/**
 * The array holds exactly `count` elements, and its memory cannot shrink. A growable SharedArrayBuffer only grows, so
 * it is fine; `shape` is what the message shows.
 */
export function requireUsable(
  operation: string,
  name: string,
  array: FloatArray,
  count: number,
  shape: readonly number[],
): void {
  const length = lengthOf(array);
  const buffer = bufferOf(array);
  if ((buffer as MaybeResizable).resizable === true) {
    throw typeError(
      operation,
      `${name} lies in a resizable ArrayBuffer; copy it, or use one of fixed size`,
      "ERR_DEPTHWISE_RESIZABLE",
    );
  }
  if (length === 0 && isDetached(buffer)) {
    const rule = `${name} ${showShape(shape)} needs ${count} elements, but its buffer is detached (transferred away)`;
    throw typeError(operation, rule, "ERR_DEPTHWISE_DETACHED");
  }
  if (length !== count) {
    throw shapeError(operation, `${name} ${showShape(shape)} needs ${count} elements, but got ${length}`);
  }
}

/** `out` may not share bytes with anything that the call reads. */
export function requireNoOverlap(operation: string, out: FloatArray, name: string, array: FloatArray): void {
  const buffer = bufferOf(out);
  if (buffer !== bufferOf(array)) return;
  const begin = byteOffsetOf(out);
  const end = begin + byteLengthOf(out);
  const otherBegin = byteOffsetOf(array);
  const otherEnd = otherBegin + byteLengthOf(array);
  if (begin >= otherEnd || otherBegin >= end) return;
  throw rangeError(
    operation,
    `out may not overlap ${name}, but out is bytes ${begin} to ${end} and ${name} bytes ${otherBegin} to ${otherEnd} of one buffer`,
    "ERR_DEPTHWISE_OVERLAP",
  );
}

/** The number of elements of a shape; a product that no array can have is refused. */
export function countElements(operation: string, name: string, shape: readonly number[]): number {
  let count = 1;
  for (const size of shape) count *= size;
  // A zero anywhere makes the product 0, also beside factors that overflow.
  if (!Number.isSafeInteger(count) && !shape.includes(0)) {
    throw tooLargeError(operation, `${name} ${showShape(shape)} has more than 2^53 - 1 elements`);
  }
  return shape.includes(0) ? 0 : count;
}

/** The one place that allocates results. Elements are 0. */
export function allocate(operation: string, dtype: DType, shape: readonly number[]): FloatArray {
  const count = countElements(operation, "result", shape);
  try {
    return dtype === "float32" ? new Float32Array(count) : new Float64Array(count);
  } catch (cause) {
    const bytes = count * (dtype === "float32" ? 4 : 8);
    throw memoryError(operation, `there is no memory for a result of ${showShape(shape)}, ${bytes} bytes`, cause);
  }
}
