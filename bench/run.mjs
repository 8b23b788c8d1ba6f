// What a JavaScript caller sees, against peers: npm run bench; npm run bench -- --help
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const root = here("..");
const { values: options } = parseArgs({
  options: {
    help: { type: "boolean", short: "h" },
    rows: { type: "string" },
    peers: { type: "string", default: "all" },
    threads: { type: "string", default: "1,2" },
    rounds: { type: "string", default: "15" },
    minutes: { type: "string", default: "18" },
    parts: { type: "string", default: "layers,growth,calls,fallback" },
    "skip-native": { type: "boolean" },
    json: { type: "string" },
    report: { type: "string", default: "bench/report.html" },
  },
});
if (options.help) {
  console.log(`Times layers of real networks (bench/shapes.txt) on this package and on its peers, side by side, each verified first.
Writes the figures to bench/results/<date>-<cpu>-<isa>.json and a page to bench/report.html.

  --rows REGEXP     only layers whose name or kind matches; the figures then go where --json says, or nowhere
  --peers LIST      onnx, wasm, torch, onednn, xnnpack, opencv; "all" or "none"          default: all
  --threads LIST    threads of this package and its peers                               default: 1,2
  --rounds N        rounds in which the sides alternate; medians are shown              default: 15
  --minutes N       what all may take: where a part falls behind, it goes on with three rounds     default: 18
  --parts LIST      layers, growth, calls, fallback                                     default: all four
  --skip-native     nothing is compiled: no limits, and C++ peers only where they are built already
  --json FILE       where the figures go
  --report FILE     where the page goes; "none" for nowhere                             default: bench/report.html

DEPTHWISE_ISA, DEPTHWISE_KERNEL and DEPTHWISE_BINARY force what they always force. Peers that Debian has, where they are
installed: apt-get install python3-torch libdnnl-dev libxnnpack-dev libpthreadpool-dev libopencv-dev`);
  process.exit(0);
}

const fail = (why) => {
  console.error(`bench: ${why}`);
  process.exit(1);
};
const say = (text) => console.error(`bench: ${text}`);
const parts = new Set(options.parts.split(","));
const threads = options.threads.split(",").map(Number);
if (!threads.every((count) => count >= 1)) fail(`--threads ${options.threads} is not a list of numbers`);
const rounds = Number(options.rounds);

const { loadPeers, peerNames } = await import("./sides.mjs");
const wantedPeers = options.peers === "all" ? peerNames : options.peers === "none" ? [] : options.peers.split(",");
for (const name of wantedPeers) if (!peerNames.includes(name)) fail(`no peer is called ${name}`);

// The peers of npm stay out of the root install.
const needsPackages = wantedPeers.some((name) => ["onnx", "wasm"].includes(name)) || parts.has("fallback");
if (needsPackages && !existsSync(here("node_modules/cli-progress"))) {
  say("installing the peers of bench/package.json (once, some 400 MB)");
  // Without scripts: onnxruntime-node's fetches what it needs for GPUs, and the install fails where that host is out of reach.
  const done = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], {
    cwd: here("."),
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (done.status !== 0) fail("npm ci in bench/ failed; with --peers none it is not needed");
}
if (!existsSync(`${root}dist/index.js`)) fail("the package is not built: npm run compile");
const { buildNative, nativeFolder } = await import("./native-build.mjs");
if (!options["skip-native"]) {
  if (!existsSync(`${nativeFolder}/limits`)) say("building the limits and the installed C++ peers (once)");
  for (const problem of buildNative()) say(problem);
}

const { depthwise, loadLibrary } = await import("./peers/depthwise.mjs");
const { kernelOf, timeShape, WrongAnswer } = await import("./layers.mjs");
const { higher, measureLimits } = await import("./limits.mjs");
const { aboutMachine, commit, resultName } = await import("./machine.mjs");
const { bytes, flop, readShapes } = await import("./shapes.mjs");
const { startProgress } = await import("./progress.mjs");
const { growthSteps, measureGrowth } = await import("./growth.mjs");
const { callsSteps, measureCalls } = await import("./calls.mjs");
const { layersTable, goalsTable } = await import("./table.mjs");
const { goalsOf } = await import("./goals.mjs");
const { rooflineGoals } = await import("./roofline-goals.mjs");
const { reportPage } = await import("./report.mjs");

const library = await loadLibrary();
const info = library.backendInfo();
if (info.backend === "js") say("no addon: this is the JavaScript backend");
const wanted = new RegExp(options.rows ?? ".");
const shapes = readShapes().filter((shape) => wanted.test(shape.name) || wanted.test(shape.kind));
if (shapes.length === 0) fail(`no layer matches ${options.rows}`);
const isFloat64 = (shape) => shape.kind === "depthwise" && /_k3x3_s1_p1_d1_/.test(shape.descriptor);

const { sides: peers, versions, missing } = await loadPeers(wantedPeers);
for (const [name, why] of Object.entries(missing)) say(`${name}: ${why}`);
const own = depthwise("out", library);

