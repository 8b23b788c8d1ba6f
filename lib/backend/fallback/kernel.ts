// What a kernel of the JavaScript backend is: the same row of functions as a native one (native/kernels/kernel.h),
// over Float64Array scratch. Work is cut into items of about a millisecond, so that an async call can pause between two.
import { memoryError } from "../../errors.js";
import type { FloatArray, Geometry, PackedWeights } from "../types.js";

/** Weights and bias in double precision, in the order that one kernel wants. */
export interface JsPacked extends PackedWeights {
  readonly weight: Float64Array;
  /** One a kernel of the bank; zeros where there is no bias. */
  readonly bias: Float64Array;
}

/** One image of a batch: where it lies in the caller's arrays. */
export interface Image {
  readonly input: FloatArray;
  readonly inputStart: number;
  readonly output: FloatArray;
  readonly outputStart: number;
}

/** A kernel bound to a geometry. Items write disjoint outputs and may run in any order, each on its own. */
export interface Work {
  readonly itemsPerImage: number;
  /** How an image is cut, for `describe()`. */
  readonly tile: string;
  run(packed: JsPacked, image: Image, item: number): void;
}

export interface JsKernel {
  readonly name: string;
  /** `null`: fits; else the reason, for people. */
  refuses(g: Geometry): string | null;
  /** Expected nanoseconds an image; ranks the kernels that fit. */
  cost(g: Geometry): number;
  /** Equal strings for equal geometries but for the spatial sizes: the packed weights may be shared. */
  packing(g: Geometry): string;
  pack(g: Geometry, weight: FloatArray, bias: FloatArray | null): JsPacked;
  prepare(g: Geometry): Work;
}

/** Products that one image sums up. */
export function multiplyAdds(g: Geometry): number {
  return g.outputElements * g.inPerGroup * taps(g);
}

/** Taps of one kernel in one input channel. */
export function taps(g: Geometry): number {
  return g.axes[0].kernel * g.axes[1].kernel * g.axes[2].kernel;
}

/** The bias in double precision, zeros where there is none. */
export function packBias(g: Geometry, bias: FloatArray | null): Float64Array {
  return bias === null ? new Float64Array(g.weightCount) : Float64Array.from(bias);
}

/** Weights in PyTorch's order. */
export function packPlainly(g: Geometry, weight: FloatArray, bias: FloatArray | null): JsPacked {
  const copy = new Float64Array(weight);
  const packedBias = packBias(g, bias);
  return { weight: copy, bias: packedBias, bytes: copy.byteLength + packedBias.byteLength };
}

export function plainPacking(g: Geometry): string {
  return `plain ${g.weightCount}x${g.inPerGroup}x${g.axes.map((axis) => axis.kernel).join("x")}`;
}

const pool: Float64Array[] = [];
let patchOwner: object | null = null;

/** Scratch above this size is not kept: 32 MiB. */
const MAX_KEPT_ELEMENTS = 1 << 22;

/**
 * Scratch number `slot` (0: the patch, 1: sums) of at least `length` elements, with whatever was in it. JavaScript runs one
 * item at a time, so that all plans share the same few arrays.
 */
export function scratch(slot: 0 | 1, length: number): Float64Array {
  const found = pool[slot];
  if (found !== undefined && found.length >= length) return found;
  const grown = allocateScratch(length);
  if (length <= MAX_KEPT_ELEMENTS) pool[slot] = grown;
  else patchOwner = null;
  return grown;
}

function allocateScratch(length: number): Float64Array {
  try {
    return new Float64Array(length);
  } catch (cause) {
    throw memoryError("depthwise", `there is no memory for scratch of ${length} elements`, cause);
  }
}

/** Whether `owner` used the patch last, and finds what it left there; from now on it is the last one. */
export function takePatch(owner: object): boolean {
  const wasOwner = patchOwner === owner;
  patchOwner = owner;
  return wasOwner;
}
