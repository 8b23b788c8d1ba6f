// Puts the figures of a benchmark run into the README: node docs/speed.mjs bench/results/FILE.json
import { readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { geomean, ratio } from "../bench/timing.mjs";

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
  "resnext-256x28g32",
  "pw-128-128x56",
  "dense-64-64x56",
];

const root = fileURLToPath(new URL("..", import.meta.url));
const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("usage: node docs/speed.mjs bench/results/FILE.json");
const { date, machine, backend, threads, versions, limits, rows } = JSON.parse(readFileSync(file, "utf8"));

const microseconds = (ms) => {
  const us = ms * 1e3;
  return us < 100 ? us.toPrecision(3) : Math.round(us).toLocaleString("en-US");
};
const [ours, ...others] = Object.keys(versions);
const shown = ROWS.map((name) => rows.find((row) => row.name === name)).filter(Boolean);
if (shown.length === 0) throw new Error(`${file} has none of ${ROWS.join(", ")}`);

const table = [
  ["layer", "µs", "GFLOP/s", ...others.map((name) => `${name}`)],
  ["---", "---:", "---:", ...others.map(() => "---:")],
  ...shown.map(({ name, descriptor, flop, times }) => [
    `${name}<br><sub>${descriptor}</sub>`,
    microseconds(times[ours].min),
    (flop / times[ours].min / 1e6).toFixed(1),
    ...others.map((other) => (times[other] ? `${ratio(times[other], times[ours]).toFixed(2)}x` : "-")),
  ]),
].map((cells) => `| ${cells.join(" | ")} |`);

/** One sentence a peer: the mean of the ratios of each kind of layer, and the least of them. */
const means = others.map((other) => {
  const kinds = [...new Set(rows.map(({ kind }) => kind))].flatMap((kind) => {
    const timed = rows.filter((row) => row.kind === kind && row.times[other]);
    if (timed.length === 0) return [];
    const ratios = timed.map(({ times }) => ratio(times[other], times[ours]));
    return [
      `${kind} ${geomean(ratios).toFixed(2)}x (${ratios.length} layers, least ${Math.min(...ratios).toFixed(2)}x)`,
    ];
  });
  return `- ${other}: ${kinds.join(", ")}`;
});

const peers = others.map((name) => `${name} (${versions[name]})`).join(" and ");
const text = [
  BEGIN,
  `${machine.cpu}, ${machine.isa}, ${threads} thread${threads === 1 ? "" : "s"}, Node ${machine.node.slice(1)}, ${backend} backend,` +
    ` ${date.slice(0, 10)}; with a reused \`out\`; times are the fastest round's.` +
    (others.length
      ? ` The columns of ${peers} say how many times longer they take, as the median of rounds side by side.`
      : "") +
    (limits ? ` One FMA loop without memory reaches ${limits.gflops.toFixed(0)} GFLOP/s in the same run.` : ""),
  "",
  ...table,
  "",
  ...(means.length ? ["Geometric means over all layers of a kind:", "", ...means, ""] : []),
  `All figures: \`${relative(root, file)}\`.`,
  END,
].join("\n");

const readme = new URL("../README.md", import.meta.url);
const before = readFileSync(readme, "utf8");
if (!before.includes(BEGIN) || !before.includes(END)) throw new Error("README.md has no place for the figures");
writeFileSync(readme, before.slice(0, before.indexOf(BEGIN)) + text + before.slice(before.indexOf(END) + END.length));
