// What the package wants to reach, computed from one result: { what, goal, measured, met, losses }. `met` is null where the run
// has nothing to say. Nothing is rounded in favour of the package; where sides are to be equal, NOISE is what a run cannot tell.
import { bound, rooflineMs } from "./limits.mjs";
import { readNewestPeers } from "./newest-peers.mjs";
import { parseDescriptor } from "./shapes.mjs";
import { geomean, ratio } from "./timing.mjs";

const OURS = "depthwise";
const NOISE = 0.97;
const times = (value) => `${value.toFixed(2)}x`;

/** Rows of one thread count that were timed, each with the ratio peer / ours of every peer. */
export function rowsOn(result, threads) {
  return result.layers.flatMap((layer) => {
    const timed = layer.threads[threads];
    if (!timed?.times[OURS]) return [];
    const mine = timed.times[OURS];
    const ratios = {};
    for (const [name, other] of Object.entries(timed.times)) if (name !== OURS) ratios[name] = ratio(other, mine);
    const limits = result.limits[threads];
    return [
      { ...layer, mine, times: timed.times, ratios, share: limits ? rooflineMs(layer, limits) / mine.median : null },
    ];
  });
}

/** The fastest peer of a row among those that `fits` a layout: { name, ratio }, or null. */
export function bestPeer(row, sides, fits) {
  const found = Object.entries(row.ratios).filter(
    ([name]) => sides[name] && sides[name] !== "own" && fits(sides[name]),
  );
  if (found.length === 0) return null;
  const [name, value] = found.reduce((a, b) => (b[1] < a[1] ? b : a));
  return { name, ratio: value };
}

/** Layouts of sides for bestPeer: channels first in and out; whatever suits a peer. */
export const isPlain = (layout) => layout === "plain";
export const isAny = () => true;
const shapeOf = (row) => parseDescriptor(row.descriptor);
const perGroup = (row) => {
  const { inChannels, groups } = shapeOf(row);
  return inChannels / groups;
};
const isPointwise = (row) => shapeOf(row).kernel.every((size) => size === 1);
const isStride1Depthwise = (row) => row.kind === "depthwise" && shapeOf(row).stride.every((step) => step === 1);

/** A goal for each of many rows: met where each is. */
function each(what, goal, cells) {
  if (cells.length === 0) return { what, goal, measured: "not measured", met: null, losses: [] };
  const losses = cells
    .filter(({ value, least }) => !(value >= least))
    .map(({ name, value, note }) => `${name} ${times(value)}${note ? ` ${note}` : ""}`);
  const worst = cells.reduce((a, b) => (b.value / b.least < a.value / a.least ? b : a));
  const measured = `${cells.length - losses.length} of ${cells.length}, least ${times(worst.value)} (${worst.name})`;
  return { what, goal, measured, met: losses.length === 0, losses };
}

function mean(what, least, values) {
  if (values.length === 0)
    return { what, goal: `at least ${times(least)}`, measured: "not measured", met: null, losses: [] };
  const value = geomean(values);
  return {
    what,
    goal: `at least ${times(least)}`,
    measured: `${times(value)} over ${values.length}`,
    met: value >= least,
    losses: [],
  };
}

