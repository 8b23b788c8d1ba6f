// Activates sums and writes them to the output, rounding once.
import type { Activation, FloatArray, Geometry } from "../types.js";
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

// Twice, as in patch.ts.
function writeRow32(sums: Float64Array, from: number, count: number, dst: FloatArray, to: number, step: number): void {
  let o = to;
  const end = from + count;
  for (let i = from; i < end; i++) {
    dst[o] = sums[i]!;
    o += step;
  }
}

function writeRow64(sums: Float64Array, from: number, count: number, dst: FloatArray, to: number, step: number): void {
  let o = to;
  const end = from + count;
  for (let i = from; i < end; i++) {
    dst[o] = sums[i]!;
    o += step;
  }
}

export class TileWriter {
  readonly #writeRow: typeof writeRow32;
  readonly #activation: Activation | null;
  readonly #channelStep: number;
  readonly #step: number;
  readonly #rowStep: number;
  readonly #planeStep: number;

  constructor(g: Geometry) {
    const [d, h, w] = g.axes;
    this.#writeRow = g.dtype === "float32" ? writeRow32 : writeRow64;
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
    for (let y = 0; y < rows; y++) {
      const from = at + y * pitch;
      if (this.#activation !== null) activate(sums, from, from + tile.cols, this.#activation);
      this.#writeRow(sums, from, tile.cols, dst, to + y * this.#rowStep, this.#step);
    }
  }
}
