// 3x3, all nine taps at once: the sums of an output plane are written and never read. Neighbouring outputs share what
// they read where they can; any stride and dilation has its own, plainer loop.
import type { Block } from "./passes.js";

/** 3x3 without stride and dilation along the width, two columns at a time; may write one column more. */
export function k3Stride1(
  block: Block,
  at: number,
  pitch: number,
  weight: Float64Array,
  weightAt: number,
  bias: number,
): void {
  const { src, sums } = block;
  const w00 = weight[weightAt]!;
  const w01 = weight[weightAt + 1]!;
  const w02 = weight[weightAt + 2]!;
  const w10 = weight[weightAt + 3]!;
  const w11 = weight[weightAt + 4]!;
  const w12 = weight[weightAt + 5]!;
  const w20 = weight[weightAt + 6]!;
  const w21 = weight[weightAt + 7]!;
  const w22 = weight[weightAt + 8]!;
  for (let row = 0; row < block.rows; row++) {
    let top = at + row * block.rowStep;
    let middle = top + pitch;
    let bottom = middle + pitch;
    let top0 = src[top]!;
    let top1 = src[top + 1]!;
    let middle0 = src[middle]!;
    let middle1 = src[middle + 1]!;
    let bottom0 = src[bottom]!;
    let bottom1 = src[bottom + 1]!;
    const begin = row * block.sumsPitch;
    const end = begin + block.count;
    for (let o = begin; o < end; o += 2) {
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
}

/** 3x3 of stride 2 without dilation along the width: the last column of one output is the first of the next. */
export function k3Stride2(
  block: Block,
  at: number,
  pitch: number,
  weight: Float64Array,
  weightAt: number,
  bias: number,
): void {
  const { src, sums } = block;
  const w00 = weight[weightAt]!;
  const w01 = weight[weightAt + 1]!;
  const w02 = weight[weightAt + 2]!;
  const w10 = weight[weightAt + 3]!;
  const w11 = weight[weightAt + 4]!;
  const w12 = weight[weightAt + 5]!;
  const w20 = weight[weightAt + 6]!;
  const w21 = weight[weightAt + 7]!;
  const w22 = weight[weightAt + 8]!;
  for (let row = 0; row < block.rows; row++) {
    let top = at + row * block.rowStep;
    let middle = top + pitch;
    let bottom = middle + pitch;
    let top0 = src[top]!;
    let middle0 = src[middle]!;
    let bottom0 = src[bottom]!;
    const begin = row * block.sumsPitch;
    const end = begin + block.count;
    for (let o = begin; o < end; o++) {
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
}

/** 3x3 with any stride and dilation. */
export function k3(
  block: Block,
  at: number,
  pitch: number,
  dilation: number,
  weight: Float64Array,
  weightAt: number,
  bias: number,
): void {
  const { src, sums, stride } = block;
  const w00 = weight[weightAt]!;
  const w01 = weight[weightAt + 1]!;
  const w02 = weight[weightAt + 2]!;
  const w10 = weight[weightAt + 3]!;
  const w11 = weight[weightAt + 4]!;
  const w12 = weight[weightAt + 5]!;
  const w20 = weight[weightAt + 6]!;
  const w21 = weight[weightAt + 7]!;
  const w22 = weight[weightAt + 8]!;
  const dilation2 = 2 * dilation;
  for (let row = 0; row < block.rows; row++) {
    let top = at + row * block.rowStep;
    let middle = top + pitch;
    let bottom = middle + pitch;
    const begin = row * block.sumsPitch;
    const end = begin + block.count;
    for (let o = begin; o < end; o++) {
      sums[o] =
        bias +
        src[top]! * w00 +
        src[top + dilation]! * w01 +
        src[top + dilation2]! * w02 +
        (src[middle]! * w10 + src[middle + dilation]! * w11 + src[middle + dilation2]! * w12) +
        (src[bottom]! * w20 + src[bottom + dilation]! * w21 + src[bottom + dilation2]! * w22);
      top += stride;
      middle += stride;
      bottom += stride;
    }
  }
}
