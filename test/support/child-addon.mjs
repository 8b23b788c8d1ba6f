// For scenarios in child processes: the addon itself, without lib/, and small convolutions to try it on.
import { writeSync } from "node:fs";

/** A second load of the same file, or of a copy, gives exports of its own. */
export function loadAddon(path = process.env.DEPTHWISE_BINARY) {
  const module = { exports: {} };
  process.dlopen(module, path);
  return module.exports;
}

const unit = [1, 1, 1, 1, 0, 0];

/** The fields of a depthwise convolution with padding that keeps the size (native/conv/geometry.h lists them). */
export function depthwise({ channels = 8, height = 16, width = height, kernel = 3, float64 = false, paddingMode = 0 }) {
  const pad = kernel >> 1;
  return Int32Array.from([
    ...[Number(float64), 0, paddingMode, 0, 0, 1, channels, channels, channels],
    ...unit,
    ...[height, kernel, 1, 1, pad, pad],
    ...[width, kernel, 1, 1, pad, pad],
  ]);
}

/** Small integers: every kernel is exact on them. */
export function numbers(count, seed, ArrayType = Float32Array) {
  const array = new ArrayType(count);
  let state = (seed * 2654435761) >>> 0;
  for (let i = 0; i < count; ++i) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    array[i] = (state >>> 28) - 8;
  }
  return array;
}

/** A layer with data and the result it must give. */
export function makeLayer(addon, { batch = 1, isa = "", ...options } = {}) {
  const geometry = depthwise(options);
  const { channels = 8, height = 16, width = height, kernel = 3 } = options;
  const ArrayType = options.float64 ? Float64Array : Float32Array;
  const plan = addon.createPlan(geometry, isa, "");
  const weight = numbers(channels * kernel * kernel, 1, ArrayType);
  const bias = numbers(channels, 2, ArrayType);
  const input = numbers(batch * channels * height * width, 3, ArrayType);
  const packed = addon.pack(plan, weight, bias);
  const expected = new ArrayType(input.length);
  addon.run(plan, packed, batch, input, expected);
  return { plan, packed, weight, bias, batch, input, expected, ArrayType };
}

/** runAsync as a promise; its `job` can be cancelled. */
export function startRun(addon, layer, { packed = null, weight, bias, input = layer.input, out = null } = {}) {
  let job;
  const promise = new Promise((resolve, reject) => {
    job = addon.runAsync(
      layer.plan,
      packed,
      packed ? null : (weight ?? layer.weight),
      packed ? null : (bias ?? layer.bias),
      layer.batch,
      input,
      out,
      (error, result) => (error ? reject(error) : resolve(result)),
    );
  });
  promise.job = job;
  return promise;
}

export function sameBits(a, b) {
  const bytes = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  return a.constructor === b.constructor && bytes(a).equals(bytes(b));
}

export function assert(condition, message) {
  if (!condition) throw new Error(message);
}

/** The code and message of what `body` throws, or null. */
export function thrownBy(body) {
  try {
    body();
  } catch (error) {
    return { code: error.code, message: error.message };
  }
  return null;
}

/** At once, so that it is out before the process ends in whatever way. */
export function report(values) {
  writeSync(1, `${JSON.stringify(values)}\n`);
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const turn = () => new Promise((resolve) => setImmediate(resolve));
export const argument = (index, otherwise) => process.argv[2 + index] ?? otherwise;
