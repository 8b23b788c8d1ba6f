// Grouped, dense and pointwise: every tap of every input channel of a group is one term of a long sum, found by a
// list of offsets into the group's padded patches. Refuses a shared bank. Loop order: group, block of output
// channels, tile, row, columns, terms. Stays in locals: 4 output channels x 2 columns of sums, or 1 x 4.
import type { FloatArray, Geometry } from "../types.js";
import {
  type Image,
  type JsKernel,
  type JsPacked,
  multiplyAdds,
  packBias,
  scratch,
  takePatch,
  taps,
  type Work,
} from "./kernel.js";
import { PatchReader } from "./patch.js";
import { TileWriter } from "./store.js";
import { reach, Tiling } from "./tiles.js";

/** Output channels that are summed together; below three the lanes of a block of four would be idle for the most part. */
function blockSize(g: Geometry): 4 | 1 {
  return g.outPerGroup >= 3 ? 4 : 1;
}

/** Four output channels (`sumsPitch` apart), two columns at a time; may write one more. Weights are interleaved by four. */
function sumBlock4(
  src: Float64Array,
  at: number,
  stride: number,
  offsets: Int32Array,
  weight: Float64Array,
  weightAt: number,
  bias: Float64Array,
  biasAt: number,
  sums: Float64Array,
  sumsPitch: number,
  count: number,
): void {
  const bias0 = bias[biasAt]!;
  const bias1 = bias[biasAt + 1]!;
  const bias2 = bias[biasAt + 2]!;
  const bias3 = bias[biasAt + 3]!;
  for (let x = 0; x < count; x += 2) {
    let left0 = bias0;
    let left1 = bias1;
    let left2 = bias2;
    let left3 = bias3;
    let right0 = bias0;
    let right1 = bias1;
    let right2 = bias2;
    let right3 = bias3;
    const first = at + x * stride;
    let w = weightAt;
    for (let term = 0; term < offsets.length; term++) {
      const i = first + offsets[term]!;
      const left = src[i]!;
      const right = src[i + stride]!;
      const w0 = weight[w]!;
      const w1 = weight[w + 1]!;
      const w2 = weight[w + 2]!;
      const w3 = weight[w + 3]!;
      left0 += w0 * left;
      left1 += w1 * left;
      left2 += w2 * left;
      left3 += w3 * left;
      right0 += w0 * right;
      right1 += w1 * right;
      right2 += w2 * right;
      right3 += w3 * right;
      w += 4;
    }
    const o1 = x + sumsPitch;
    const o2 = o1 + sumsPitch;
    const o3 = o2 + sumsPitch;
    sums[x] = left0;
    sums[x + 1] = right0;
    sums[o1] = left1;
    sums[o1 + 1] = right1;
    sums[o2] = left2;
    sums[o2 + 1] = right2;
    sums[o3] = left3;
    sums[o3 + 1] = right3;
  }
}

/** One output channel, four columns at a time; may write three more. */
function sumBlock1(
  src: Float64Array,
  at: number,
  stride: number,
  offsets: Int32Array,
  weight: Float64Array,
  weightAt: number,
  bias: Float64Array,
  biasAt: number,
  sums: Float64Array,
  _sumsPitch: number,
  count: number,
): void {
  const start = bias[biasAt]!;
  const stride2 = 2 * stride;
  const stride3 = 3 * stride;
  for (let x = 0; x < count; x += 4) {
    let sum0 = start;
    let sum1 = start;
    let sum2 = start;
    let sum3 = start;
    const first = at + x * stride;
    for (let term = 0; term < offsets.length; term++) {
      const i = first + offsets[term]!;
      const value = weight[weightAt + term]!;
      sum0 += value * src[i]!;
      sum1 += value * src[i + stride]!;
      sum2 += value * src[i + stride2]!;
      sum3 += value * src[i + stride3]!;
    }
    sums[x] = sum0;
    sums[x + 1] = sum1;
    sums[x + 2] = sum2;
    sums[x + 3] = sum3;
  }
}

/** `[groups][blocks of a group][terms][block]`, missing channels of the last block as zeros. */
function packBlocks(g: Geometry, weight: FloatArray, bias: FloatArray | null): JsPacked {
  const block = blockSize(g);
  const terms = g.inPerGroup * taps(g);
  const blocks = Math.ceil(g.outPerGroup / block);
  const packed = new Float64Array(g.groups * blocks * terms * block);
  const packedBias = new Float64Array(g.groups * blocks * block);
  const plainBias = packBias(g, bias);
  for (let group = 0; group < g.groups; group++) {
    for (let oc = 0; oc < g.outPerGroup; oc++) {
      const channel = group * g.outPerGroup + oc;
      const place = group * blocks + Math.floor(oc / block);
      const lane = oc % block;
      packedBias[place * block + lane] = plainBias[channel]!;
      let to = place * terms * block + lane;
      for (let term = 0; term < terms; term++, to += block) packed[to] = weight[channel * terms + term]!;
    }
  }
  return { weight: packed, bias: packedBias, bytes: packed.byteLength + packedBias.byteLength };
}

/** About 3 ms at 3 GFLOP/s: below it the patches are read again too often. */
const MAX_ITEM_MULTIPLY_ADDS = 4e6;
/** 256 KiB of patches: a part of a second-level cache. */
const MAX_PATCH_ELEMENTS = 32768;
/** An item takes at least so many output channels of a group, so that reading the patches stays a small part of it. */
const MIN_ITEM_CHANNELS = 32;
const MAX_WASTE = 0.3;
const MAX_JOINED_SUMS = 512;

