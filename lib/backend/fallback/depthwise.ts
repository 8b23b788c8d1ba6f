// Depthwise, with any multiplier and a shared bank: one input channel at a time, its padded patch in scratch.
// Refuses groups of more than one input channel. Loop order: channel, tile, multiplier, output row, columns, taps.
// Stays in locals: the nine taps and a window of the input (3x3), or four sums and a window (any size).
import type { Geometry } from "../types.js";
import {
  type Image,
  type JsKernel,
  type JsPacked,
  multiplyAdds,
  packPlainly,
  plainPacking,
  scratch,
  taps,
  type Work,
} from "./kernel.js";
import { PatchReader } from "./patch.js";
import { TileWriter } from "./store.js";
import { reach, Tiling } from "./tiles.js";

/** Sums of `count` neighbouring outputs; may write up to three more behind them. `at` is the first one's first tap. */
type RowFunction = (
  src: Float64Array,
  at: number,
  rowPitch: number,
  weight: Float64Array,
  weightAt: number,
  bias: number,
  sums: Float64Array,
  sumsAt: number,
  count: number,
) => void;

/** 3x3, stride 1, dilation 1: two columns at a time, so that four of the six columns loaded are used twice. */
function rowK3S1(
  src: Float64Array,
  at: number,
  rowPitch: number,
  weight: Float64Array,
  weightAt: number,
  bias: number,
  sums: Float64Array,
  sumsAt: number,
  count: number,
): void {
  const w00 = weight[weightAt]!;
  const w01 = weight[weightAt + 1]!;
  const w02 = weight[weightAt + 2]!;
  const w10 = weight[weightAt + 3]!;
  const w11 = weight[weightAt + 4]!;
  const w12 = weight[weightAt + 5]!;
  const w20 = weight[weightAt + 6]!;
  const w21 = weight[weightAt + 7]!;
  const w22 = weight[weightAt + 8]!;
  let top = at;
  let middle = at + rowPitch;
  let bottom = at + 2 * rowPitch;
  let top0 = src[top]!;
  let top1 = src[top + 1]!;
  let middle0 = src[middle]!;
  let middle1 = src[middle + 1]!;
  let bottom0 = src[bottom]!;
  let bottom1 = src[bottom + 1]!;
  const end = sumsAt + count;
  for (let o = sumsAt; o < end; o += 2) {
    const top2 = src[top + 2]!;
    const top3 = src[top + 3]!;
    const middle2 = src[middle + 2]!;
    const middle3 = src[middle + 3]!;
    const bottom2 = src[bottom + 2]!;
    const bottom3 = src[bottom + 3]!;
    sums[o] =
      bias +
      top0 * w00 +
      top1 * w01 +
      top2 * w02 +
      (middle0 * w10 + middle1 * w11 + middle2 * w12) +
      (bottom0 * w20 + bottom1 * w21 + bottom2 * w22);
    sums[o + 1] =
      bias +
      top1 * w00 +
      top2 * w01 +
      top3 * w02 +
      (middle1 * w10 + middle2 * w11 + middle3 * w12) +
      (bottom1 * w20 + bottom2 * w21 + bottom3 * w22);
    top0 = top2;
    top1 = top3;
    middle0 = middle2;
    middle1 = middle3;
    bottom0 = bottom2;
    bottom1 = bottom3;
    top += 2;
    middle += 2;
    bottom += 2;
  }
}

/** 3x3, stride 2, dilation 1: the last column of one output is the first of the next. */
function rowK3S2(
  src: Float64Array,
  at: number,
  rowPitch: number,
  weight: Float64Array,
  weightAt: number,
  bias: number,
  sums: Float64Array,
  sumsAt: number,
  count: number,
): void {
  const w00 = weight[weightAt]!;
  const w01 = weight[weightAt + 1]!;
  const w02 = weight[weightAt + 2]!;
  const w10 = weight[weightAt + 3]!;
  const w11 = weight[weightAt + 4]!;
  const w12 = weight[weightAt + 5]!;
  const w20 = weight[weightAt + 6]!;
  const w21 = weight[weightAt + 7]!;
  const w22 = weight[weightAt + 8]!;
  let top = at;
  let middle = at + rowPitch;
  let bottom = at + 2 * rowPitch;
  let top0 = src[top]!;
  let middle0 = src[middle]!;
  let bottom0 = src[bottom]!;
  const end = sumsAt + count;
  for (let o = sumsAt; o < end; o++) {
    const top2 = src[top + 2]!;
    const middle2 = src[middle + 2]!;
    const bottom2 = src[bottom + 2]!;
    sums[o] =
      bias +
      top0 * w00 +
      src[top + 1]! * w01 +
      top2 * w02 +
      (middle0 * w10 + src[middle + 1]! * w11 + middle2 * w12) +
      (bottom0 * w20 + src[bottom + 1]! * w21 + bottom2 * w22);
    top0 = top2;
    middle0 = middle2;
    bottom0 = bottom2;
    top += 2;
    middle += 2;
    bottom += 2;
  }
}

