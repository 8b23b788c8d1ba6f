// Activates sums and writes them to the output, rounding once.
import type { Activation, FloatArray, Geometry } from "../types.js";
import { type MoveRows, rowWriter } from "./rows.js";
import type { Tile } from "./tiles.js";

/** In place, over `[from, to)`. Comparisons are written so that a NaN passes through. */
export function activate(sums: Float64Array, from: number, to: number, activation: Activation): void {
  if (activation === "relu") {
    for (let i = from; i < to; i++) if (sums[i]! < 0) sums[i] = 0;
  } else if (activation === "relu6") {
    for (let i = from; i < to; i++) {
      const x = sums[i]!;
      if (x < 0) sums[i] = 0;
      else if (x > 6) sums[i] = 6;
    }
  } else if (activation === "silu") {
    for (let i = from; i < to; i++) sums[i] = sums[i]! / (1 + Math.exp(-sums[i]!));
  } else {
    for (let i = from; i < to; i++) {
      const x = sums[i]!;
      sums[i] = (x * (x < -3 ? 0 : x > 3 ? 6 : x + 3)) / 6;
    }
  }
}

export class TileWriter {
  readonly #writeRows: MoveRows;
  readonly #activation: Activation | null;
  readonly #channelStep: number;
  readonly #step: number;
  readonly #rowStep: number;
  readonly #planeStep: number;

  constructor(g: Geometry) {
    const [d, h, w] = g.axes;
    this.#writeRows = rowWriter(g.dtype);
    this.#activation = g.activation;
    const channelsLast = g.layout === "NHWC";
    this.#step = channelsLast ? g.outChannels : 1;
    this.#channelStep = channelsLast ? 1 : d.out * h.out * w.out;
    this.#rowStep = w.out * this.#step;
    this.#planeStep = h.out * this.#rowStep;
  }

  /** Sums of rows `[row, row + rows)` of one plane of a tile: `sums[at ..]`, rows `pitch` apart. */
  write(
    sums: Float64Array,
    at: number,
    pitch: number,
    channel: number,
    tile: Tile,
    plane: number,
    row: number,
    rows: number,
    dst: FloatArray,
    start: number,
  ): void {
    const to =
      start +
      channel * this.#channelStep +
      (tile.d + plane) * this.#planeStep +
      (tile.h + row) * this.#rowStep +
      tile.w * this.#step;
    if (this.#activation !== null) {
      for (let y = 0; y < rows; y++) activate(sums, at + y * pitch, at + y * pitch + tile.cols, this.#activation);
    }
    this.#writeRows(dst, to, this.#rowStep, this.#step, sums, at, pitch, rows, tile.cols);
  }
}
