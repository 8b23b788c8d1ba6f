// Floats to colours. Every function takes a plane of `width * height` floats and returns RGB bytes.

const hex = (code) => [1, 3, 5].map((at) => Number.parseInt(code.slice(at, at + 2), 16));

/** A colour map: 256 colours, three bytes each, between equally spaced stops. */
function table(...stops) {
  const colours = stops.map(hex);
  const bytes = new Uint8ClampedArray(256 * 3);
  for (let index = 0; index < 256; index++) {
    const position = (index / 255) * (colours.length - 1);
    const before = Math.min(Math.floor(position), colours.length - 2);
    for (let c = 0; c < 3; c++) {
      bytes[index * 3 + c] = colours[before][c] + (colours[before + 1][c] - colours[before][c]) * (position - before);
    }
  }
  return bytes;
}

// Stops of matplotlib's magma (CC0).
const SEQUENTIAL = table(
  "#000004",
  "#1d1147",
  "#51127c",
  "#832681",
  "#b73779",
  "#e65164",
  "#fb8861",
  "#fec287",
  "#fcfdbf",
);
// Zero is dark, so that what a filter leaves alone recedes.
const DIVERGING = table("#d6f3ff", "#5cc4f0", "#1f6f9f", "#12161c", "#a3471f", "#f29a4b", "#fff0d2");

/** The values below which `fractions` of the plane lie, from a sample of it. */
function quantiles(plane, fractions) {
  const step = Math.max(1, Math.floor(plane.length / 20_000));
  const sample = new Float32Array(Math.ceil(plane.length / step));
  for (let i = 0; i < sample.length; i++) sample[i] = plane[i * step];
  sample.sort();
  return fractions.map((fraction) => sample[Math.round(fraction * (sample.length - 1))]);
}

function paint(plane, map, low, high) {
  const rgb = new Uint8ClampedArray(plane.length * 3);
  const scale = high > low ? 255 / (high - low) : 0;
  for (let i = 0; i < plane.length; i++) {
    const at = 3 * Math.min(255, Math.max(0, Math.round((plane[i] - low) * scale)));
    rgb[i * 3] = map[at];
    rgb[i * 3 + 1] = map[at + 1];
    rgb[i * 3 + 2] = map[at + 2];
  }
  return rgb;
}

/** A feature map: its own range, without the extremes, from dark to bright. */
export function featureMap(plane) {
  return paint(plane, SEQUENTIAL, ...quantiles(plane, [0.005, 0.995]));
}

/** Positive warm, negative cool, zero dark; `fraction` of the values are inside the colours' range. */
export function signedMap(plane, fraction = 0.99) {
  const [limit] = quantiles(plane.map(Math.abs), [fraction]);
  return paint(plane, DIVERGING, -limit, limit);
}

/** One colour of the diverging map, for a kernel's tap; `limit` is the largest tap. */
export function signedColour(value, limit) {
  const at = 3 * Math.round(127.5 + (127.5 * value) / (limit || 1));
  return DIVERGING.subarray(at, at + 3);
}

/** Three planes, 0 black and 1 full, as red, green and blue; `offset` is added first. */
export function colourPlanes(planes, offset = 0) {
  const rgb = new Uint8ClampedArray(planes[0].length * 3);
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < planes[c].length; i++) rgb[i * 3 + c] = 255 * (planes[c][i] + offset);
  }
  return rgb;
}

/** A field of gradients: the direction is the hue, the strength the brightness. */
export function gradientField(alongX, alongY) {
  const strength = alongX.map((value, i) => Math.hypot(value, alongY[i]));
  const [limit] = quantiles(strength, [0.97]);
  const rgb = new Uint8ClampedArray(strength.length * 3);
  for (let i = 0; i < strength.length; i++) {
    const angle = Math.atan2(alongY[i], alongX[i]);
    const value = 255 * Math.min(1, strength[i] / (limit || 1)) ** 0.6;
    for (let c = 0; c < 3; c++) rgb[i * 3 + c] = value * (0.55 + 0.45 * Math.cos(angle - (c * 2 * Math.PI) / 3));
  }
  return rgb;
}
