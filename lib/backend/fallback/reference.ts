// The formula as loops, over any geometry: the meaning of the other kernels, and the last to be chosen.
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
import { paddedIndices } from "./patch.js";
import { TileWriter } from "./store.js";
import { Tiling } from "./tiles.js";

const MAX_ITEM_MULTIPLY_ADDS = 2e5;

function prepare(g: Geometry): Work {
  const [d, h, w] = g.axes;
  const channelsLast = g.layout === "NHWC";
  const step = channelsLast ? g.inChannels : 1;
  const channelStep = channelsLast ? 1 : d.in * h.in * w.in;
  const dIndices = paddedIndices(d, g.paddingMode);
  const hIndices = paddedIndices(h, g.paddingMode);
  const wIndices = paddedIndices(w, g.paddingMode);
  const terms = g.inPerGroup * taps(g);
  const tiling = new Tiling(g, terms, MAX_ITEM_MULTIPLY_ADDS, 0, 0);
  const writer = new TileWriter(g);

  const sum = (packed: JsPacked, image: Image, oc: number, od: number, oh: number, ow: number): number => {
    const group = Math.floor(oc / g.outPerGroup);
    const bank = g.sharedBank ? oc % g.outPerGroup : oc;
    let tap = bank * terms;
    let total = packed.bias[bank]!;
    for (let ic = 0; ic < g.inPerGroup; ic++) {
      const channelStart = image.inputStart + (group * g.inPerGroup + ic) * channelStep;
      for (let kd = 0; kd < d.kernel; kd++) {
        const id = dIndices[od * d.stride + kd * d.dilation]!;
        for (let kh = 0; kh < h.kernel; kh++) {
          const ih = hIndices[oh * h.stride + kh * h.dilation]!;
          for (let kw = 0; kw < w.kernel; kw++, tap++) {
            const iw = wIndices[ow * w.stride + kw * w.dilation]!;
            if (id < 0 || ih < 0 || iw < 0) continue; // this tap lies on a zero
            total += packed.weight[tap]! * image.input[channelStart + ((id * h.in + ih) * w.in + iw) * step]!;
          }
        }
      }
    }
    return total;
  };

  return {
    itemsPerImage: g.outChannels * tiling.count,
    tile: `one channel x ${tiling}`,
    run(packed, image, item) {
      const oc = Math.floor(item / tiling.count);
      const tile = tiling.at(item % tiling.count);
      const sums = scratch(1, tiling.cols);
      for (let plane = 0; plane < tile.depth; plane++) {
        for (let row = 0; row < tile.rows; row++) {
          for (let x = 0; x < tile.cols; x++) {
            sums[x] = sum(packed, image, oc, tile.d + plane, tile.h + row, tile.w + x);
          }
          writer.write(sums, 0, tile.cols, oc, tile, plane, row, 1, image.output, image.outputStart);
        }
      }
    },
  };
}

export const reference: JsKernel = {
  name: "reference",
  refuses: () => null,
  cost: (g) => multiplyAdds(g) * 10,
  packing: plainPacking,
  pack: packPlainly,
  prepare,
};
