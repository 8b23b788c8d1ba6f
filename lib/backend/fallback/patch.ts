// Copies the padded input under a tile into scratch, in double precision: every padding mode, layout and element type
// ends here, and the loops behind it need no test. Zeros next to finite weights add nothing, as in PyTorch.
import type { Axis, FloatArray, Geometry, PaddingMode } from "../types.js";
import { reach, type Tile } from "./tiles.js";

/** For each position of a padded axis the input index that stands there, -1 for a zero. Position 0 is input `-pad`. */
export function paddedIndices(axis: Axis, mode: PaddingMode): Int32Array {
  const size = axis.in;
  const indices = new Int32Array(axis.pad + size + axis.padEnd);
  for (let position = 0; position < indices.length; position++) {
    const i = position - axis.pad;
    indices[position] = i >= 0 && i < size ? i : outside(i, size, mode);
  }
  return indices;
}

function outside(i: number, size: number, mode: PaddingMode): number {
  if (mode === "reflect") return i < 0 ? -i : 2 * (size - 1) - i;
  if (mode === "replicate") return i < 0 ? 0 : size - 1;
  if (mode === "circular") return i < 0 ? i + size : i - size;
  return -1;
}

// The same loop twice: V8 compiles a function for the array types that it has seen, and one that has seen both
// element types tests for them at every access.
function copyRow32(src: FloatArray, from: number, step: number, count: number, dst: Float64Array, to: number): void {
  let i = from;
  const end = to + count;
  for (let o = to; o < end; o++) {
    dst[o] = src[i]!;
    i += step;
  }
}

function copyRow64(src: FloatArray, from: number, step: number, count: number, dst: Float64Array, to: number): void {
  let i = from;
  const end = to + count;
  for (let o = to; o < end; o++) {
    dst[o] = src[i]!;
    i += step;
  }
}

function zero(dst: Float64Array, from: number, to: number): void {
  for (let i = from; i < to; i++) dst[i] = 0;
}

export class PatchReader {
  readonly #g: Geometry;
  readonly #copyRow: typeof copyRow32;
  readonly #indices: readonly [Int32Array, Int32Array, Int32Array];
  readonly #channelStep: number;
  readonly #step: number;
  readonly #rowStep: number;
  readonly #planeStep: number;

  constructor(g: Geometry) {
    const [d, h, w] = g.axes;
    this.#g = g;
    this.#copyRow = g.dtype === "float32" ? copyRow32 : copyRow64;
    this.#indices = [paddedIndices(d, g.paddingMode), paddedIndices(h, g.paddingMode), paddedIndices(w, g.paddingMode)];
    const channelsLast = g.layout === "NHWC";
    this.#step = channelsLast ? g.inChannels : 1;
    this.#channelStep = channelsLast ? 1 : d.in * h.in * w.in;
    this.#rowStep = w.in * this.#step;
    this.#planeStep = h.in * this.#rowStep;
  }

  /**
   * Writes the input under `tile` of one channel to `dst[at ..]`: planes `planePitch` apart, rows `rowPitch` apart.
   * What lies between two rows keeps what it had.
   */
  read(
    src: FloatArray,
    start: number,
    channel: number,
    tile: Tile,
    dst: Float64Array,
    at: number,
    rowPitch: number,
    planePitch: number,
  ): void {
    const [d, h, w] = this.#g.axes;
    const [dIndices, hIndices, wIndices] = this.#indices;
    const planes = reach(d, tile.depth);
    const rows = reach(h, tile.rows);
    const cols = reach(w, tile.cols);
    const d0 = tile.d * d.stride;
    const h0 = tile.h * h.stride;
    const w0 = tile.w * w.stride;
    // Columns [left, right) of the patch lie inside the input; they are copied in one go, the others one by one.
    const left = Math.min(cols, Math.max(0, w.pad - w0));
    const right = Math.max(left, Math.min(cols, w.pad + w.in - w0));
    const firstIn = w0 + left - w.pad;
    const channelStart = start + channel * this.#channelStep;
    for (let z = 0; z < planes; z++) {
      const id = dIndices[d0 + z]!;
      for (let y = 0; y < rows; y++) {
        const ih = hIndices[h0 + y]!;
        const to = at + z * planePitch + y * rowPitch;
        if (id < 0 || ih < 0) {
          zero(dst, to, to + cols);
          continue;
        }
        const row = channelStart + id * this.#planeStep + ih * this.#rowStep;
        this.#copyRow(src, row + firstIn * this.#step, this.#step, right - left, dst, to + left);
        if (left > 0) this.#edge(src, row, wIndices, w0, 0, left, dst, to);
        if (right < cols) this.#edge(src, row, wIndices, w0, right, cols, dst, to);
      }
    }
  }

  #edge(
    src: FloatArray,
    row: number,
    wIndices: Int32Array,
    w0: number,
    from: number,
    end: number,
    dst: Float64Array,
    to: number,
  ): void {
    if (this.#g.paddingMode === "zeros") {
      zero(dst, to + from, to + end);
      return;
    }
    for (let x = from; x < end; x++) dst[to + x] = src[row + wIndices[w0 + x]! * this.#step]!;
  }
}