function peerGoals(result, threads) {
  const rows = rowsOn(result, threads);
  const on = `${threads} thread${threads > 1 ? "s" : ""}`;
  const against = (fits) =>
    rows.flatMap((row) => {
      const best = bestPeer(row, result.sides, fits);
      return best ? [{ name: row.name, row, value: best.ratio, note: `(${best.name})` }] : [];
    });
  const plain = against(isPlain);
  const any = against(isAny);
  const ofKind = (cells, ...kinds) => cells.filter(({ row }) => kinds.includes(row.kind)).map(({ value }) => value);
  const ort = rows.flatMap((row) =>
    row.ratios["onnxruntime-node"] ? [{ name: row.name, row, value: row.ratios["onnxruntime-node"], least: 1 }] : [],
  );
  const grouped3x3 = plain.filter(({ row }) => row.kind === "grouped" && !isPointwise(row)).map(({ value }) => value);
  const strict = any
    .filter(({ row }) => isStride1Depthwise(row) || row.name.startsWith("conformer"))
    .map((cell) => ({ ...cell, least: 1 }));
  const fours = any
    .filter(({ row }) => row.kind === "grouped" && [4, 8].includes(perGroup(row)))
    .map((cell) => ({ ...cell, least: 0.95 }));
  return [
    each(
      `each layer against the best peer in plain NCHW, ${on}`,
      "at least 1.00x; pointwise and 1x1 groups 0.97x",
      plain.map((cell) => ({ ...cell, least: isPointwise(cell.row) ? 0.97 : 1 })),
    ),
    mean(
      `the best peer in plain NCHW, mean of depthwise and batch 8, ${on}`,
      2.5,
      ofKind(plain, "depthwise", "batch-8"),
    ),
    mean(`the best peer in plain NCHW, mean of 1-D, ${on}`, 1.6, ofKind(plain, "1-D")),
    mean(`the best peer in plain NCHW, mean of 3x3 grouped, ${on}`, 1.2, grouped3x3),
    each(`stride-1 depthwise and conformer against the best peer in any layout, ${on}`, "at least 1.00x", strict),
    each(`groups of 4 and 8 channels against the best peer in any layout, ${on}`, "at least 0.95x", fours),
    mean(`the best peer in any layout, mean of depthwise, ${on}`, 1.4, ofKind(any, "depthwise")),
    mean(`onnxruntime-node, mean of depthwise and 1-D, ${on}`, 4, ofKind(ort, "depthwise", "1-D")),
    mean(`onnxruntime-node, mean of grouped, ${on}`, 2, ofKind(ort, "grouped")),
    mean(`onnxruntime-node, mean of pointwise and dense, ${on}`, 1.2, ofKind(ort, "pointwise", "dense")),
    each(`onnxruntime-node, each layer, ${on}`, "at least 1.00x", ort),
  ];
}

/** What cannot be installed beside this package: our share of the roofline here over theirs of another machine (newest-peers.tsv). */
function newestGoals(result, threads) {
  const newest = readNewestPeers();
  const cells = (layout) =>
    rowsOn(result, threads).flatMap((row) => {
      const theirs = newest[row.name]?.[layout];
      if (!theirs?.[threads] || row.share === null) return [];
      return [{ name: row.name, value: row.share / theirs[threads], least: 1, note: `(${theirs.who})` }];
    });
  const what = (layout) =>
    `share of the roofline over that of the newest peers in ${layout} (figures of bench/newest-peers.tsv), ${threads} thread${threads > 1 ? "s" : ""}`;
  return [
    each(what("plain NCHW"), "at least 1.00x", cells("plain")),
    each(what("any layout"), "at least 1.00x", cells("any")),
  ];
}

/** Dense 3x3 and wide groups as multiples of the direct roofline: what a transform must reach. */
function transformGoals(result) {
  const rows = rowsOn(result, 1).filter((row) => row.share !== null);
  const is3x3 = (row) => shapeOf(row).kernel.join() === "3,3" && shapeOf(row).stride.every((step) => step === 1);
  const dense = rows.filter((row) => row.kind === "dense" && is3x3(row));
  const wide = rows.filter((row) => row.kind === "grouped" && is3x3(row) && perGroup(row) >= 16);
  const cells = (some, least) => some.map((row) => ({ name: row.name, value: row.share, least }));
  const nan = result.calls?.nan ?? [];
  const bad = nan.filter(({ spread, missing }) => spread + missing > 0);
  return [
    each("dense 3x3 over the direct roofline, 1 thread", "at least 2.30x", cells(dense, 2.3)),
    each("3x3 groups of 16 channels and more over the direct roofline, 1 thread", "at least 1.50x", cells(wide, 1.5)),
    {
      what: "a NaN reaches the outputs that it touches and no other",
      goal: "none",
      measured: nan.length ? `${bad.length} of ${nan.length} layers with strays` : "not measured",
      met: nan.length ? bad.length === 0 : null,
      losses: bad.map(({ descriptor, spread, missing }) => `${descriptor}: ${spread} strays, ${missing} missing`),
    },
  ];
}

