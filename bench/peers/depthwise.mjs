// This package as a JavaScript caller sees it: warm, from and into arrays that are there. The modes are sides of one run.
import { channelsFirst, channelsLast } from "./layouts.mjs";

const rank = ["", "1d", "2d", "3d"];

const names = {
  out: "depthwise",
  fresh: "depthwise fresh",
  burst: "depthwise fresh, no turn",
  functional: "depthwise functional",
  nhwc: "depthwise NHWC",
  float64: "depthwise float64",
  "one-thread": "depthwise on 1 thread",
};

/**
 * `mode`: "out" (module.forward with out), "fresh" (without out, while the event loop turns once a millisecond), "burst"
 * (without out, in a loop that never turns), "functional" (a plan a call), "nhwc" and "float64" ("out" in another layout and
 * type), "one-thread" ("out" on one thread, whatever the others take).
 */
export function depthwise(mode, library, takes = () => true) {
  return {
    name: names[mode],
    layout: "own",
    load: async () => library.version,
    takes,
    async prepare(shape, operands, threads) {
      const { tensor, zeros, nn, functional, setNumThreads } = library;
      const dtype = mode === "float64" ? "float64" : "float32";
      const typed = dtype === "float64" ? (data) => Float64Array.from(data) : (data) => data;
      const isLast = mode === "nhwc";
      const [n, c, ...space] = shape.inputShape;
      const last = ([images, channels, ...rest]) => [images, ...rest, channels];
      const x = isLast
        ? tensor(channelsLast(operands.input, shape.inputShape), [n, ...space, c])
        : tensor(typed(operands.input), shape.inputShape);
      const weight = tensor(typed(operands.weight), shape.weightShape);
      const bias = tensor(typed(operands.bias), [shape.outChannels]);
      const { stride, dilation, groups } = shape;
      const options = { stride, padding: shape.pad, dilation, groups, layout: isLast ? "NHWC" : "NCHW" };
      const Conv = nn[`Conv${rank[shape.rank]}`];
      const conv = new Conv(shape.inChannels, shape.outChannels, shape.kernel, { ...options, dtype });
      conv.loadStateDict({ weight, bias });
      const out = zeros(isLast ? last(shape.outputShape) : shape.outputShape, { dtype });
      const own = mode === "one-thread" ? 1 : threads;
      const withoutOut = () => conv.forward(x);
      const call = {
        fresh: withoutOut,
        burst: withoutOut,
        functional: () => functional[`conv${rank[shape.rank]}`](x, weight, bias, options),
      }[mode];
      const run = call ?? (() => conv.forward(x, { out }));
      return {
        // The number of threads holds for the process, and the sides of one run may differ in it.
        begin: () => setNumThreads(own),
        run,
        // Memory of results that are garbage comes back when the event loop turns.
        turns: mode === "fresh",
        async output() {
          setNumThreads(own);
          const { data } = run();
          return isLast ? channelsFirst(data, n, shape.outChannels) : Float32Array.from(data);
        },
        release: () => {},
      };
    },
  };
}

/** The compiled package of this checkout. */
export const loadLibrary = () => import("../../dist/index.js");
