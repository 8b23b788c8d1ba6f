// Activations as modules, element by element. Fused into a convolution by its `activation` option they cost less.
import { deliver, enqueue } from "../backend/slices.js";
import type { FloatArray } from "../backend/types.js";
import { shapeError, showShape, typeError } from "../errors.js";
import type { TensorLike } from "../operand.js";
import { sameShape, Tensor } from "../tensor.js";
import { allocate, requireNoOverlap, requireUsable } from "../typed-array.js";
import { asTensor, readForward, readForwardAsync } from "./call.js";
import { type ForwardAsyncOptions, type ForwardOptions, Module } from "./module.js";

/** Elements between two looks at the clock of an async call. */
const ITEM_ELEMENTS = 65536;

/** Writes `[from, to)` of `src`, activated, to the same places of `dst`. */
type Activate = (src: FloatArray, dst: FloatArray, from: number, to: number) => void;

/** The base of the activations. */
abstract class ElementWise extends Module {
  readonly #activate: Activate;

  /** @internal */
  constructor(activate: Activate) {
    super();
    this.#activate = activate;
  }

  /** A tensor of the input's shape. Here, and only here, `out` may be the input: it is then changed in place. */
  override forward(input: TensorLike, options?: ForwardOptions): Tensor {
    const name = this.constructor.name;
    const out = readForward(name, options);
    const x = asTensor(name, "input", input);
    if (out !== null) requireLike(name, out, x);
    const result = out === null ? allocate(name, x.dtype, x.shape) : out.data;
    this.#activate(x.data, result, 0, result.length);
    return out === null ? new Tensor(result, x.shape) : out.touch();
  }

  /** As `forward`, on a copy of the input, in slices of a few milliseconds between which the event loop turns. */
  override async forwardAsync(input: TensorLike, options?: ForwardAsyncOptions): Promise<Tensor> {
    const name = this.constructor.name;
    const { out, signal } = readForwardAsync(name, options);
    const x = asTensor(name, "input", input);
    if (out !== null) requireLike(name, out, x);
    const result = allocate(name, x.dtype, x.shape);
    result.set(x.data);
    const done = await new Promise<FloatArray>((resolve, reject) => {
      enqueue({
        items: Math.ceil(result.length / ITEM_ELEMENTS),
        run: (item) => {
          const from = item * ITEM_ELEMENTS;
          this.#activate(result, result, from, Math.min(result.length, from + ITEM_ELEMENTS));
        },
        finish: () => (out === null ? result : deliver(result, out.data)),
        resolve,
        reject,
        signal,
      });
    });
    return out === null ? new Tensor(done, x.shape) : out.touch();
  }
}

/** `out` has the shape and type of the input, and is either all of its memory or none of it. */
function requireLike(operation: string, out: Tensor, x: Tensor): void {
  if (!sameShape(out.shape, x.shape)) {
    throw shapeError(operation, `out must have the shape ${showShape(x.shape)}, but got ${showShape(out.shape)}`);
  }
  if (out.dtype !== x.dtype) {
    throw typeError(operation, `out is ${out.dtype}, but input is ${x.dtype}; one call has one element type`);
  }
  if (out.data.length !== out.numel) requireUsable(operation, "out", out.data, out.numel, out.shape);
  const isInPlace = out.data.buffer === x.data.buffer && out.data.byteOffset === x.data.byteOffset;
  if (!isInPlace) requireNoOverlap(operation, out.data, "input", x.data);
}

// Math.max and Math.min hand on a NaN, as PyTorch does.

function relu(src: FloatArray, dst: FloatArray, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const x = src[i]!;
    dst[i] = Math.max(x, 0);
  }
}

function relu6(src: FloatArray, dst: FloatArray, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const x = src[i]!;
    dst[i] = Math.min(Math.max(x, 0), 6);
  }
}

function silu(src: FloatArray, dst: FloatArray, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const x = src[i]!;
    dst[i] = x / (1 + Math.exp(-x));
  }
}

function hardswish(src: FloatArray, dst: FloatArray, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const x = src[i]!;
    dst[i] = (x * (x < -3 ? 0 : x > 3 ? 6 : x + 3)) / 6;
  }
}

function copy(src: FloatArray, dst: FloatArray, from: number, to: number): void {
  for (let i = from; i < to; i++) dst[i] = src[i]!;
}

/**
 * `max(0, x)`; NaN stays NaN.
 *
 * @example
 * ```ts
 * const relu = new nn.ReLU();
 * relu.forward(x, { out: x }); // in place
 * ```
 */
export class ReLU extends ElementWise {
  constructor() {
    super(relu);
  }
}

/** `min(max(0, x), 6)`; NaN stays NaN. */
export class ReLU6 extends ElementWise {
  constructor() {
    super(relu6);
  }
}

/** `x / (1 + exp(-x))`, also called swish. */
export class SiLU extends ElementWise {
  constructor() {
    super(silu);
  }
}

/** `x * min(max(0, x + 3), 6) / 6`. */
export class Hardswish extends ElementWise {
  constructor() {
    super(hardswish);
  }
}

/** Hands on its input: the same tensor, or a copy of it in `out`. */
export class Identity extends ElementWise {
  constructor() {
    super(copy);
  }

  override forward(input: TensorLike, options?: ForwardOptions): Tensor {
    if (options !== undefined && options !== null) {
      if (readForward("Identity", options) !== null) return super.forward(input, options);
    }
    return asTensor("Identity", "input", input);
  }
}
