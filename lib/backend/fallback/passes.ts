// The loops that depthwise kernels spend their time in: one output plane of sums from one padded patch. V8 keeps
// about a dozen doubles in registers and gets slow beyond, so that a pass takes at most five taps (nine where the
// sums need not be read again) and a larger kernel makes several passes over the sums.

/** `rows` output rows of `count` columns: `sumsPitch` apart in `sums`, `rowStep` apart in `src`, columns `stride` apart there. */
export interface Block {
  readonly src: Float64Array;
  readonly rowStep: number;
  readonly stride: number;
  readonly sums: Float64Array;
  readonly sumsPitch: number;
  readonly rows: number;
  readonly count: number;
}

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

/** Sets all sums to the bias. */
export function fillSums({ sums, sumsPitch, rows }: Block, bias: number): void {
  const end = rows * sumsPitch;
  for (let o = 0; o < end; o++) sums[o] = bias;
}

/**
 * Adds the taps of one kernel row, `dilation` apart in `src` from `at` on: in passes of 3, 4 or 5, and of one where
 * fewer are left.
 */
export function addTaps(
  block: Block,
  at: number,
  dilation: number,
  weight: Float64Array,
  weightAt: number,
  width: number,
): void {
  const slides = block.stride === 1 && dilation === 1;
  let tap = 0;
  while (tap < width) {
    const left = width - tap;
    const now = left >= 8 || left === 5 ? 5 : left >= 7 || left === 4 ? 4 : left >= 3 ? 3 : 1;
    const from = at + tap * dilation;
    const w = weightAt + tap;
    if (now === 5) (slides ? slide5 : gather5)(block, from, dilation, weight, w);
    else if (now === 4) (slides ? slide4 : gather4)(block, from, dilation, weight, w);
    else if (now === 3) (slides ? slide3 : gather3)(block, from, dilation, weight, w);
    else gather1(block, from, weight, w);
    tap += now;
  }
}

// slideN: N neighbouring taps without stride, two columns at a time; the window moves through locals. May add one column more.

function slide3(
  { src, rowStep, sums, sumsPitch, rows, count }: Block,
  at: number,
  _: number,
  weight: Float64Array,
  w: number,
): void {
  const w0 = weight[w]!;
  const w1 = weight[w + 1]!;
  const w2 = weight[w + 2]!;
  for (let row = 0; row < rows; row++) {
    let i = at + row * rowStep;
    let src0 = src[i]!;
    let src1 = src[i + 1]!;
    i += 2;
    const begin = row * sumsPitch;
    const end = begin + count;
    for (let o = begin; o < end; o += 2) {
      const src2 = src[i]!;
      const src3 = src[i + 1]!;
      sums[o] = sums[o]! + (w0 * src0 + w1 * src1 + w2 * src2);
      sums[o + 1] = sums[o + 1]! + (w0 * src1 + w1 * src2 + w2 * src3);
      src0 = src2;
      src1 = src3;
      i += 2;
    }
  }
}

function slide4(
  { src, rowStep, sums, sumsPitch, rows, count }: Block,
  at: number,
  _: number,
  weight: Float64Array,
  w: number,
): void {
  const w0 = weight[w]!;
  const w1 = weight[w + 1]!;
  const w2 = weight[w + 2]!;
  const w3 = weight[w + 3]!;
  for (let row = 0; row < rows; row++) {
    let i = at + row * rowStep;
    let src0 = src[i]!;
    let src1 = src[i + 1]!;
    let src2 = src[i + 2]!;
    i += 3;
    const begin = row * sumsPitch;
    const end = begin + count;
    for (let o = begin; o < end; o += 2) {
      const src3 = src[i]!;
      const src4 = src[i + 1]!;
      sums[o] = sums[o]! + (w0 * src0 + w1 * src1 + (w2 * src2 + w3 * src3));
      sums[o + 1] = sums[o + 1]! + (w0 * src1 + w1 * src2 + (w2 * src3 + w3 * src4));
      src0 = src2;
      src1 = src3;
      src2 = src4;
      i += 2;
    }
  }
}

