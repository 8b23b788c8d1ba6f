// Depthwise, with any multiplier and a shared bank: one input channel at a time, its padded patch in scratch.
// Refuses groups of more than one input channel. Loop order: channel, tile, multiplier, plane, passes of a few taps
// (passes.ts), rows, columns. The sums of a plane of a tile stay in the first-level cache.
import type { Geometry } from "../types.js";
import { k3, k3Stride1, k3Stride2 } from "./k3.js";
import {
  type Image,
  type JsKernel,
  type JsPacked,
  multiplyAdds,
  packPlainly,
  plainPacking,
  scratch,
  takePatch,
  taps,
  type Work,
} from "./kernel.js";
import { addTaps, type Block, fillSums } from "./passes.js";
import { PatchReader } from "./patch.js";
import { TileWriter } from "./store.js";
import { reach, Tiling } from "./tiles.js";

/** Sums of one plane of a tile; `at` is the first tap of its first output. */
type PlaneFunction = (
  block: Block,
  at: number,
  rowPitch: number,
  planePitch: number,
  weight: Float64Array,
  weightAt: number,
  bias: number,
) => void;

/** About a millisecond at 2 GFLOP/s. */
const MAX_ITEM_MULTIPLY_ADDS = 1e6;
/** 128 KiB of patch: half of the smallest second-level cache in use. */
const MAX_PATCH_ELEMENTS = 16384;

function prepare(g: Geometry, sumPlane: PlaneFunction): Work {
  const [d, h, w] = g.axes;
  const multiplier = g.outPerGroup;
  const tapCount = taps(g);
  const tiling = new Tiling(g, multiplier * tapCount, MAX_ITEM_MULTIPLY_ADDS, 1, MAX_PATCH_ELEMENTS);
  const rowPitch = reach(w, tiling.cols);
  const planePitch = rowPitch * reach(h, tiling.rows);
  // A pass may compute one column more than there is, from what lies behind the patch.
  const patchElements = planePitch * reach(d, tiling.depth) + 2;
  const sumsPitch = tiling.cols + 1;
  const reader = new PatchReader(g, tiling.rows);
  const writer = new TileWriter(g);
  // NHWC: neighbouring channels share cache lines, so they follow each other on one tile.
  const channelsFirst = g.layout === "NCHW";
  const wholeImage = tiling.count === 1;
  return {
    itemsPerImage: g.inChannels * tiling.count,
    tile: `one channel x ${tiling}`,
    run(packed: JsPacked, image: Image, item: number): void {
      const channel = channelsFirst ? Math.floor(item / tiling.count) : item % g.inChannels;
      const tile = tiling.at(channelsFirst ? item % tiling.count : Math.floor(item / g.inChannels));
      const src = scratch(0, patchElements);
      const sums = scratch(1, tiling.rows * sumsPitch);
      const rowStep = h.stride * rowPitch;
      const block = { src, rowStep, stride: w.stride, sums, sumsPitch, rows: tile.rows, count: tile.cols };
      const edgesStand = takePatch(reader) && wholeImage;
      reader.read(image.input, image.inputStart, channel, tile, src, 0, rowPitch, planePitch, edgesStand);
      for (let kernel = 0; kernel < multiplier; kernel++) {
        const outChannel = channel * multiplier + kernel;
        const bank = g.sharedBank ? kernel : outChannel;
        for (let plane = 0; plane < tile.depth; plane++) {
          const at = plane * d.stride * planePitch;
          sumPlane(block, at, rowPitch, planePitch, packed.weight, bank * tapCount, packed.bias[bank]!);
          writer.write(sums, 0, sumsPitch, outChannel, tile, plane, 0, tile.rows, image.output, image.outputStart);
        }
      }
    },
  };
}

/** Any kernel: each of its rows of taps in a few passes over the sums. */
function planeOfRows(g: Geometry): PlaneFunction {
  const [d, h, w] = g.axes;
  return (block, at, rowPitch, planePitch, weight, weightAt, bias) => {
    fillSums(block, bias);
    let tap = weightAt;
    for (let kd = 0; kd < d.kernel; kd++) {
      for (let kh = 0; kh < h.kernel; kh++) {
        const from = at + kd * d.dilation * planePitch + kh * h.dilation * rowPitch;
        addTaps(block, from, w.dilation, weight, tap, w.kernel);
        tap += w.kernel;
      }
    }
  };
}

function planeOfK3(g: Geometry): PlaneFunction {
  const [, h, w] = g.axes;
  if (w.stride === 1 && w.dilation === 1) {
    return (block, at, rowPitch, _, weight, weightAt, bias) =>
      k3Stride1(block, at, rowPitch * h.dilation, weight, weightAt, bias);
  }
  if (w.stride === 2 && w.dilation === 1) {
    return (block, at, rowPitch, _, weight, weightAt, bias) =>
      k3Stride2(block, at, rowPitch * h.dilation, weight, weightAt, bias);
  }
  return (block, at, rowPitch, _, weight, weightAt, bias) =>
    k3(block, at, rowPitch * h.dilation, w.dilation, weight, weightAt, bias);
}

function refusesGroups(g: Geometry): string | null {
  return g.inPerGroup === 1 ? null : `groups have ${g.inPerGroup} input channels, not 1`;
}

export const depthwiseK3: JsKernel = {
  name: "depthwise2d_k3",
  refuses(g) {
    const [d, h, w] = g.axes;
    if (g.inPerGroup !== 1) return refusesGroups(g);
    const fits = d.kernel === 1 && h.kernel === 3 && w.kernel === 3;
    return fits ? null : `kernel is ${d.kernel}x${h.kernel}x${w.kernel}, not 1x3x3`;
  },
  cost: (g) => multiplyAdds(g) * 0.4,
  packing: plainPacking,
  pack: packPlainly,
  prepare: (g) => prepare(g, planeOfK3(g)),
};

export const depthwise: JsKernel = {
  name: "depthwise",
  refuses: refusesGroups,
  cost: (g) => multiplyAdds(g) * 0.6,
  packing: plainPacking,
  pack: packPlainly,
  prepare: (g) => prepare(g, planeOfRows(g)),
};