function prepare(g: Geometry): Work {
  const [d, h, w] = g.axes;
  const block = blockSize(g);
  const terms = g.inPerGroup * taps(g);
  const blocks = Math.ceil(g.outPerGroup / block);
  const minBlocks = Math.min(blocks, MIN_ITEM_CHANNELS / block);
  const tiling = new Tiling(g, minBlocks * block * terms, MAX_ITEM_MULTIPLY_ADDS, g.inPerGroup, MAX_PATCH_ELEMENTS);
  const tileCost = tiling.depth * tiling.rows * tiling.cols * block * terms;
  const itemBlocks = Math.max(minBlocks, Math.min(blocks, Math.floor(MAX_ITEM_MULTIPLY_ADDS / tileCost)));
  const chunks = Math.ceil(blocks / itemBlocks);
  const rowPitch = reach(w, tiling.cols);
  const planePitch = rowPitch * reach(h, tiling.rows);
  const channelPitch = planePitch * reach(d, tiling.depth);
  const joined = h.stride === 1 && w.stride === 1 && rowPitch - tiling.cols <= MAX_WASTE * tiling.cols;
  const rowsAtOnce = joined ? Math.max(1, Math.min(tiling.rows, Math.floor(MAX_JOINED_SUMS / rowPitch))) : 1;
  const sumsPitch = rowsAtOnce * rowPitch + tiling.cols + 4;
  const patchElements = channelPitch * g.inPerGroup + 4 * w.stride;
  const offsets = termOffsets(g, rowPitch, planePitch, channelPitch);
  const sumBlock = block === 4 ? sumBlock4 : sumBlock1;
  const reader = new PatchReader(g, tiling.rows);
  const writer = new TileWriter(g);
  return {
    itemsPerImage: g.groups * chunks * tiling.count,
    tile: `${Math.min(itemBlocks * block, g.outPerGroup)} channels x ${tiling}`,
    run(packed: JsPacked, image: Image, item: number): void {
      const tile = tiling.at(item % tiling.count);
      const unit = Math.floor(item / tiling.count);
      const group = Math.floor(unit / chunks);
      const firstBlock = (unit % chunks) * itemBlocks;
      const endBlock = Math.min(blocks, firstBlock + itemBlocks);
      const patch = scratch(0, patchElements);
      const sums = scratch(1, block * sumsPitch);
      const edgesStand = takePatch(reader) && tiling.count === 1;
      for (let ic = 0; ic < g.inPerGroup; ic++) {
        const channel = group * g.inPerGroup + ic;
        reader.read(
          image.input,
          image.inputStart,
          channel,
          tile,
          patch,
          ic * channelPitch,
          rowPitch,
          planePitch,
          edgesStand,
        );
      }
      for (let b = firstBlock; b < endBlock; b++) {
        const place = group * blocks + b;
        const lanes = Math.min(block, g.outPerGroup - b * block);
        const firstChannel = group * g.outPerGroup + b * block;
        for (let plane = 0; plane < tile.depth; plane++) {
          for (let first = 0; first < tile.rows; first += rowsAtOnce) {
            const rows = Math.min(rowsAtOnce, tile.rows - first);
            const at = plane * d.stride * planePitch + first * h.stride * rowPitch;
            const count = (rows - 1) * rowPitch + tile.cols;
            const weightAt = place * terms * block;
            const { weight, bias } = packed;
            sumBlock(patch, at, w.stride, offsets, weight, weightAt, bias, place * block, sums, sumsPitch, count);
            for (let lane = 0; lane < lanes; lane++) {
              const channel = firstChannel + lane;
              const from = lane * sumsPitch;
              writer.write(sums, from, rowPitch, channel, tile, plane, first, rows, image.output, image.outputStart);
            }
          }
        }
      }
    },
  };
}

/** Scratch offsets of the taps of one channel, in the order of the weights. */
function tapOffsets(g: Geometry, rowPitch: number, planePitch: number): Int32Array {
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

/** Scratch offsets of all terms of one output: the taps of each input channel of its group. */
function termOffsets(g: Geometry, rowPitch: number, planePitch: number, channelPitch: number): Int32Array {
  const ofChannel = tapOffsets(g, rowPitch, planePitch);
  const offsets = new Int32Array(g.inPerGroup * ofChannel.length);
  for (let ic = 0; ic < g.inPerGroup; ic++) {
    for (let tap = 0; tap < ofChannel.length; tap++) {
      offsets[ic * ofChannel.length + tap] = ic * channelPitch + ofChannel[tap]!;
    }
  }
  return offsets;
}

export const grouped: JsKernel = {
  name: "grouped",
  refuses: (g) => (g.sharedBank ? "the bank is shared" : null),
  cost(g) {
    const block = blockSize(g);
    const idle = (Math.ceil(g.outPerGroup / block) * block) / g.outPerGroup;
    return multiplyAdds(g) * idle * (block === 4 ? 0.5 : 0.8);
  },
  packing: (g) =>
    `blocks of ${blockSize(g)}: ${g.groups}x${g.outPerGroup}x${g.inPerGroup}x${g.axes.map((axis) => axis.kernel).join("x")}`,
  pack: packBlocks,
  prepare,
};
