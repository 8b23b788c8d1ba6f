// Layers as one-line descriptors (shapes.txt explains the letters) and what follows from them.
import { readFileSync } from "node:fs";

const sizes = (text) => text.split("x").map(Number);
const perAxis = (values, rank) => (values.length === rank ? values : Array(rank).fill(values[0]));

/** "n1_c32_i112x112_o32_k3x3_s1_p1_d1_g32" -> a frozen description; `pad` is all beginnings, then all ends. */
export function parseDescriptor(descriptor, name = descriptor, kind = "") {
  const field = Object.fromEntries(descriptor.split("_").map((part) => [part[0], part.slice(1)]));
  const input = sizes(field.i);
  const rank = input.length;
  const kernel = perAxis(sizes(field.k), rank);
  const stride = perAxis(sizes(field.s), rank);
  const dilation = perAxis(sizes(field.d), rank);
  const padding = field.p.split(/[x,]/).map(Number);
  const pad = padding.length === 2 * rank ? padding : [...perAxis(padding, rank), ...perAxis(padding, rank)];
  const output = input.map(
    (size, a) => Math.floor((size + pad[a] + pad[a + rank] - dilation[a] * (kernel[a] - 1) - 1) / stride[a]) + 1,
  );
  const [batch, inChannels, outChannels, groups] = [field.n, field.c, field.o, field.g].map(Number);
  return Object.freeze({
    name,
    kind,
    descriptor,
    rank,
    batch,
    inChannels,
    outChannels,
    groups,
    input,
    output,
    kernel,
    stride,
    dilation,
    pad,
    inputShape: [batch, inChannels, ...input],
    weightShape: [outChannels, inChannels / groups, ...kernel],
    outputShape: [batch, outChannels, ...output],
  });
}

/** Every layer of shapes.txt. */
export function readShapes() {
  const lines = readFileSync(new URL("shapes.txt", import.meta.url), "utf8").split("\n");
  return lines
    .filter((line) => line && !line.startsWith("#"))
    .map((line) => {
      const [name, kind, descriptor] = line.split(/\s+/);
      return parseDescriptor(descriptor, name, kind);
    });
}

export const volume = (shape) => shape.reduce((a, b) => a * b, 1);

/** Taps that lie inside the input, summed over the outputs of one axis. */
function tapsInside(shape, axis) {
  let taps = 0;
  for (let o = 0; o < shape.output[axis]; ++o)
    for (let k = 0; k < shape.kernel[axis]; ++k) {
      const i = o * shape.stride[axis] - shape.pad[axis] + k * shape.dilation[axis];
      if (i >= 0 && i < shape.input[axis]) ++taps;
    }
  return taps;
}

/** Floating point operations inside the input: two for a multiply-add. */
export function flop(shape) {
  const taps = shape.input.reduce((product, _, axis) => product * tapsInside(shape, axis), 1);
  return 2 * shape.batch * shape.outChannels * (shape.inChannels / shape.groups) * taps;
}

/** Bytes of input, output and weight in float32. */
export const bytes = (shape) => 4 * (volume(shape.inputShape) + volume(shape.outputShape) + volume(shape.weightShape));

/** Uniform values in [-1, 1) that repeat: input, weight and bias of a layer. */
export function makeOperands(shape) {
  let state = 0x2545f491;
  const draw = (length) => {
    const data = new Float32Array(length);
    for (let i = 0; i < length; ++i) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      data[i] = state / 2 ** 31 - 1;
    }
    return data;
  };
  return {
    input: draw(volume(shape.inputShape)),
    weight: draw(volume(shape.weightShape)),
    bias: draw(shape.outChannels),
  };
}

/**
 * Compares `output` with the formula in float64 at `samples` places, the borders of the first and last plane among
 * them. Returns the largest error in units of the golden tolerance, 1e-5 * sqrt(K) + 1e-4 * |expected|; above 1 is wrong.
 */
export function largestError(shape, { input, weight, bias }, output, samples = 600) {
  const places = new Set();
  const total = volume(shape.outputShape);
  if (output.length !== total) return Number.POSITIVE_INFINITY;
  for (let i = 0; i < Math.min(samples / 4, total); ++i) places.add(i).add(total - 1 - i);
  for (let i = 0; i < samples; ++i) places.add((i * 2654435761) % total);
  const perGroup = { in: shape.inChannels / shape.groups, out: shape.outChannels / shape.groups };
  const plane = volume(shape.output);
  let worst = 0;
  for (const place of places) {
    const channel = Math.floor(place / plane) % shape.outChannels;
    const image = Math.floor(place / plane / shape.outChannels);
    const at = [];
    for (let axis = shape.rank - 1, rest = place % plane; axis >= 0; --axis) {
      at[axis] = rest % shape.output[axis];
      rest = Math.floor(rest / shape.output[axis]);
    }
    let sum = bias[channel];
    const taps = volume(shape.kernel);
    for (let ic = 0; ic < perGroup.in; ++ic) {
      const source = image * shape.inChannels + Math.floor(channel / perGroup.out) * perGroup.in + ic;
      for (let tap = 0; tap < taps; ++tap) {
        let index = source;
        let inside = true;
        for (let axis = 0, divisor = taps; axis < shape.rank; ++axis) {
          divisor /= shape.kernel[axis];
          const k = Math.floor(tap / divisor) % shape.kernel[axis];
          const i = at[axis] * shape.stride[axis] - shape.pad[axis] + k * shape.dilation[axis];
          inside &&= i >= 0 && i < shape.input[axis];
          index = index * shape.input[axis] + i;
        }
        if (inside) sum += input[index] * weight[(channel * perGroup.in + ic) * taps + tap];
      }
    }
    const tolerance = 1e-5 * Math.sqrt(perGroup.in * taps) + 1e-4 * Math.abs(sum);
    const error = Math.abs(output[place] - sum) / tolerance;
    worst = Math.max(worst, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
  }
  return worst;
}
