// Instruction counts guard the inner loops: how many instructions the kernels of a few layers execute, by callgrind, against
// counts.json. Counts do not depend on what else the machine does; another compiler gives others and is skipped by name.
//   node bench/counts.mjs [--program build-native-gcc/kernel_counts] [--write]
// Exit code 77: skipped, with the reason.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { readShapes } from "./shapes.mjs";

const ISA = "avx2";
const BASELINE = new URL("counts.json", import.meta.url);
/** How much more a layer may take before it counts as a regression: less than one instruction in an inner loop of thirty. */
const TOLERANCE = 0.03;

/** A layer of each family, small enough for an emulator; NHWC and float64 by their descriptor. */
const LAYERS = [
  "mbv2-144x56",
  "mbv2-144x56s2",
  "mbv2-384x14",
  "mbv2-576x14s2",
  "mbv2-960x7",
  "effb0-240x28k5",
  "convnext-192x28k7",
  "aspp-256x65d2",
  "mult2-32x112",
  "conformer-512xT1000k31",
  "resnext-512x14g32",
  "shuffle-240x28g3-1x1",
  "pw-144-24x56",
  "stem-3-32x224s2",
  "dense-256-256x14",
];
const MORE = [
  "n1_c144_i56x56_o144_k3x3_s1_p1_d1_g144_LNHWC",
  "n1_c16_i64x64_o16_k31x31_s1_p15_d1_g16",
  "n1_c16_i14x14_o16_k13x13_s1_p6_d1_g16",
  "n1_c3_i112x112_o3_k5x5_s1_p2_d1_g3_LNHWC",
  "n1_c64_i28x28_o64_k3x3_s2_p1_d1_g64_LNHWC",
  "n1_c64_i33x33_o64_k3x3_s1_p2_d2_g64_LNHWC",
  "n1_c32_i28x28_o64_k3x3_s1_p1_d1_g32_LNHWC",
  "n1_c64_i27x27_o64_k5x5_s1_p2_d1_g64_LNHWC_arelu",
  "n1_c16_i64x64_o16_k31x31_s1_p15_d1_g16_LNHWC",
  "n1_c2_i32x1024_o2_k3x3_s1_p1_d1_g2",
  "n1_c2_i32x1024_o2_k7x7_s1_p3_d1_g2",
  "n1_c512_i14x14_o512_k3x3_s1_p1_d1_g512_LNHWC",
];

/** The total of a profile that callgrind wrote for one call: its line "totals: N" or "summary: N". */
export function totalOf(profile) {
  const found = /^(?:summary|totals): (\d+)/m.exec(profile);
  return found ? Number(found[1]) : null;
}

/** What differs from the baseline: { worse, better, moved }, lines for people. */
export function compareCounts(baseline, counts, tolerance = TOLERANCE) {
  const worse = [];
  const better = [];
  const moved = [];
  for (const [name, { kernel, instructions }] of Object.entries(counts)) {
    const before = baseline[name];
    if (!before) {
      worse.push(`${name}: not in the baseline`);
      continue;
    }
    const change = instructions / before.instructions - 1;
    const line = `${name}: ${before.instructions} -> ${instructions} (${(100 * change).toFixed(1)} %), ${kernel}`;
    if (kernel !== before.kernel) moved.push(`${name}: ${before.kernel} -> ${kernel}`);
    if (change > tolerance) worse.push(line);
    else if (change < -tolerance) better.push(line);
  }
  return { worse, better, moved };
}

function count(program) {
  const known = Object.fromEntries(readShapes().map(({ name, descriptor }) => [name, descriptor]));
  const layers = [...LAYERS.map((name) => [name, known[name]]), ...MORE.map((descriptor) => [descriptor, descriptor])];
  const folder = mkdtempSync(join(tmpdir(), "depthwise-counts-"));
  try {
    const options = [
      "--tool=callgrind",
      "--collect-atstart=no",
      "--toggle-collect=measured_run",
      "--dump-after=measured_run",
    ];
    const run = spawnSync(
      "valgrind",
      [
        ...options,
        `--callgrind-out-file=${folder}/profile`,
        program,
        ISA,
        ...layers.map(([, descriptor]) => descriptor),
      ],
      { encoding: "utf8" },
    );
    if (run.status !== 0) throw new Error(`kernel_counts failed under callgrind:\n${run.stderr}`);
    const [compiler, ...lines] = run.stdout.trim().split("\n");
    const part = (name) => Number(/\.(\d+)$/.exec(name)?.[1] ?? 0);
    const profiles = readdirSync(folder)
      .filter((name) => part(name) > 0)
      .sort((a, b) => part(a) - part(b));
    const counts = {};
    lines.forEach((line, i) => {
      const instructions = totalOf(readFileSync(join(folder, profiles[i]), "utf8"));
      counts[layers[i][0]] = { kernel: line.split("\t")[1], instructions };
    });
    return { compiler, counts };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function skip(why) {
  console.log(`skipped: instruction counts, ${why}`);
  process.exit(77);
}

function main() {
  const { values } = parseArgs({
    options: {
      program: {
        type: "string",
        default: fileURLToPath(new URL("../build-native-gcc/kernel_counts", import.meta.url)),
      },
      write: { type: "boolean" },
    },
  });
  if (spawnSync("valgrind", ["--version"]).error) skip("valgrind is not installed");
  if (!existsSync(values.program)) skip(`there is no ${values.program}`);
  if (process.arch !== "x64") skip(`the baseline is of ${ISA}`);
  const { compiler, counts } = count(values.program);
  if (values.write) {
    writeFileSync(BASELINE, `${JSON.stringify({ compiler, isa: ISA, counts }, null, 2)}\n`);
    console.log(`bench/counts.json: ${Object.keys(counts).length} layers, ${compiler}`);
    return;
  }
  const baseline = JSON.parse(readFileSync(BASELINE, "utf8"));
  if (baseline.compiler !== compiler) skip(`the baseline is of ${baseline.compiler}, this is ${compiler}`);
  const { worse, better, moved } = compareCounts(baseline.counts, counts);
  for (const line of moved) console.log(`another kernel  ${line}`);
  for (const line of better) console.log(`fewer           ${line}`);
  for (const line of worse) console.log(`MORE            ${line}`);
  console.log(
    `${Object.keys(counts).length} layers, ${worse.length} with more than ${100 * TOLERANCE} % more instructions`,
  );
  if (worse.length) process.exit(1);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main();
