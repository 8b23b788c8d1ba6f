// Shares of the roofline that layers are to reach on one thread, by instruction set: { name, mode, goal, share, met }.
import { rooflineMs, rooflineMs64 } from "./limits.mjs";

// The first pattern that a layer's name matches counts.
const GOALS = {
  avx2: [
    [/^mbv1-32x112$|^mbv2-144x56$/, 75],
    [/^mbv2-192x28$/, 65],
    [/^mbv2-(384|576)x14$|^mbv2-960x7$/, 62],
    [/^mbv2-96x112s2$|^mbv2-144x56s2$/, 45],
    [/^mbv2-576x14s2$/, 35],
    [/^effb0-240x28k5$/, 70],
    [/^effb0-672x14k5$/, 66],
    [/^convnext-96x56k7$/, 82],
    [/^convnext-768x7k7$/, 52],
    [/^mult2-/, 60],
    [/^aspp-/, 45],
    [/^replk-/, 80],
    [/^rgb-1080p-k15$/, 86],
    [/^resnext-(128|256|512)x|^regnet-/, 75],
    [/^conformer-|^mamba-/, 60],
    [/^pw-|^stem-/, 92],
    [/@b8$|^rgb-1080p-k3$/, 80],
    [/^volume-/, 50],
  ],
  avx512: [
    [/^mbv1-32x112$|^mbv2-144x56$/, 90],
    [/^mbv2-192x28$/, 80],
    [/^mbv2-(384|576)x14$/, 75],
    [/^mbv2-960x7$/, 64],
    [/^mbv2-96x112s2$|^mbv2-144x56s2$/, 55],
    [/^mbv2-576x14s2$/, 40],
    [/^effb0-240x28k5$|^effb0-672x14k5$/, 75],
    [/^convnext-96x56k7$/, 82],
    [/^convnext-768x7k7$/, 72],
    [/^mult2-/, 75],
    [/^aspp-256x65d2$/, 60],
    [/^aspp-256x65d12$/, 50],
    [/^replk-/, 84],
    [/^rgb-1080p-k15$/, 88],
    [/^resnext-(128|256|512)x|^regnet-/, 80],
    [/^conformer-/, 74],
    [/^mamba-/, 64],
    [/^pw-|^stem-/, 94],
    [/@b8$|^rgb-1080p-k3$/, 80],
    [/^volume-/, 60],
  ],
};
const is3x3 = (row) => /_k3x3_/.test(row.descriptor) && row.kind === "depthwise";

export function rooflineGoals(result) {
  const table = GOALS[result.machine.isa];
  const limits = result.limits[1];
  if (!table || !limits) return [];
  const goalOf = (name) => table.find(([pattern]) => pattern.test(name))?.[1] / 100;
  return result.layers.flatMap((row) => {
    const times = row.threads[1]?.times;
    const goal = goalOf(row.name);
    if (!times || !goal) return [];
    const entry = (mode, wanted, roofline, side) => {
      if (!times[side]) return [];
      const share = roofline / times[side].median;
      return [{ name: row.name, mode, goal: wanted, share, met: share >= wanted }];
    };
    const wide = result.machine.isa === "avx512" ? 0.85 : 0.65;
    const last = is3x3(row) && /_s1_/.test(row.descriptor) ? Math.min(wide, goal) : goal - 0.1;
    return [
      ...entry("NCHW", goal, rooflineMs(row, limits), "depthwise"),
      ...entry("NHWC", last, rooflineMs(row, limits), "depthwise NHWC"),
      ...entry("float64", goal / 2, rooflineMs64(row, limits), "depthwise float64"),
    ];
  });
}
