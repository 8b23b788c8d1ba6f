// Rows between the caller's arrays and scratch. Each loop stands here once an element type: V8 compiles a function
// for the array types that it has seen, and one that has seen both tests for them at every access.
import type { DType, FloatArray } from "../types.js";

/** `rows` rows of `count` elements. In the caller's array they are `rowStep` apart and their elements `step`; in scratch `pitch` and 1. */
export type MoveRows = (
  array: FloatArray,
  at: number,
  rowStep: number,
  step: number,
  scratch: Float64Array,
  scratchAt: number,
  pitch: number,
  rows: number,
  count: number,
) => void;

const readRows32: MoveRows = (array, at, rowStep, step, scratch, scratchAt, pitch, rows, count) => {
  for (let row = 0; row < rows; row++) {
    let i = at + row * rowStep;
    let o = scratchAt + row * pitch;
    const end = o + count;
    if (step === 1) {
      for (const last = end - 3; o < last; o += 4, i += 4) {
        scratch[o] = array[i]!;
        scratch[o + 1] = array[i + 1]!;
        scratch[o + 2] = array[i + 2]!;
        scratch[o + 3] = array[i + 3]!;
      }
    }
    for (; o < end; o++, i += step) scratch[o] = array[i]!;
  }
};

const readRows64: MoveRows = (array, at, rowStep, step, scratch, scratchAt, pitch, rows, count) => {
  for (let row = 0; row < rows; row++) {
    let i = at + row * rowStep;
    let o = scratchAt + row * pitch;
    const end = o + count;
    if (step === 1) {
      for (const last = end - 3; o < last; o += 4, i += 4) {
        scratch[o] = array[i]!;
        scratch[o + 1] = array[i + 1]!;
        scratch[o + 2] = array[i + 2]!;
        scratch[o + 3] = array[i + 3]!;
      }
    }
    for (; o < end; o++, i += step) scratch[o] = array[i]!;
  }
};

const writeRows32: MoveRows = (array, at, rowStep, step, scratch, scratchAt, pitch, rows, count) => {
  for (let row = 0; row < rows; row++) {
    let o = at + row * rowStep;
    let i = scratchAt + row * pitch;
    const end = i + count;
    if (step === 1) {
      for (const last = end - 3; i < last; o += 4, i += 4) {
        array[o] = scratch[i]!;
        array[o + 1] = scratch[i + 1]!;
        array[o + 2] = scratch[i + 2]!;
        array[o + 3] = scratch[i + 3]!;
      }
    }
    for (; i < end; i++, o += step) array[o] = scratch[i]!;
  }
};

const writeRows64: MoveRows = (array, at, rowStep, step, scratch, scratchAt, pitch, rows, count) => {
  for (let row = 0; row < rows; row++) {
    let o = at + row * rowStep;
    let i = scratchAt + row * pitch;
    const end = i + count;
    if (step === 1) {
      for (const last = end - 3; i < last; o += 4, i += 4) {
        array[o] = scratch[i]!;
        array[o + 1] = scratch[i + 1]!;
        array[o + 2] = scratch[i + 2]!;
        array[o + 3] = scratch[i + 3]!;
      }
    }
    for (; i < end; i++, o += step) array[o] = scratch[i]!;
  }
};

/** Array to scratch. */
export function rowReader(dtype: DType): MoveRows {
  return dtype === "float32" ? readRows32 : readRows64;
}

/** Scratch to array, rounding once. */
export function rowWriter(dtype: DType): MoveRows {
  return dtype === "float32" ? writeRows32 : writeRows64;
}