function callGoals(result) {
  const { calls } = result;
  const goals = [];
  const us = calls?.smallest?.[OURS];
  const peer = calls?.smallest?.["onnxruntime-node"];
  goals.push({
    what: "the smallest call, sync, with out",
    goal: "at most 2 us",
    measured:
      us === undefined
        ? "not measured"
        : `${us.toFixed(2)} us${peer ? ` (onnxruntime-node ${peer.toFixed(1)} us)` : ""}`,
    met: us === undefined ? null : us <= 2,
    losses: [],
  });
  for (const [side, how] of [
    ["depthwise fresh", "the event loop turns each ms"],
    ["depthwise fresh, no turn", "4 ms that never turn"],
  ]) {
    const fresh = rowsOn(result, 1).flatMap((row) => {
      const value = row.ratios[side];
      return value ? [{ name: row.name, value: 1 / value, least: 0.8, note: `(${value.toFixed(2)}x the time)` }] : [];
    });
    const what = `a call without out, in time over one with; ${how}`;
    goals.push(each(what, "at most 1.25x the time, that is 0.80x the speed", fresh));
  }
  return goals;
}

function threadGoals(result) {
  const most = Math.max(...result.threads);
  if (most < 2) return [];
  const gains = rowsOn(result, most).flatMap((row) => {
    const one = row.times["depthwise on 1 thread"];
    if (!one) return [];
    const isCompute = result.limits[1] && bound(row, result.limits[1]) === "C";
    return [{ name: row.name, value: ratio(one, row.mine), us: one.median * 1e3, isCompute }];
  });
  const long = gains
    .filter(({ us, isCompute }) => isCompute && us > 100)
    .map((cell) => ({ ...cell, least: most === 2 ? 1.8 : 0.9 * most }));
  const short = gains.filter(({ us }) => us < 30).map((cell) => ({ ...cell, least: NOISE }));
  const paused = (result.calls?.paused ?? []).map(({ descriptor, us, oneUs }) => ({
    name: descriptor,
    value: oneUs / us,
    least: 0.9,
  }));
  return [
    each(`${most} threads over 1, compute-bound layers above 100 us`, "at least 1.80x", long),
    each(`${most} threads over 1, layers below 30 us`, `no slower (${NOISE})`, short),
    each(`a call after a pause of 60 ms, ${most} threads over 1`, "does not wait for sleeping threads (0.90x)", paused),
  ];
}

function moduleGoals(result) {
  const cells = (list) =>
    (list ?? []).map(({ name, threads, gain }) => ({ name: `${name}, ${threads}t`, value: gain, least: NOISE }));
  const rows = result.fallback ?? [];
  const fallback = rows.map(({ name, times: taken }) => ({
    name,
    value: ratio(taken["tfjs cpu"], taken["depthwise js"]),
    least: 2,
  }));
  return [
    each("shared bank over plain depthwise", `not slower (${NOISE})`, cells(result.calls?.shared)),
    each("separable module over its two calls", `not slower (${NOISE})`, cells(result.calls?.separable)),
    each("JavaScript fallback over tfjs cpu", "at least 2.00x", fallback),
  ];
}

/** Sizes that are no multiple of anything, or of too much, against the next larger multiple. */
function cliffGoal(result) {
  const odd = result.growth?.odd ?? [];
  const cells = odd.map(({ what, axis, value, multiple, slower }) => ({
    name: `${what}, ${axis} ${value} (${multiple})`,
    value: 1 / slower,
    least: 1 / 1.05,
  }));
  return each(
    "odd sizes, and rows that meet in a cache, against the next larger multiple",
    "at most 1.05x the time",
    cells,
  );
}

export function goalsOf(result) {
  return [
    ...result.threads.flatMap((threads) => peerGoals(result, threads)),
    ...result.threads.flatMap((threads) => newestGoals(result, threads)),
    ...transformGoals(result),
    ...callGoals(result),
    ...threadGoals(result),
    ...moduleGoals(result),
    cliffGoal(result),
  ];
}
