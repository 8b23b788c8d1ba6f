// TensorFlow.js in plain JavaScript ("cpu") and WebAssembly: the operation alone, without reading the result back.
// Its layout is NHWC; there are no groups apart from depthwise.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { channelsFirst, channelsLast } from "./layouts.mjs";

const require = createRequire(import.meta.url);

/** [O, I, kh, kw] -> [kh, kw, I, O] (dense) or [kh, kw, groups, multiplier] (depthwise). */
function filter(shape, weight, depthwise) {
  const taps = shape.kernel.reduce((a, b) => a * b, 1);
  const [o, i] = shape.weightShape;
  const out = new Float32Array(weight.length);
  for (let oc = 0; oc < o; ++oc)
    for (let ic = 0; ic < i; ++ic)
      for (let t = 0; t < taps; ++t)
        out[depthwise ? t * o + oc : (t * i + ic) * o + oc] = weight[(oc * i + ic) * taps + t];
  return out;
}

function make(backend) {
  return {
    name: `tfjs ${backend}`,
    layout: "best",
    isForeign: backend === "wasm",
    async load() {
      this.tf = await import("@tensorflow/tfjs-core");
      if (backend === "wasm") {
        const wasm = await import("@tensorflow/tfjs-backend-wasm");
        wasm.setWasmPaths(`${join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json")), "dist")}/`);
      } else await import("@tensorflow/tfjs-backend-cpu");
      this.tf.env().set("PROD", true);
      await this.tf.setBackend(backend);
      return this.tf.version_core;
    },
    takes: (shape) => shape.rank < 3 && (shape.groups === 1 || shape.groups === shape.inChannels),
    async prepare(shape, { input, weight, bias }) {
      const { tf } = this;
      await tf.setBackend(backend);
      const depthwise = shape.groups > 1;
      const two = (values) => (shape.rank === 1 ? [1, ...values] : values);
      const [n, c] = shape.inputShape;
      const x = tf.tensor4d(channelsLast(input, shape.inputShape), [n, ...two(shape.input), c]);
      const kernel = two(shape.kernel);
      const filterShape = depthwise
        ? [...kernel, c, shape.outChannels / c]
        : [...kernel, shape.weightShape[1], shape.outChannels];
      const w = tf.tensor4d(filter(shape, weight, depthwise), filterShape);
      const b = tf.tensor1d(bias);
      const pad =
        shape.rank === 1
          ? [
              [0, 0],
              [0, 0],
              [shape.pad[0], shape.pad[1]],
              [0, 0],
            ]
          : [
              [0, 0],
              [shape.pad[0], shape.pad[2]],
              [shape.pad[1], shape.pad[3]],
              [0, 0],
            ];
      const strides = two(shape.stride);
      const dilations = two(shape.dilation);
      // The fused operation adds the bias in the same pass, as every other side does.
      const convolve = depthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
      const apply = () => convolve({ x, filter: w, strides, pad, dataFormat: "NHWC", dilations, bias: b });
      return {
        begin: () => tf.setBackend(backend),
        run: () => apply().dispose(),
        async output() {
          tf.setBackend(backend);
          const y = apply();
          const data = channelsFirst(await y.data(), n, shape.outChannels);
          y.dispose();
          return data;
        },
        release: () => tf.dispose([x, w, b]),
      };
    },
  };
}

export const tfjsCpu = make("cpu");
export const tfjsWasm = make("wasm");