/** Any kernel without stride and dilation along the width: four columns at a time under a window that slides over the taps. */
function slidingRow(g: Geometry, planePitch: number): RowFunction {
  const [d, h, w] = g.axes;
  const depth = d.kernel;
  const height = h.kernel;
  const width = w.kernel;
  const { dilation } = h;
  const planeStep = planePitch * d.dilation;
  return (src, at, rowPitch, weight, weightAt, bias, sums, sumsAt, count) => {
    slide(src, at, rowPitch * dilation, planeStep, weight, weightAt, depth, height, width, bias, sums, sumsAt, count);
  };
}

function slide(
  src: Float64Array,
  at: number,
  rowStep: number,
  planeStep: number,
  weight: Float64Array,
  weightAt: number,
  depth: number,
  height: number,
  width: number,
  bias: number,
  sums: Float64Array,
  sumsAt: number,
  count: number,
): void {
  for (let x = 0; x < count; x += 4) {
    let sum0 = bias;
    let sum1 = bias;
    let sum2 = bias;
    let sum3 = bias;
    let tap = weightAt;
    for (let kd = 0; kd < depth; kd++) {
      for (let kh = 0; kh < height; kh++) {
        let i = at + kd * planeStep + kh * rowStep + x;
        let src0 = src[i]!;
        let src1 = src[i + 1]!;
        let src2 = src[i + 2]!;
        i += 3;
        for (const end = tap + width; tap < end; tap++, i++) {
          const src3 = src[i]!;
          const value = weight[tap]!;
          sum0 += value * src0;
          sum1 += value * src1;
          sum2 += value * src2;
          sum3 += value * src3;
          src0 = src1;
          src1 = src2;
          src2 = src3;
        }
      }
    }
    const o = sumsAt + x;
    sums[o] = sum0;
    sums[o + 1] = sum1;
    sums[o + 2] = sum2;
    sums[o + 3] = sum3;
  }
}

/** Any kernel, stride and dilation: four columns at a time, the taps as a list of offsets. */
function stridedRow(g: Geometry, offsets: Int32Array): RowFunction {
  const { stride } = g.axes[2];
  return (src, at, _rowPitch, weight, weightAt, bias, sums, sumsAt, count) => {
    gather(src, at, stride, offsets, weight, weightAt, bias, sums, sumsAt, count);
  };
}

function gather(
  src: Float64Array,
  at: number,
  stride: number,
  offsets: Int32Array,
  weight: Float64Array,
  weightAt: number,
  bias: number,
  sums: Float64Array,
  sumsAt: number,
  count: number,
): void {
  const stride2 = 2 * stride;
  const stride3 = 3 * stride;
  for (let x = 0; x < count; x += 4) {
    let sum0 = bias;
    let sum1 = bias;
    let sum2 = bias;
    let sum3 = bias;
    const first = at + x * stride;
    for (let tap = 0; tap < offsets.length; tap++) {
      const i = first + offsets[tap]!;
      const value = weight[weightAt + tap]!;
      sum0 += value * src[i]!;
      sum1 += value * src[i + stride]!;
      sum2 += value * src[i + stride2]!;
      sum3 += value * src[i + stride3]!;
    }
    const o = sumsAt + x;
    sums[o] = sum0;
    sums[o + 1] = sum1;
    sums[o + 2] = sum2;
    sums[o + 3] = sum3;
  }
}

/** Scratch offsets of the taps of one channel, in the order of the weights. */
export function tapOffsets(g: Geometry, rowPitch: number, planePitch: number): Int32Array {
  const [d, h, w] = g.axes;
  const offsets = new Int32Array(taps(g));
  let tap = 0;
  for (let kd = 0; kd < d.kernel; kd++) {
    for (let kh = 0; kh < h.kernel; kh++) {
      for (let kw = 0; kw < w.kernel; kw++) {
        offsets[tap++] = kd * d.dilation * planePitch + kh * h.dilation * rowPitch + kw * w.dilation;
      }
    }
  }
  return offsets;
}

/** About a millisecond at 2 GFLOP/s. */
const MAX_ITEM_MULTIPLY_ADDS = 1e6;
/** 128 KiB of patch: half of the smallest second-level cache in use. */
const MAX_PATCH_ELEMENTS = 16384;
/** Rows may be run as one when the columns between them, computed for nothing, are at most this share of the useful ones. */
const MAX_WASTE = 0.5;
/** Sums of joined rows that still fit the first-level cache beside the patch. */
const MAX_JOINED_SUMS = 1024;