const limitsOf = (count) => (options["skip-native"] ? null : measureLimits(count, info.isa));
const began = Date.now();
/** How much of the time each part may have used when it ends. */
const SHARES = { layers: [0, 0.62], growth: [0.62, 0.75], calls: [0.75, 0.8], fallback: [0.8, 1] };
/** Rounds for a step of a part of which `done` (0 to 1) is behind: fewer where time runs out. */
function roundsFor(part, done) {
  const [from, to] = SHARES[part];
  const planned = (from + (to - from) * done) * Number(options.minutes) * 60e3;
  return Date.now() - began > planned + 5e3 ? Math.min(rounds, 3) : rounds;
}
const result = {
  date: new Date().toISOString(),
  command: ["npm run bench --", ...process.argv.slice(2)].join(" "),
  commit: commit(),
  machine: aboutMachine(info.isa),
  backend: info.backend,
  threads,
  rounds,
  versions: { depthwise: library.version, ...versions },
  sides: {},
  missing,
  limits: Object.fromEntries(threads.map((count) => [count, limitsOf(count)])),
  layers: [],
};
const onOne = shapes.filter((shape) => own.takes(shape)).length;
const total =
  (parts.has("layers") ? onOne * threads.length : 0) +
  (parts.has("growth") ? growthSteps : 0) +
  (parts.has("calls") ? callsSteps : 0) +
  (parts.has("fallback") ? onOne : 0);
const progress = await startProgress(total);

try {
  if (parts.has("layers")) await measureLayers();
  if (parts.has("growth"))
    result.growth = await measureGrowth({
      side: own,
      threads,
      limits: result.limits,
      rounds: (done) => Math.min(roundsFor("growth", done), 7),
      onStep: progress.step,
    });
  if (parts.has("calls")) {
    const sides = [own, ...peers.filter(({ name }) => /^onnx|^tfjs/.test(name))];
    result.calls = await measureCalls({ library, sides, threads, rounds, onStep: progress.step });
  }
  if (parts.has("fallback")) await measureFallback();
} catch (error) {
  progress.stop();
  fail(error instanceof WrongAnswer ? error.message : error.stack);
}
progress.stop();
for (const count of threads) result.limits[count] = higher(result.limits[count], limitsOf(count));
for (const peer of peers) peer.close?.();

result.goals = goalsOf(result);
result.roofline = rooflineGoals(result);
result.seconds = Math.round((Date.now() - began) / 1000);
report();
process.exit(0);

async function measureLayers() {
  const most = Math.max(...threads);
  for (const shape of shapes) {
    const row = {
      name: shape.name,
      kind: shape.kind,
      descriptor: shape.descriptor,
      flop: flop(shape),
      bytes: bytes(shape),
      kernel: kernelOf(library, shape),
      threads: {},
    };
    for (const count of threads) {
      progress.step(`${shape.name}, ${count} thread${count > 1 ? "s" : ""}`);
      const modes = [own];
      if (count === 1) {
        for (const mode of ["fresh", "burst", "functional", "nhwc"]) modes.push(depthwise(mode, library));
        modes.push(depthwise("float64", library, isFloat64));
      } else if (count === most) modes.push(depthwise("one-thread", library));
      for (const side of [...modes, ...peers]) result.sides[side.name] = side.layout;
      row.threads[count] = await timeShape(shape, [...modes, ...peers], count, {
        rounds: roundsFor("layers", result.layers.length / shapes.length),
      });
    }
    result.layers.push(row);
  }
}

async function measureFallback() {
  const { tfjsCpu } = await import("./peers/tfjs.mjs");
  const { fallback } = await import("./peers/installed.mjs");
  const sides = [...fallback, tfjsCpu];
  for (const side of sides) result.versions[side.name] = String(await side.load());
  result.fallback = [];
  for (const shape of shapes) {
    progress.step(`fallback, ${shape.name}`);
    if (!tfjsCpu.takes(shape)) continue;
    const { times } = await timeShape(shape, sides, 1, {
      rounds: Math.min(roundsFor("fallback", result.fallback.length / shapes.length), 5),
      batchMs: 8,
      warmMs: 60,
      slowMs: 300,
    });
    result.fallback.push({ name: shape.name, kind: shape.kind, flop: flop(shape), times });
  }
  for (const side of sides) side.close?.();
}

function report() {
  const { machine } = result;
  console.log(
    `${machine.cpu}, ${machine.isa}, ${machine.compiler}; Node ${machine.node}; ${result.commit}; ${result.seconds} s`,
  );
  for (const [name, version] of Object.entries(result.versions)) console.log(`  ${name} ${version}`);
  for (const count of threads) for (const line of layersTable(result, count)) console.log(line);
  for (const line of goalsTable(result)) console.log(line);
  const isFull = !options.rows && options.peers === "all" && parts.size === 4;
  const json = options.json ?? (isFull ? `${root}bench/results/${resultName(result)}` : null);
  if (json) {
    mkdirSync(dirname(resolve(json)), { recursive: true });
    // Rounds on one line each: a file that people can read and compare.
    const text = JSON.stringify(result, rounded, 1).replace(
      /\[\s+([-+\d.e,\s]+?)\s+\]/g,
      (_, numbers) => `[${numbers.replace(/\s+/g, " ")}]`,
    );
    writeFileSync(json, `${text}\n`);
    console.log(`\nfigures: ${relative(process.cwd(), resolve(json))}`);
  }
  if (options.report !== "none") {
    const page = resolve(root, options.report);
    writeFileSync(page, reportPage(JSON.parse(JSON.stringify(result, rounded))));
    console.log(`page: ${relative(process.cwd(), page)}`);
  }
}

function rounded(_key, value) {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
}
