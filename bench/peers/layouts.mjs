// Channels first and channels last, for peers that want the other one.

/** Each of `images` matrices of rows x columns, transposed. */
function transposed(data, images, rows, columns) {
  const out = new Float32Array(data.length);
  for (let i = 0; i < images; ++i)
    for (let r = 0; r < rows; ++r)
      for (let c = 0; c < columns; ++c) out[(i * columns + c) * rows + r] = data[(i * rows + r) * columns + c];
  return out;
}

/** NCHW of N images -> NHWC. */
export const channelsLast = (data, [n, c]) => transposed(data, n, c, data.length / n / c);

/** NHWC [n, plane, c] -> NCHW. */
export const channelsFirst = (data, n, c) => transposed(data, n, data.length / n / c, c);
