// The loops that depthwise kernels spend their time in: one output plane of sums from one padded patch. V8 keeps
// about a dozen doubles in registers and gets slow beyond, so that a pass takes at most five taps and a larger
// kernel makes several passes over the sums.

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
