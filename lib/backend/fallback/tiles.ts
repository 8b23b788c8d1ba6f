// Cuts an output volume into boxes that are small enough to stay in the cache and to end within a slice of an async call.
import type { Axis, Geometry } from "../types.js";

export interface Tile {
  readonly d: number;
  readonly h: number;
  readonly w: number;
  readonly depth: number;
  readonly rows: number;
  readonly cols: number;
}

/** Padded input elements that `outputs` neighbouring outputs of an axis touch. */
export function reach(axis: Axis, outputs: number): number {
  return (outputs - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1;
}

export class Tiling {
  readonly depth: number;
  readonly rows: number;
  readonly cols: number;
  readonly count: number;
  readonly #g: Geometry;
  readonly #rowTiles: number;
  readonly #colTiles: number;
  readonly #whole: Tile;

  /**
   * Halves the longest axis, a column counting a quarter, until a tile's outputs times `costPerOutput` (in
   * multiply-adds) are within `maxCost`, or it is one output; and until its padded input times `channels` is within
   * `maxElements`, or is for the most part not its own: then a smaller tile would only read more around it.
   */
  constructor(g: Geometry, costPerOutput: number, maxCost: number, channels: number, maxElements: number) {
    const [d, h, w] = g.axes;
    let depth = d.out;
    let rows = h.out;
    let cols = w.out;
    const fits = () => {
      const outputs = depth * rows * cols;
      if (outputs * costPerOutput > maxCost) return false;
      const padded = reach(d, depth) * reach(h, rows) * reach(w, cols);
      return padded * channels <= maxElements || padded > 2 * outputs * d.stride * h.stride * w.stride;
    };
    while (depth * rows * cols > 1 && !fits()) {
      // Long rows cost the least to start, compact boxes the least to read around.
      const length = cols / 4;
      if (depth > 1 && depth >= Math.max(rows, length)) depth = Math.ceil(depth / 2);
      else if (rows > 1 && rows >= length) rows = Math.ceil(rows / 2);
      else if (cols > 1) cols = Math.ceil(cols / 2);
      else if (rows > 1) rows = Math.ceil(rows / 2);
      else depth = Math.ceil(depth / 2);
    }
    this.#g = g;
    this.depth = depth;
    this.rows = rows;
    this.cols = cols;
    this.#rowTiles = Math.ceil(h.out / rows);
    this.#colTiles = Math.ceil(w.out / cols);
    this.#whole = { d: 0, h: 0, w: 0, depth, rows, cols };
    this.count = Math.ceil(d.out / depth) * this.#rowTiles * this.#colTiles;
  }

  at(index: number): Tile {
    if (this.count === 1) return this.#whole;
    const [dAxis, hAxis, wAxis] = this.#g.axes;
    const w = (index % this.#colTiles) * this.cols;
    const h = (Math.floor(index / this.#colTiles) % this.#rowTiles) * this.rows;
    const d = Math.floor(index / (this.#colTiles * this.#rowTiles)) * this.depth;
    return {
      d,
      h,
      w,
      depth: Math.min(this.depth, dAxis.out - d),
      rows: Math.min(this.rows, hAxis.out - h),
      cols: Math.min(this.cols, wAxis.out - w),
    };
  }

  toString(): string {
    return `${this.depth}x${this.rows}x${this.cols}`;
  }
}