function slide5(
  { src, rowStep, sums, sumsPitch, rows, count }: Block,
  at: number,
  _: number,
  weight: Float64Array,
  w: number,
): void {
  const w0 = weight[w]!;
  const w1 = weight[w + 1]!;
  const w2 = weight[w + 2]!;
  const w3 = weight[w + 3]!;
  const w4 = weight[w + 4]!;
  for (let row = 0; row < rows; row++) {
    let i = at + row * rowStep;
    let src0 = src[i]!;
    let src1 = src[i + 1]!;
    let src2 = src[i + 2]!;
    let src3 = src[i + 3]!;
    i += 4;
    const begin = row * sumsPitch;
    const end = begin + count;
    for (let o = begin; o < end; o += 2) {
      const src4 = src[i]!;
      const src5 = src[i + 1]!;
      sums[o] = sums[o]! + (w0 * src0 + w1 * src1 + (w2 * src2 + w3 * src3) + w4 * src4);
      sums[o + 1] = sums[o + 1]! + (w0 * src1 + w1 * src2 + (w2 * src3 + w3 * src4) + w4 * src5);
      src0 = src2;
      src1 = src3;
      src2 = src4;
      src3 = src5;
      i += 2;
    }
  }
}

// gatherN: N taps at any distance, with any stride.

function gather1(
  { src, rowStep, stride, sums, sumsPitch, rows, count }: Block,
  at: number,
  weight: Float64Array,
  w: number,
): void {
  const w0 = weight[w]!;
  for (let row = 0; row < rows; row++) {
    let i = at + row * rowStep;
    const begin = row * sumsPitch;
    const end = begin + count;
    for (let o = begin; o < end; o++) {
      sums[o] = sums[o]! + w0 * src[i]!;
      i += stride;
    }
  }
}

function gather3(block: Block, at: number, dilation: number, weight: Float64Array, w: number): void {
  const { src, rowStep, stride, sums, sumsPitch, rows, count } = block;
  const w0 = weight[w]!;
  const w1 = weight[w + 1]!;
  const w2 = weight[w + 2]!;
  const dilation2 = 2 * dilation;
  for (let row = 0; row < rows; row++) {
    let i = at + row * rowStep;
    const begin = row * sumsPitch;
    const end = begin + count;
    for (let o = begin; o < end; o++) {
      sums[o] = sums[o]! + (w0 * src[i]! + w1 * src[i + dilation]! + w2 * src[i + dilation2]!);
      i += stride;
    }
  }
}

function gather4(block: Block, at: number, dilation: number, weight: Float64Array, w: number): void {
  const { src, rowStep, stride, sums, sumsPitch, rows, count } = block;
  const w0 = weight[w]!;
  const w1 = weight[w + 1]!;
  const w2 = weight[w + 2]!;
  const w3 = weight[w + 3]!;
  const dilation2 = 2 * dilation;
  const dilation3 = 3 * dilation;
  for (let row = 0; row < rows; row++) {
    let i = at + row * rowStep;
    const begin = row * sumsPitch;
    const end = begin + count;
    for (let o = begin; o < end; o++) {
      sums[o] =
        sums[o]! + (w0 * src[i]! + w1 * src[i + dilation]! + (w2 * src[i + dilation2]! + w3 * src[i + dilation3]!));
      i += stride;
    }
  }
}

function gather5(block: Block, at: number, dilation: number, weight: Float64Array, w: number): void {
  const { src, rowStep, stride, sums, sumsPitch, rows, count } = block;
  const w0 = weight[w]!;
  const w1 = weight[w + 1]!;
  const w2 = weight[w + 2]!;
  const w3 = weight[w + 3]!;
  const w4 = weight[w + 4]!;
  const dilation2 = 2 * dilation;
  const dilation3 = 3 * dilation;
  const dilation4 = 4 * dilation;
  for (let row = 0; row < rows; row++) {
    let i = at + row * rowStep;
    const begin = row * sumsPitch;
    const end = begin + count;
    for (let o = begin; o < end; o++) {
      sums[o] =
        sums[o]! +
        (w0 * src[i]! + w1 * src[i + dilation]! + (w2 * src[i + dilation2]! + w3 * src[i + dilation3]!)) +
        w4 * src[i + dilation4]!;
      i += stride;
    }
  }
}
