// Copies the padded input under a tile into scratch, in double precision: every padding mode, layout and element type
// ends here, and the loops behind it need no test. Zeros next to finite weights add nothing, as in PyTorch.
import type { Axis, FloatArray, Geometry, PaddingMode } from "../types.js";
import { type MoveRows, rowReader } from "./rows.js";
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

function zero(dst: Float64Array, from: number, to: number): void {
  for (let i = from; i < to; i++) dst[i] = 0;
}

/**
 * The patch rows that some tap of `outputs` outputs reads, as begin, end, begin, end and so on: all of them in one run,
 * unless stride or dilation leave rows out.
 */
export function usedRuns(axis: Axis, outputs: number): Int32Array {
  const isUsed = new Uint8Array(reach(axis, outputs));
  for (let o = 0; o < outputs; o++) {
    for (let k = 0; k < axis.kernel; k++) isUsed[o * axis.stride + k * axis.dilation] = 1;
  }
  const runs: number[] = [];
  for (let row = 0; row <= isUsed.length; row++) if ((isUsed[row] ?? 0) !== (isUsed[row - 1] ?? 0)) runs.push(row);
  return Int32Array.from(runs);
}

export class PatchReader {
  readonly #g: Geometry;
  readonly #readRows: MoveRows;
  readonly #indices: readonly [Int32Array, Int32Array, Int32Array];
  readonly #usedRows: Int32Array;
  readonly #hasZeros: boolean;
  readonly #channelStep: number;
  readonly #step: number;
  readonly #rowStep: number;
  readonly #planeStep: number;

  /** `rows`: the most output rows of a tile. */
  constructor(g: Geometry, rows: number) {
    const [d, h, w] = g.axes;
    this.#g = g;
    this.#usedRows = usedRuns(h, rows);
    this.#readRows = rowReader(g.dtype);
    this.#indices = [paddedIndices(d, g.paddingMode), paddedIndices(h, g.paddingMode), paddedIndices(w, g.paddingMode)];
    this.#hasZeros = g.paddingMode === "zeros";
    const channelsLast = g.layout === "NHWC";
    this.#step = channelsLast ? g.inChannels : 1;
    this.#channelStep = channelsLast ? 1 : d.in * h.in * w.in;
    this.#rowStep = w.in * this.#step;
    this.#planeStep = h.in * this.#rowStep;
  }

  /**
   * Writes the input under `tile` of one channel to `dst[at ..]`: planes `planePitch` apart, rows `rowPitch` apart.
   * What lies between two rows keeps what it had. `edgesStand`: the zeros of the padding are still there from the last
   * call, which was for the same tile.
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
    edgesStand: boolean,
  ): void {
    const [d, h, w] = this.#g.axes;
    const [dIndices, hIndices, wIndices] = this.#indices;
    const usedRows = this.#usedRows;
    const planes = reach(d, tile.depth);
    const rows = reach(h, tile.rows);
    const cols = reach(w, tile.cols);
    const d0 = tile.d * d.stride;
    const h0 = tile.h * h.stride;
    const w0 = tile.w * w.stride;
    // Columns [left, right) and rows [top, bottom) of the patch lie inside the input; what they share is copied in one go.
    const left = Math.min(cols, Math.max(0, w.pad - w0));
    const right = Math.max(left, Math.min(cols, w.pad + w.in - w0));
    const top = Math.min(rows, Math.max(0, h.pad - h0));
    const bottom = Math.max(top, Math.min(rows, h.pad + h.in - h0));
    const channelStart = start + channel * this.#channelStep;
    const firstElement = (w0 + left - w.pad) * this.#step;
    const keepsEdges = edgesStand && this.#hasZeros;
    const hasEdges = !keepsEdges && (top > 0 || bottom < rows || left > 0 || right < cols);
    for (let z = 0; z < planes; z++) {
      const id = dIndices[d0 + z]!;
      const to = at + z * planePitch;
      if (id < 0) {
        if (keepsEdges) continue;
        for (let y = 0; y < rows; y++) zero(dst, to + y * rowPitch, to + y * rowPitch + cols);
        continue;
      }
      const plane = channelStart + id * this.#planeStep;
      for (let run = 0; run < usedRows.length; run += 2) {
        const begin = Math.max(usedRows[run]!, top);
        const count = Math.min(usedRows[run + 1]!, bottom) - begin;
        if (count <= 0) continue;
        const from = plane + (h0 + begin - h.pad) * this.#rowStep + firstElement;
        const inside = to + begin * rowPitch + left;
        this.#readRows(src, from, this.#rowStep, this.#step, dst, inside, rowPitch, count, right - left);
      }
      if (!hasEdges) continue;
      for (let y = 0; y < rows; y++) {
        const ih = hIndices[h0 + y]!;
        const row = to + y * rowPitch;
        const isInside = y >= top && y < bottom;
        const edgeEnd = isInside ? left : cols;
        const secondEdge = isInside ? right : cols;
        if (this.#hasZeros) {
          zero(dst, row, row + edgeEnd);
          zero(dst, row + secondEdge, row + cols);
        } else {
          const srcRow = plane + ih * this.#rowStep;
          for (let x = 0; x < edgeEnd; x++) dst[row + x] = src[srcRow + wIndices[w0 + x]! * this.#step]!;
          for (let x = secondEdge; x < cols; x++) dst[row + x] = src[srcRow + wIndices[w0 + x]! * this.#step]!;
        }
      }
    }
  }
}
