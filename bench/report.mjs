// Results as one self-contained page: node bench/report.mjs results.json [report.html]
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { bestPeer, goalsOf, isAny, isPlain, rowsOn } from "./goals.mjs";
import { copyBandwidth } from "./limits.mjs";
import { readNewestPeers } from "./newest-peers.mjs";
import { rooflineGoals } from "./roofline-goals.mjs";
import { geomean, ratio } from "./timing.mjs";

/** What the page draws of one layer on one thread count. */
function figures(row, sides) {
  const peers = Object.entries(row.ratios).filter(([name]) => sides[name] !== "own");
  return {
    us: row.mine.median * 1e3,
    spread: row.mine.spread,
    gflops: row.flop / row.mine.median / 1e6,
    share: row.share,
    peers: Object.fromEntries(peers),
    plain: bestPeer(row, sides, isPlain),
    any: bestPeer(row, sides, isAny),
  };
}

/** Everything the page shows; nothing is computed in the browser but what the filters choose. */
export function pageData(result) {
  const { threads, sides } = result;
  const byLayer = new Map();
  for (const count of threads) {
    for (const row of rowsOn(result, count)) {
      const { name, kind, descriptor, kernel, flop, bytes } = row;
      const layer = byLayer.get(name) ?? { name, kind, descriptor, kernel, intensity: flop / bytes, on: {} };
      layer.on[count] = figures(row, sides);
      byLayer.set(name, layer);
    }
  }
  const layers = [...byLayer.values()];
  const ceilings = {};
  for (const count of threads) {
    const limits = result.limits[count];
    if (!limits) continue;
    const sizes = [64 << 10, 4 << 20, 64 << 20];
    ceilings[count] = {
      gflops: limits.gflops,
      copies: sizes.map((bytes) => ({ bytes, GBs: copyBandwidth(limits, bytes) })),
    };
  }
  const goals = goalsOf(result);
  const { date, command, commit, machine, versions, missing, seconds, backend, rounds } = result;
  return {
    about: { date, command, commit, machine, versions, missing, seconds, backend, rounds },
    threads,
    sides,
    ceilings,
    layers,
    headline: headline(result, layers, goals),
    goals,
    roofline: rooflineGoals(result),
    growth: result.growth ?? null,
    fallback: (result.fallback ?? []).map(({ name, kind, times }) => ({
      name,
      kind,
      us: times["depthwise js"].median * 1e3,
      ratio: ratio(times["tfjs cpu"], times["depthwise js"]),
    })),
    newest: readNewestPeers(),
  };
}

/** The four numbers at the top: [value, what it is]. */
function headline(result, layers, allGoals) {
  const first = result.threads[0];
  const depthwise = layers
    .filter(({ kind }) => kind === "depthwise" || kind === "batch-8")
    .map(({ on }) => on[first])
    .filter(Boolean);
  const mean = (values) => (values.length ? `${geomean(values).toFixed(1)}x` : null);
  const ofPeer = (name) => layers.map(({ on }) => on[first]?.peers[name]).filter(Boolean);
  const goals = allGoals.filter(({ met }) => met !== null);
  const us = result.calls?.smallest?.depthwise;
  return [
    [
      mean(depthwise.map(({ plain }) => plain?.ratio).filter(Boolean)),
      "the fastest plain NCHW peer takes, depthwise layers, geometric mean",
    ],
    [mean(ofPeer("onnxruntime-node")), "onnxruntime-node takes, all layers, geometric mean"],
    [us === undefined ? null : `${us.toFixed(1)} µs`, "for the smallest call"],
    [goals.length ? `${goals.filter(({ met }) => met).length} / ${goals.length}` : null, "goals met"],
  ].filter(([value]) => value !== null);
}

/** The page for a result. */
export function reportPage(result) {
  const part = (name) => readFileSync(new URL(name, import.meta.url), "utf8");
  // "</" inside a script element would end it.
  const data = JSON.stringify(pageData(result)).replaceAll("</", "<\\/");
  const scripts = ["charts", "data", "plots", "page"].map((name) => part(`report.${name}.js`)).join("\n");
  const fill = { style: part("report.css"), data, scripts };
  return part("report.html.in").replace(/\{\{(\w+)\}\}/g, (_, key) => fill[key]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [input, output = "bench/report.html"] = process.argv.slice(2);
  if (!input) {
    console.error("usage: node bench/report.mjs results.json [report.html]");
    process.exit(1);
  }
  writeFileSync(output, reportPage(JSON.parse(readFileSync(input, "utf8"))));
  console.log(output);
}