function prepare(g: Geometry, rowFor: (rowPitch: number, planePitch: number) => RowFunction): Work {
  const [d, h, w] = g.axes;
  const multiplier = g.outPerGroup;
  const tapCount = taps(g);
  const tiling = new Tiling(g, multiplier * tapCount, MAX_ITEM_MULTIPLY_ADDS, 1, MAX_PATCH_ELEMENTS);
  const rowPitch = reach(w, tiling.cols);
  const planePitch = rowPitch * reach(h, tiling.rows);
  // Sums past the last column read up to three strides past the patch.
  const patchElements = planePitch * reach(d, tiling.depth) + 4 * w.stride + w.kernel;
  const joined = h.stride === 1 && w.stride === 1 && rowPitch - tiling.cols <= MAX_WASTE * tiling.cols;
  const rowsAtOnce = joined ? Math.max(1, Math.min(tiling.rows, Math.floor(MAX_JOINED_SUMS / rowPitch))) : 1;
  const reader = new PatchReader(g);
  const writer = new TileWriter(g);
  const row = rowFor(rowPitch, planePitch);
  // NHWC: neighbouring channels share cache lines, so they follow each other on one tile.
  const channelsFirst = g.layout === "NCHW";
  return {
    itemsPerImage: g.inChannels * tiling.count,
    tile: `one channel x ${tiling}`,
    run(packed: JsPacked, image: Image, item: number): void {
      const channel = channelsFirst ? Math.floor(item / tiling.count) : item % g.inChannels;
      const tile = tiling.at(channelsFirst ? item % tiling.count : Math.floor(item / g.inChannels));
      const patch = scratch(0, patchElements);
      const sums = scratch(1, rowsAtOnce * rowPitch + tiling.cols + 4);
      reader.read(image.input, image.inputStart, channel, tile, patch, 0, rowPitch, planePitch);
      for (let kernel = 0; kernel < multiplier; kernel++) {
        const outChannel = channel * multiplier + kernel;
        const bank = g.sharedBank ? kernel : outChannel;
        const bias = packed.bias[bank]!;
        for (let plane = 0; plane < tile.depth; plane++) {
          for (let first = 0; first < tile.rows; first += rowsAtOnce) {
            const rows = Math.min(rowsAtOnce, tile.rows - first);
            const at = plane * d.stride * planePitch + first * h.stride * rowPitch;
            const count = (rows - 1) * rowPitch + tile.cols;
            row(patch, at, rowPitch, packed.weight, bank * tapCount, bias, sums, 0, count);
            writer.write(sums, 0, rowPitch, outChannel, tile, plane, first, rows, image.output, image.outputStart);
          }
        }
      }
    },
  };
}

function refusesGroups(g: Geometry): string | null {
  return g.inPerGroup === 1 ? null : `groups have ${g.inPerGroup} input channels, not 1`;
}

export const depthwiseK3: JsKernel = {
  name: "depthwise2d_k3",
  refuses(g) {
    const [d, h, w] = g.axes;
    if (g.inPerGroup !== 1) return refusesGroups(g);
    if (d.kernel !== 1 || h.kernel !== 3 || w.kernel !== 3)
      return `kernel is ${d.kernel}x${h.kernel}x${w.kernel}, not 1x3x3`;
    if (h.dilation !== 1 || w.dilation !== 1) return `dilation is ${h.dilation}x${w.dilation}, not 1x1`;
    if (w.stride > 2) return `stride along the width is ${w.stride}, not 1 or 2`;
    return null;
  },
  cost: (g) => multiplyAdds(g) * 0.45,
  packing: plainPacking,
  pack: packPlainly,
  prepare: (g) => prepare(g, () => (g.axes[2].stride === 1 ? rowK3S1 : rowK3S2)),
};

export const depthwise: JsKernel = {
  name: "depthwise",
  refuses: refusesGroups,
  cost: (g) => multiplyAdds(g) * (slides(g) ? 0.5 : 0.8),
  packing: plainPacking,
  pack: packPlainly,
  prepare: (g) =>
    prepare(g, (rowPitch, planePitch) =>
      slides(g) ? slidingRow(g, planePitch) : stridedRow(g, tapOffsets(g, rowPitch, planePitch)),
    ),
};

function slides(g: Geometry): boolean {
  const { stride, dilation, kernel } = g.axes[2];
  return stride === 1 && (dilation === 1 || kernel === 1);
}
