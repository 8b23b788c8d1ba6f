import type { DType, FloatArray } from "./backend/types.js";
import {
  rangeError,
  requireFinite,
  requireNonNegativeInteger,
  requireOneOf,
  requireShape,
  shapeError,
  show,
  showShape,
  typedArrayTag,
  typeError,
} from "./errors.js";
import { readNested } from "./nested.js";
import { readOperand, requireMemory, type TensorLike } from "./operand.js";
import { readOptions } from "./options.js";
import { printTensor } from "./tensor-print.js";
import { allocate, countElements, dtypeOf, requireFloatArray, requireUsable } from "./typed-array.js";

const DTYPES: readonly DType[] = ["float32", "float64"];

/** Options of `tensor`, `zeros` and `ones`. */
export interface TensorOptions {
  /** Element type; default `'float32'`. */
  readonly dtype?: DType | undefined;
}

/** Options of `Tensor.allClose`, with PyTorch's defaults. */
export interface AllCloseOptions {
  /** Relative tolerance; default 1e-5. */
  readonly rtol?: number | undefined;
  /** Absolute tolerance; default 1e-8. */
  readonly atol?: number | undefined;
  /** Whether NaN equals NaN; default false. */
  readonly equalNaN?: boolean | undefined;
}

/** The writes into one piece of memory, counted for all tensors that share it. */
interface Storage {
  version: number;
}

export function readDType(operation: string, value: unknown): DType {
  return requireOneOf(operation, "dtype", value, DTYPES);
}

/**
 * Floats with a shape: contiguous, row-major, over a typed array that is yours to read and write.
 *
 * Shapes: any number of axes; `shape` is frozen, `data.length` is the product of its sizes.
 *
 * A module keeps a snapshot of its weights. `set` and `fill` are noticed; after writing into `data` yourself call
 * `touch()`, so that the next call takes the new numbers.
 *
 * @example
 * ```ts
 * const x = tensor(new Float32Array([1, 2, 3, 4]), [2, 2]); // no copy
 * x.get(1, 0); // 3
 * ```
 */
export class Tensor {
  readonly data: FloatArray;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Number of elements. */
  readonly numel: number;
  readonly #storage: Storage;

  /**
   * Wraps a typed array without a copy; `tensor(data, shape)` is the shorter way.
   *
   * @throws `ERR_DEPTHWISE_TYPE` for anything but a Float32Array or Float64Array, `ERR_DEPTHWISE_SHAPE` where the length is
   * not the product of the shape, `ERR_DEPTHWISE_RESIZABLE` and `ERR_DEPTHWISE_DETACHED` for memory that cannot be relied on.
   */
  constructor(data: FloatArray, shape: readonly number[], base?: Tensor) {
    const checked = requireShape("tensor", "shape", shape);
    const numel = countElements("tensor", "shape", checked);
    requireUsable("tensor", "data", requireFloatArray("tensor", "data", data), numel, checked);
    this.data = data;
    this.shape = checked;
    this.dtype = dtypeOf(data);
    this.numel = numel;
    this.#storage = base === undefined ? { version: 0 } : base.#storage;
  }

  /** Goes up with every noticed write into the memory, also through a `reshape` of it. */
  get version(): number {
    return this.#storage.version;
  }

  /** Says that `data` was written to, so that modules take a new snapshot. */
  touch(): this {
    this.#storage.version++;
    return this;
  }

  /**
   * The same elements under another shape, sharing memory and version. One size may be -1: it is computed.
   *
   * @throws `ERR_DEPTHWISE_SHAPE` if the number of elements would change.
   */
  reshape(shape: readonly number[]): Tensor {
    return new Tensor(this.data, resolveShape(this, shape), this);
  }

  /** A copy with memory of its own. */
  clone(): Tensor {
    const data = allocate("clone", this.dtype, this.shape);
    data.set(this.data);
    return new Tensor(data, this.shape);
  }

  /** One element; negative indices count from the end. */
  get(...indices: number[]): number {
    return this.data[offsetOf("get", this, indices)] as number;
  }

  /** Writes one element: `x.set(value, i, j)`; negative indices count from the end. */
  set(value: number, ...indices: number[]): this {
    if (typeof value !== "number") throw typeError("set", `value must be a number, but got ${show(value)}`);
    this.data[offsetOf("set", this, indices)] = value;
    return this.touch();
  }

  /** Writes `value` into every element. */
  fill(value: number): this {
    if (typeof value !== "number") throw typeError("fill", `value must be a number, but got ${show(value)}`);
    this.data.fill(value);
    return this.touch();
  }

  /**
   * Whether `|this - other| <= atol + rtol * |other|` for every element, as `torch.allclose`. Equal infinities are close.
   *
   * @throws `ERR_DEPTHWISE_SHAPE` for another shape, `ERR_DEPTHWISE_TYPE` for another element type.
   */
  allClose(other: TensorLike, options: AllCloseOptions = {}): boolean {
    const {
      rtol = 1e-5,
      atol = 1e-8,
      equalNaN = false,
    } = readOptions("allClose", ["rtol", "atol", "equalNaN"], options);
    const relative = requireFinite("allClose", "rtol", rtol);
    const absolute = requireFinite("allClose", "atol", atol);
    const operand = readOperand("allClose", "other", other);
    requireMemory("allClose", operand);
    const { data, shape, dtype } = operand;
    if (dtype !== this.dtype) throw typeError("allClose", `other is ${dtype}, but this tensor is ${this.dtype}`);
    if (!sameShape(shape, this.shape)) {
      throw shapeError(
        "allClose",
        `both shapes must be equal, but got ${showShape(this.shape)} and ${showShape(shape)}`,
      );
    }
    return this.data.every((value, index) => {
      const wanted = data[index] as number;
      if (value === wanted) return true;
      if (Number.isNaN(value) && Number.isNaN(wanted)) return equalNaN === true;
      const difference = Math.abs(value - wanted);
      return Number.isFinite(difference) && difference <= absolute + relative * Math.abs(wanted);
    });
  }

