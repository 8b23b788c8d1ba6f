// Puts the figures of a benchmark run into the README: node docs/speed.mjs bench/results/FILE.json
import { readFileSync, writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { bestPeer, goalsOf, isAny, isPlain, rowsOn } from "../bench/goals.mjs";
import { rooflineGoals } from "../bench/roofline-goals.mjs";
import { geomean } from "../bench/timing.mjs";

const BEGIN = "<!-- speed: written by docs/speed.mjs -->";
const END = "<!-- /speed -->";
const ROWS = [
  "mbv2-144x56",
  "mbv2-144x56s2",
  "mbv2-384x14",
  "effb0-240x28k5",
  "convnext-96x56k7",
  "replk-128x64k31",
  "rgb-1080p-k3",
  "mult2-32x112",
  "resnext-256x28g32",
  "pw-128-128x56",
  "dense-64-64x56",
  "conformer-512xT1000k31",
  "mbv2-144x56@b8",
  "volume-64x16x56k3",
];

const root = fileURLToPath(new URL("..", import.meta.url));
const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("usage: node docs/speed.mjs bench/results/FILE.json");
const result = JSON.parse(readFileSync(file, "utf8"));
const { date, machine, backend, threads, versions, sides, limits, commit, command } = result;
const first = threads[0];

const microseconds = (ms) => {
  const us = ms * 1e3;
  return us < 100 ? us.toPrecision(3) : Math.round(us).toLocaleString("en-US");
};
const times = (value) => `${value.toFixed(2)}x`;
const percent = (value) => `${(100 * value).toFixed(0)} %`;
const plural = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
const table = (head, aligns, rows) => [head, aligns, ...rows].map((cells) => `| ${cells.join(" | ")} |`);

/** Ours against the best peer of each layout, for the chosen layers. */
function layersTable() {
  const rows = rowsOn(result, first);
  const shown = ROWS.map((name) => rows.find((row) => row.name === name)).filter(Boolean);
  if (shown.length === 0) throw new Error(`${file} has none of ${ROWS.join(", ")}`);
  const cell = (best) => (best ? `${times(best.ratio)} ${best.name}` : "-");
  const ort = (row) => (row.ratios["onnxruntime-node"] ? times(row.ratios["onnxruntime-node"]) : "-");
  return table(
    ["layer", "µs", "GFLOP/s", "of the limit", "best peer, plain NCHW", "best peer, any layout", "onnxruntime-node"],
    ["---", "---:", "---:", "---:", "---:", "---:", "---:"],
    shown.map((row) => [
      `${row.name}<br><sub>${row.descriptor}</sub>`,
      microseconds(row.mine.median),
      (row.flop / row.mine.median / 1e6).toFixed(1),
      row.share === null ? "-" : percent(row.share),
      cell(bestPeer(row, sides, isPlain)),
      cell(bestPeer(row, sides, isAny)),
      ort(row),
    ]),
  );
}

/** One line a peer: how many times longer it takes, by kind of layer, on each number of threads. */
function meansTable() {
  const peers = Object.keys(versions).filter((name) => sides[name] && sides[name] !== "own");
  const kinds = [...new Set(result.layers.map(({ kind }) => kind))];
  const mean = (name, kind, count) => {
    const ratios = rowsOn(result, count)
      .filter((row) => row.kind === kind && row.ratios[name])
      .map((row) => row.ratios[name]);
    return ratios.length ? geomean(ratios).toFixed(1) : "-";
  };
  const cell = (name, kind) => {
    const means = threads.map((count) => mean(name, kind, count));
    return means.every((value) => value === "-") ? "-" : means.map((value) => `${value}x`).join(" / ");
  };
  return table(
    ["peer", ...kinds],
    ["---", ...kinds.map(() => "---:")],
    peers.map((name) => [`${name} ${versions[name]}`, ...kinds.map((kind) => cell(name, kind))]),
  );
}

/** Every goal that was not reached, with its rows; nothing is left out. */
function losses() {
  const goals = goalsOf(result).filter(({ met }) => met !== null);
  const lost = goals.filter(({ met }) => !met);
  const lines = lost.map(
    ({ what, goal, measured, losses: rows }) =>
      `- ${what} (goal: ${goal}): ${measured}${rows.length > 1 ? `; ${rows.join(", ")}` : ""}`,
  );
  const shares = rooflineGoals(result);
  const missed = shares.filter(({ met }) => !met);
  if (missed.length) {
    const cells = missed.map(({ name, mode, share, goal }) => `${name} ${mode} ${percent(share)} of ${percent(goal)}`);
    lines.push(`- share of the limit, 1 thread, ${missed.length} of ${shares.length} goals: ${cells.join(", ")}`);
  }
  return [
    `${goals.length - lost.length} of ${goals.length} goals are met, and ${shares.length - missed.length} of ${shares.length} for the share of the limit.`,
    ...(lines.length
      ? [
          "",
          "<details><summary>The goals that are not met, each with its layers</summary>",
          "",
          ...lines,
          "",
          "</details>",
        ]
      : []),
  ];
}

const text = [
  BEGIN,
  `${machine.cpu}, ${plural(machine.cores, "core")}, ${machine.isa}, ${plural(first, "thread")}, Node ${machine.node.slice(1)}, ${backend} backend built by ${machine.compiler}, ${date.slice(0, 10)}, commit ${commit};` +
    " `module.forward(x, { out })`, medians. A peer's column says how many times longer the fastest peer takes, as the median of rounds side by side; below 1 is a loss." +
    (limits[first]
      ? ` The limit is the slower of arithmetic at ${limits[first].gflops.toFixed(0)} GFLOP/s and a copy of the same size, both measured in the same run.`
      : ""),
  "",
  ...layersTable(),
  "",
  `How many times longer each peer takes, geometric means on ${threads.join(" / ")} threads:`,
  "",
  ...meansTable(),
  "",
  ...losses(),
  "",
  `All figures: \`${relative(root, resolve(file))}\`, by \`${command}\`.`,
  END,
].join("\n");

const readme = new URL("../README.md", import.meta.url);
const before = readFileSync(readme, "utf8");
if (!before.includes(BEGIN) || !before.includes(END)) throw new Error("README.md has no place for the figures");
writeFileSync(readme, before.slice(0, before.indexOf(BEGIN)) + text + before.slice(before.indexOf(END) + END.length));
