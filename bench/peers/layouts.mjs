// Channels first and channels last, for peers that want the other one.

/** NCHW of N images -> NHWC. */
export function channelsLast(data, [n, c, ...space]) {
  const plane = space.reduce((a, b) => a * b, 1);
  const out = new Float32Array(data.length);
  for (let i = 0; i < n; ++i)
    for (let k = 0; k < c; ++k)
      for (let p = 0; p < plane; ++p) out[(i * plane + p) * c + k] = data[(i * c + k) * plane + p];
  return out;
}

/** NHWC [n, plane, c] -> NCHW. */
export function channelsFirst(data, n, c) {
  const plane = data.length / n / c;
  const out = new Float32Array(data.length);
  for (let i = 0; i < n; ++i)
    for (let p = 0; p < plane; ++p)
      for (let k = 0; k < c; ++k) out[(i * c + k) * plane + p] = data[(i * plane + p) * c + k];
  return out;
}
