// What a JavaScript caller sees, against peers: node bench/run.mjs --help
import { writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { parseArgs } from "node:util";
import cliProgress from "cli-progress";
import { measureLimits, rooflineMs } from "./limits.mjs";
import { depthwise, loadLibrary } from "./peers/depthwise.mjs";
import { onnx } from "./peers/onnx.mjs";
import { tfjsCpu, tfjsWasm } from "./peers/tfjs.mjs";
import { bytes, flop, largestError, makeOperands, readShapes } from "./shapes.mjs";
import { compareSides, geomean, ratio } from "./timing.mjs";

const peers = { onnx, wasm: tfjsWasm, cpu: tfjsCpu };
const { values: options } = parseArgs({
  options: {
    help: { type: "boolean", short: "h" },
    rows: { type: "string" },
    peers: { type: "string", default: "onnx,wasm" },
    threads: { type: "string", default: "1" },
    rounds: { type: "string", default: "21" },
    modes: { type: "string", default: "out" },
    json: { type: "string" },
  },
});
if (options.help) {
  console.log(`Times layers of real networks (bench/shapes.txt) on this package and on its peers, side by side.

  --rows REGEXP      only layers whose name or kind matches
  --peers LIST       onnx (onnxruntime-node), wasm and cpu (TensorFlow.js); "none"   default: onnx,wasm
  --threads N        threads of this package and of onnxruntime-node                 default: 1
  --rounds N         rounds in which the sides alternate; medians are shown          default: 21
  --modes LIST       out (module.forward with out), fresh (without), functional      default: out
  --json FILE        keep the figures

DEPTHWISE_BACKEND, DEPTHWISE_ISA and DEPTHWISE_KERNEL force the backend, as always. Peers: npm install in bench/ first.`);
  process.exit(0);
}

const threads = Number(options.threads);
const library = await loadLibrary();
const info = library.backendInfo();
const modes = options.modes.split(",").map((mode) => depthwise(mode, library));
const others =
  options.peers === "none" ? [] : options.peers.split(",").map((name) => peers[name] ?? fail(`no peer called ${name}`));
const wanted = new RegExp(options.rows ?? ".");
const shapes = readShapes().filter((shape) => wanted.test(shape.name) || wanted.test(shape.kind));
if (shapes.length === 0) fail(`no layer matches ${options.rows}`);

const versions = {};
for (const side of [...modes, ...others]) versions[side.name] = String(await side.load());

const limits = measureLimits(threads);
const bar = process.stderr.isTTY
  ? new cliProgress.SingleBar({
      format: "{bar} {value}/{total}  {layer}",
      clearOnComplete: true,
      stream: process.stderr,
    })
  : null;
bar?.start(shapes.length, 0, { layer: "" });

const rows = [];
for (const shape of shapes) {
  bar?.update({ layer: shape.name });
  const operands = makeOperands(shape);
  const sides = [];
  for (const side of [...modes, ...others]) {
    if (!side.takes(shape)) continue;
    const prepared = await side.prepare(shape, operands, threads);
    const error = largestError(shape, operands, await prepared.output());
    if (!(error <= 1)) fail(`${side.name} is wrong on ${shape.name}: ${error.toFixed(2)} times the tolerance`);
    sides.push({ name: side.name, run: prepared.run, release: prepared.release });
  }
  const times = await compareSides(sides, { rounds: Number(options.rounds) });
  for (const side of sides) side.release();
  rows.push({
    name: shape.name,
    kind: shape.kind,
    descriptor: shape.descriptor,
    flop: flop(shape),
    bytes: bytes(shape),
    kernel: kernelOf(shape),
    times,
  });
  bar?.increment();
}
bar?.stop();

const result = {
  date: new Date().toISOString(),
  machine: { cpu: cpus()[0].model, cores: cpus().length, kernel: release(), node: process.version, isa: info.isa },
  backend: info.backend,
  threads,
  versions,
  limits,
  rows,
};
printTable(result, modes[0].name);
if (options.json) {
  writeFileSync(options.json, `${JSON.stringify(result, roundNumbers, 1)}\n`);
}
process.exit(0);

function fail(why) {
  console.error(`bench: ${why}`);
  process.exit(1);
}

/** The kernel that the library chose, from its own description. */
function kernelOf(shape) {
  const plan = library.functional[`planConv${shape.rank}d`](
    shape.inputShape,
    library.zeros(shape.weightShape),
    library.zeros([shape.outChannels]),
    { stride: shape.stride, padding: shape.pad, dilation: shape.dilation, groups: shape.groups },
  );
  return plan.kernel;
}

function roundNumbers(_key, value) {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
}

function printTable({ rows, limits, threads, machine, versions }, ours) {
  const names = Object.keys(versions).filter((name) => rows.some((row) => row.times[name]));
  console.log(
    `${machine.cpu}, ${machine.isa}, ${threads} thread${threads > 1 ? "s" : ""}, node ${machine.node}; median us`,
  );
  if (limits) console.log(`FMA peak ${limits.gflops.toFixed(1)} GFLOP/s, measured in this run`);
  console.log(
    [
      "layer".padEnd(24),
      ...names.map((n) => n.padStart(18)),
      "GFLOP/s".padStart(9),
      limits ? "of roof".padStart(8) : "",
      "  kernel",
    ].join(""),
  );
  for (const row of rows) {
    const mine = row.times[ours];
    const cells = names.map((name) => {
      const side = row.times[name];
      if (!side) return "-".padStart(18);
      const versus = name === ours ? "" : ` ${ratio(side, mine).toFixed(2)}x`;
      return `${(side.median * 1e3).toFixed(1)}${versus.padStart(8)}`.padStart(18);
    });
    const gflops = row.flop / mine.median / 1e6;
    const share = limits ? `${((100 * rooflineMs(row, limits)) / mine.median).toFixed(0)} %`.padStart(8) : "";
    console.log([row.name.padEnd(24), ...cells, gflops.toFixed(1).padStart(9), share, `  ${row.kernel}`].join(""));
  }
  for (const kind of new Set(rows.map((row) => row.kind))) {
    const line = names
      .filter((name) => name !== ours)
      .flatMap((name) => {
        const ratios = rows
          .filter((row) => row.kind === kind && row.times[name])
          .map((row) => ratio(row.times[name], row.times[ours]));
        return ratios.length
          ? [`${name} ${geomean(ratios).toFixed(2)}x (least ${Math.min(...ratios).toFixed(2)}x)`]
          : [];
      });
    if (line.length) console.log(`${kind.padEnd(12)} geometric mean of peer / ours: ${line.join(", ")}`);
  }
}