  /** As PyTorch prints it. */
  toString(): string {
    return printTensor(this);
  }

  /** What `console.log` and `util.inspect` show. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return printTensor(this);
  }
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  // A loop: `every` over a frozen array leaves the compiled code.
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

function offsetOf(operation: string, tensor: Tensor, indices: readonly number[]): number {
  const { shape } = tensor;
  if (indices.length !== shape.length) {
    throw rangeError(operation, `tensor ${showShape(shape)} takes ${shape.length} indices, but got ${indices.length}`);
  }
  return shape.reduce((offset, size, axis) => {
    const index = indices[axis] as number;
    if (!Number.isInteger(index) || index < -size || index >= size) {
      throw rangeError(
        operation,
        `index of axis ${axis} must be an integer from ${-size} to ${size - 1}, but got ${show(index)}`,
      );
    }
    return offset * size + (index < 0 ? index + size : index);
  }, 0);
}

function resolveShape(tensor: Tensor, shape: readonly number[]): readonly number[] {
  if (!Array.isArray(shape)) throw typeError("reshape", `shape must be an array of sizes, but got ${show(shape)}`);
  const unknown = shape.indexOf(-1);
  const known = shape.map((size, axis) =>
    axis === unknown ? 1 : requireNonNegativeInteger("reshape", `shape[${axis}]`, size),
  );
  const count = countElements("reshape", "shape", known);
  if (unknown >= 0 && count > 0 && tensor.numel % count === 0) known[unknown] = tensor.numel / count;
  else if (unknown >= 0 || count !== tensor.numel) {
    throw shapeError(
      "reshape",
      `tensor ${showShape(tensor.shape)} of ${tensor.numel} elements has no shape ${showShape(shape)}`,
    );
  }
  return known;
}

/** Numbers nested in arrays as deep as the tensor has axes. */
export type NestedNumbers = number | readonly NestedNumbers[];

/**
 * Makes a tensor: wraps a typed array without a copy, or reads numbers nested in arrays.
 *
 * @param data - a Float32Array or Float64Array, a number, or nested arrays of numbers.
 * @param shape - sizes whose product is the number of elements; without it a typed array has one axis and nested
 * arrays have their own shape.
 * @param options - `dtype`, for numbers and nested arrays; a typed array has its own.
 *
 * @example
 * ```ts
 * tensor([[1, 2], [3, 4]]); // shape [2, 2]
 * tensor(new Float32Array(12), [1, 3, 2, 2]); // wraps, no copy
 * ```
 *
 * @throws `ERR_DEPTHWISE_TYPE` for other typed arrays and for elements that are not numbers, `ERR_DEPTHWISE_SHAPE` for
 * ragged arrays and for a length that is not the product of the shape.
 */
export function tensor(data: FloatArray | NestedNumbers, shape: readonly number[], options?: TensorOptions): Tensor;
/** As above, with the shape that the data has. */
export function tensor(data: FloatArray | NestedNumbers, options?: TensorOptions): Tensor;
export function tensor(
  data: FloatArray | NestedNumbers,
  shapeOrOptions?: readonly number[] | TensorOptions,
  maybeOptions?: TensorOptions,
): Tensor {
  const hasShape = Array.isArray(shapeOrOptions) || typedArrayTag(shapeOrOptions) !== undefined;
  const shape = hasShape ? requireShape("tensor", "shape", shapeOrOptions) : undefined;
  const { dtype } = readOptions("tensor", ["dtype"], hasShape ? maybeOptions : shapeOrOptions);
  const wanted = dtype === undefined ? undefined : readDType("tensor", dtype);
  if (typedArrayTag(data) !== undefined) {
    const array = requireFloatArray("tensor", "data", data);
    if (wanted !== undefined && wanted !== dtypeOf(array)) {
      throw typeError("tensor", `data is ${dtypeOf(array)} and is not copied, but dtype asks for ${wanted}`);
    }
    return new Tensor(array, shape ?? [array.length]);
  }
  const nested = readNested(data, wanted ?? "float32");
  return new Tensor(nested.data, shape ?? nested.shape);
}

function filled(
  operation: string,
  shape: readonly number[],
  options: TensorOptions | undefined,
  value: number,
): Tensor {
  const { dtype = "float32" } = readOptions(operation, ["dtype"], options);
  const checked = requireShape(operation, "shape", shape);
  const data = allocate(operation, readDType(operation, dtype), checked);
  return new Tensor(value === 0 ? data : data.fill(value), checked);
}

/**
 * A tensor of zeros.
 *
 * @example
 * ```ts
 * zeros([1, 3, 224, 224]);
 * ```
 *
 * @throws `ERR_DEPTHWISE_VALUE` for sizes that are not integers, `ERR_DEPTHWISE_MEMORY` where there is no memory.
 */
export function zeros(shape: readonly number[], options?: TensorOptions): Tensor {
  return filled("zeros", shape, options, 0);
}

/**
 * A tensor of ones.
 *
 * @example
 * ```ts
 * ones([8], { dtype: "float64" });
 * ```
 *
 * @throws `ERR_DEPTHWISE_VALUE` for sizes that are not integers, `ERR_DEPTHWISE_MEMORY` where there is no memory.
 */
export function ones(shape: readonly number[], options?: TensorOptions): Tensor {
  return filled("ones", shape, options, 1);
}
