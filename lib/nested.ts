// Numbers nested in arrays -> one typed array and its shape; ragged arrays are refused with the place.
import type { DType, FloatArray } from "./backend/types.js";
import { shapeError, show, showShape, typeError } from "./errors.js";
import { allocate } from "./typed-array.js";

/** The shape along the first elements; the fill below checks every other one against it. */
function shapeAlongFirst(data: unknown): number[] {
  const shape: number[] = [];
  for (let level: unknown = data; Array.isArray(level); level = level[0]) {
    if (shape.length === 64) throw shapeError("tensor", "arrays are nested deeper than 64 axes");
    shape.push(level.length);
  }
  return shape;
}

const at = (path: readonly number[]) => (path.length === 0 ? "data" : `data[${path.join("][")}]`);

export function readNested(data: unknown, dtype: DType): { data: FloatArray; shape: readonly number[] } {
  const shape = shapeAlongFirst(data);
  const elements = allocate("tensor", dtype, shape);
  let next = 0;
  const fill = (level: unknown, path: number[]): void => {
    const size = shape[path.length];
    if (size === undefined) {
      if (Array.isArray(level))
        throw shapeError(
          "tensor",
          `${at(path)} must be a number as its siblings are, but got an array of ${level.length}`,
        );
      if (typeof level !== "number") throw typeError("tensor", `${at(path)} must be a number, but got ${show(level)}`);
      elements[next++] = level;
      return;
    }
    if (!Array.isArray(level)) {
      throw shapeError("tensor", `${at(path)} must be an array of ${size} as its siblings are, but got ${show(level)}`);
    }
    if (level.length !== size) {
      throw shapeError(
        "tensor",
        `shape ${showShape(shape)} needs ${size} elements in ${at(path)}, but got ${level.length}`,
      );
    }
    for (let index = 0; index < size; index++) fill(level[index], [...path, index]);
  };
  fill(data, []);
  return { data: elements, shape };
}
