// This package, each backend in its own way: plans on bare typed arrays and modules, warm, with a reused `out`.

const rank = ["", "1d", "2d", "3d"];

/** `mode`: "out" (module.forward with out), "fresh" (without out), "functional" (a plan a call). */
export function depthwise(mode, library) {
  return {
    name: mode === "out" ? `depthwise ${library.backendInfo().backend}` : `depthwise ${mode}`,
    load: async () => library.version,
    takes: () => true,
    async prepare(shape, { input, weight, bias }, threads) {
      library.setNumThreads(threads);
      const { tensor, zeros, nn, functional } = library;
      const x = tensor(input, shape.inputShape);
      const Conv = nn[`Conv${rank[shape.rank]}`];
      const { stride, dilation, groups } = shape;
      const options = { stride, padding: shape.pad, dilation, groups };
      const conv = new Conv(shape.inChannels, shape.outChannels, shape.kernel, options);
      conv.loadStateDict({ weight: tensor(weight, shape.weightShape), bias: tensor(bias, [shape.outChannels]) });
      const out = zeros(shape.outputShape);
      const w = tensor(weight, shape.weightShape);
      const b = tensor(bias, [shape.outChannels]);
      const apply = {
        out: () => conv.forward(x, { out }),
        fresh: () => conv.forward(x),
        functional: () => functional[`conv${rank[shape.rank]}`](x, w, b, options),
      }[mode];
      return { run: apply, output: async () => apply().data, release: () => {} };
    },
  };
}

/** The compiled package of this checkout (or of another, for comparisons). */
export const loadLibrary = (root = new URL("../../", import.meta.url)) => import(new URL("dist/index.js", root).href);
