// Writes the table of kernels into ARCHITECTURE.md, from the sources' header lines, the addon and the last run of the
// native bench:  build-native-gcc/kernel_bench --all-kernels > bench/results/kernels-DATE.txt; node docs/kernels.mjs
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const BEGIN = "<!-- kernels -->";
const END = "<!-- /kernels -->";
const FIELDS = ["Computes", "Refuses", "Loop order", "In registers", "Reads beyond"];

const results = readdirSync(`${root}bench/results`).filter((name) => /^kernels-.*\.txt$/.test(name));
const bench = results.sort().at(-1);
if (bench === undefined) throw new Error("bench/results has no kernels-*.txt");
const text = readFileSync(`${root}bench/results/${bench}`, "utf8");

/** The five header lines of a kernel's file, by name. */
function header(source) {
  const [comment] = source.match(/^(\/\/.*\n)+/);
  const text = comment.replaceAll(/^\/\/ */gm, "").replaceAll(/\s+/g, " ");
  const found = FIELDS.map((name) => ({ name, at: text.indexOf(`${name}: `) })).filter(({ at }) => at >= 0);
  return Object.fromEntries(
    found.map(({ name, at }, index) => [name, text.slice(at + name.length + 2, found[index + 1]?.at).trim()]),
  );
}

/** Rows of kernel_bench by shape: `{ kernel, isChosen, gflops }`. */
function measurements() {
  const shapes = new Map();
  for (const line of text.split("\n")) {
    const [, shape, star, kernel, gflops] = line.match(/^(\S+?)(\*?)\s+(\w+)\/\w+\s+[\d.]+\s+[\d.]+\s+([\d.]+)/) ?? [];
    if (shape === undefined) continue;
    shapes.set(shape, [...(shapes.get(shape) ?? []), { kernel, isChosen: star === "*", gflops: Number(gflops) }]);
  }
  return shapes;
}

// What the addon holds, not what this processor runs.
const addon = { exports: {} };
process.dlopen(addon, `${root}build/Release/depthwise.node`);
const kernels = addon.exports.kernels();
const names = [...new Set(kernels.map(({ name }) => name.replace(/\/.*/, "")))];
const lines = readFileSync(`${root}native/kernels/families.h`, "utf8").matchAll(/^ {2}X\((\w+),/gm);
const families = [...lines].map((match) => match[1]);
const sources = new Map(families.map((family) => [family, readFileSync(`${root}native/kernels/${family}.cc`, "utf8")]));
/** The family in whose file the kernel's name stands. */
const familyOf = (kernel) => families.find((family) => sources.get(family).includes(`"${kernel}"`));

/** Where the family wins by most over all others. */
function evidence(family, shapes) {
  let best = null;
  for (const [shape, rows] of shapes) {
    const chosen = rows.find(({ isChosen }) => isChosen);
    if (chosen === undefined || familyOf(chosen.kernel) !== family) continue;
    const others = rows.filter(({ kernel }) => familyOf(kernel) !== family && kernel !== "reference");
    const next = others.sort((a, b) => b.gflops - a.gflops)[0];
    const gain = next === undefined ? 0 : chosen.gflops / next.gflops;
    if (best === null || gain > best.gain) best = { shape, chosen, next, gain };
  }
  if (best === null) return "-";
  const { shape, chosen, next } = best;
  return `${shape}: ${chosen.gflops.toFixed(0)}${next ? `, \`${next.kernel}\` ${next.gflops.toFixed(0)}` : ""}`;
}

const shapes = measurements();
const rows = families.map((family) => {
  const fields = header(sources.get(family));
  const own = names.filter((name) => familyOf(name) === family);
  const cells = [
    own.map((name) => `\`${name}\``).join(" "),
    fields.Computes,
    fields.Refuses,
    fields["Loop order"],
    fields["In registers"],
    evidence(family, shapes),
  ];
  return `| ${cells.map((cell) => (cell ?? "").replace(/\.$/, "").replaceAll("|", "\\|")).join(" | ")} |`;
});
const table = [
  BEGIN,
  "| kernels | computes | refuses | loop order | in registers | GFLOP/s where it wins by most, and the next best |",
  "| --- | --- | --- | --- | --- | --- |",
  ...rows,
  "",
  `${text.split("\n")[0]}, kernels by the compiler of a checkout, \`bench/results/${bench}\`; the head of each file in \`native/kernels/\` says the same of it. This table is written by \`docs/kernels.mjs\`.`,
  END,
].join("\n");

const file = `${root}ARCHITECTURE.md`;
const before = readFileSync(file, "utf8");
writeFileSync(file, before.slice(0, before.indexOf(BEGIN)) + table + before.slice(before.indexOf(END) + END.length));
