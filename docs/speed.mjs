// Puts the figures of benchmark runs, one of each machine, into the README: node docs/speed.mjs bench/results/FILE.json...
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

/** Sides that a system's package manager brings, by the beginnings of their names. */
const SYSTEM_PEERS = ["PyTorch", "oneDNN", "XNNPACK", "OpenCV"];
/** Of bench/newest-peers.tsv. */
const NEWEST_PEERS = "Newer ones (oneDNN 3.13, XNNPACK 2026-08, ncnn 2026-07)";

const root = fileURLToPath(new URL("..", import.meta.url));
const files = process.argv.slice(2);
if (files.length === 0) throw new Error("usage: node docs/speed.mjs bench/results/FILE.json...");

const microseconds = (ms) => {
  const us = ms * 1e3;
  return us < 100 ? us.toPrecision(3) : Math.round(us).toLocaleString("en-US");
};
const times = (value) => `${value.toFixed(2)}x`;
const percent = (value, digits = 0) => `${(100 * value).toFixed(digits)} %`;
/** "48 % of 90 %", with a decimal where both would look alike. */
function shareOfGoal(share, goal) {
  const digits = percent(share) === percent(goal) ? 1 : 0;
  return `${percent(share, digits)} of ${percent(goal, digits)}`;
}
const and = (names) => [...names.slice(0, -2), names.slice(-2).join(" and ")].join(", ");
const plural = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
const table = (head, aligns, rows) => [head, aligns, ...rows].map((cells) => `| ${cells.join(" | ")} |`);

/** Ours against the best peer of each layout, for the chosen layers. */
function layersTable(file, result) {
  const { sides, threads } = result;
  const rows = rowsOn(result, threads[0]);
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
function meansTable(result) {
  const { sides, threads, versions } = result;
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

/** The rows of a goal that was not reached, or the worst of many; `name 0.87x (peer)` each. */
function worst(rows) {
  const most = 12;
  const sorted = rows.toSorted((a, b) => ratioIn(a) - ratioIn(b));
  const rest = rows.length - most;
  return sorted.slice(0, most).join(", ") + (rest > 0 ? `, and ${rest} better ones (in the report)` : "");
}

const ratioIn = (row) => Number(row.match(/ ([\d.]+)x/)?.[1] ?? 0);

/** Shares of the limit: how many goals there are, how many are met, and the others, "layer layout 48 % of 90 %" each. */
function sharesOf(result) {
  const shares = rooflineGoals(result);
  const missed = shares.filter(({ met }) => !met);
  return {
    all: shares.length,
    met: shares.length - missed.length,
    missed: missed.map(({ name, mode, share, goal }) => `${name} ${mode} ${shareOfGoal(share, goal)}`),
  };
}

/** Where the peers come from, and how many layers reach what newer ones do elsewhere; null where that was not measured. */
function newestPeers(goals, { versions, machine, threads }) {
  const [plain, any] = ["plain NCHW", "any layout"].map((layout) => {
    const goal = goals.find(({ what }) => what.includes(`newest peers in ${layout}`));
    return goal?.measured.match(/^\d+ of \d+/)[0];
  });
  if (!plain || !any) return null;
  const debian = /[+~]deb(\d+)u/.exec(machine.compiler)?.[1];
  const system = SYSTEM_PEERS.filter((name) => Object.keys(versions).some((side) => side.startsWith(name)));
  const origin = system.length ? `${and(system)} are those of ${debian ? `Debian ${debian}` : "the system"}. ` : "";
  return `${origin}${NEWEST_PEERS} are compared by shares of the limit measured elsewhere, on a Zen 4 (\`bench/newest-peers.tsv\`): on ${plural(threads[0], "thread")} ${plain} layers reach the best peer there in plain NCHW, ${any} in any layout.`;
}

/** Every goal that was not reached; nothing is left out but the better ones of many rows. */
function losses(result) {
  const goals = goalsOf(result).filter(({ met }) => met !== null);
  const lost = goals.filter(({ met }) => !met);
  const newest = newestPeers(goals, result);
  const lines = lost.map(
    ({ what, goal, measured, losses: rows }) =>
      `- ${what} (goal: ${goal}): ${measured}${rows.length > 1 ? `; ${worst(rows)}` : ""}`,
  );
  const { all, met, missed } = sharesOf(result);
  if (missed.length)
    lines.push(`- share of the limit, 1 thread, ${missed.length} of ${all} goals are not met: ${missed.join(", ")}`);
  return [
    `${goals.length - lost.length} of ${goals.length} goals are met, and ${met} of ${all} for the share of the limit; [docs/limits.md](docs/limits.md) says what stops the others.`,
    ...(newest ? ["", newest] : []),
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

/** Of a run without peers, shares of the limit alone: every goal that was not reached, and how to repeat it. */
function sharesOnly(file, result) {
  const { machine, date, commit, command, limits } = result;
  const { all, met, missed } = sharesOf(result);
  return [
    `**${machine.isa} of the same machine**, without peers, ${date.slice(0, 10)}, commit ${commit}: ${met} of ${all} goals for the share of the limit (${limits[1].gflops.toFixed(0)} GFLOP/s) are met.`,
    "",
    "<details><summary>Those that are not</summary>",
    "",
    `${missed.join(", ")}. All figures: \`${relative(root, resolve(file))}\`, by \`${command}\` under \`DEPTHWISE_ISA=${machine.isa}\`.`,
    "",
    "</details>",
  ];
}

/** Machine and versions, both tables, the losses, and how to repeat it. */
function figures(file) {
  const result = JSON.parse(readFileSync(file, "utf8"));
  if (Object.values(result.sides).every((layout) => layout === "own")) return sharesOnly(file, result);
  const { date, machine, backend, threads, limits, commit, command } = result;
  const limit = limits[threads[0]];
  const where = `${machine.cpu}, ${plural(machine.cores, "core")}, ${machine.isa}`;
  const how = `${plural(threads[0], "thread")}, Node ${machine.node.slice(1)}, ${backend} backend built by ${machine.compiler}, ${date.slice(0, 10)}, commit ${commit}`;
  return [
    `**${where}**, ${how}; \`module.forward(x, { out })\`, medians.${limit ? ` The limit is the slower of arithmetic at ${limit.gflops.toFixed(0)} GFLOP/s and a copy of the same size, both measured in the same run.` : ""}`,
    "",
    ...layersTable(file, result),
    "",
    `How many times longer each peer takes, geometric means on ${threads.join(" / ")} threads:`,
    "",
    ...meansTable(result),
    "",
    ...losses(result),
    "",
    `All figures: \`${relative(root, resolve(file))}\`, by \`${command}\`.`,
  ];
}

const text = [
  BEGIN,
  "A peer's column says how many times longer the fastest peer takes, as the median of rounds side by side; below 1 is a loss. In any layout its reorders are not counted.",
  "GFLOP/s counts two operations for each multiply-add of the sum itself inside the input. Above 100 % of the limit a transform (Fourier's, Winograd's) needs fewer.",
  ...files.flatMap((file) => ["", ...figures(file)]),
  END,
].join("\n");

const readme = new URL("../README.md", import.meta.url);
const before = readFileSync(readme, "utf8");
if (!before.includes(BEGIN) || !before.includes(END)) throw new Error("README.md has no place for the figures");
writeFileSync(readme, before.slice(0, before.indexOf(BEGIN)) + text + before.slice(before.indexOf(END) + END.length));
