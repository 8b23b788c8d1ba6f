// What may stand where a tensor is asked for: a Tensor, or anything with `data` and `shape` (or `dims`) whose elements
// lie in row-major order: an onnxruntime tensor, a contiguous ndarray.
import type { DType, FloatArray } from "./backend/types.js";
import { requireShape, shapeError, show, showShape, typedArrayTag, typeError } from "./errors.js";
import { countElements, dtypeOf, lengthOf, requireFloatArray, requireUsable } from "./typed-array.js";

/** A float array with a shape: every `Tensor` is one, and so are the tensors of many other libraries. */
export type TensorLike =
  | { readonly data: FloatArray; readonly shape: readonly number[] }
  | { readonly data: FloatArray; readonly dims: readonly number[] };

/** What was read of a tensor. */
export interface Operand {
  readonly name: string;
  readonly data: FloatArray;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

interface Loose {
  readonly data?: unknown;
  readonly shape?: unknown;
  readonly dims?: unknown;
  readonly stride?: unknown;
  readonly offset?: unknown;
}

export function hasData(value: unknown): boolean {
  return typeof value === "object" && value !== null && "data" in value;
}

/** The part of an ndarray's memory that is its elements; anything but row-major order is refused. */
function contiguousPart(
  operation: string,
  name: string,
  data: FloatArray,
  shape: readonly number[],
  value: Loose,
): FloatArray {
  const { stride, offset } = value;
  if (!Array.isArray(stride) || typeof offset !== "number") return data;
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
    if (size !== 1 && stride[axis] !== expected) {
      throw shapeError(
        operation,
        `${name} ${showShape(shape)} must lie in row-major order, but has the strides ${show(stride)}`,
      );
    }
    expected *= size;
  }
  const end = offset + countElements(operation, name, shape);
  return Number.isSafeInteger(offset) && offset >= 0 && end <= lengthOf(data) ? data.subarray(offset, end) : data;
}

/** Reads each property once. A getter may do anything, so the memory is looked at later, by `requireMemory`. */
export function readOperand(operation: string, name: string, value: unknown): Operand {
  if (typedArrayTag(value) !== undefined) {
    const hint = "give it a shape by tensor(data, shape)";
    throw typeError(operation, `${name} must be a tensor, but got a bare ${show(value)}; ${hint}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw typeError(operation, `${name} must be a tensor, but got ${show(value)}`);
  }
  const loose = value as Loose;
  const sizes = loose.shape ?? loose.dims;
  if (sizes === undefined) {
    throw typeError(operation, `${name} must be a tensor with data and shape, but got an object without a shape`);
  }
  const shape = requireShape(operation, `shape of ${name}`, sizes);
  const all = requireFloatArray(operation, `data of ${name}`, loose.data);
  const data = contiguousPart(operation, name, all, shape, loose);
  return { name, data, shape, dtype: dtypeOf(data) };
}

/** As many elements as the shape says, in memory that cannot shrink. */
export function requireMemory(operation: string, { name, data, shape }: Operand): void {
  requireUsable(operation, name, data, countElements(operation, name, shape), shape);
}

/** All operands of one call have one element type; the first one says which. */
export function requireOneDType(operation: string, operands: readonly Operand[]): DType {
  const [first] = operands as [Operand];
  for (const { name, dtype } of operands) {
    if (dtype === first.dtype) continue;
    throw typeError(
      operation,
      `${name} is ${dtype}, but ${first.name} is ${first.dtype}; one call has one element type`,
    );
  }
  return first.dtype;
}
