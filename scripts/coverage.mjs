// What scripts/coverage.sh shows, from llvm-cov's export: branches of each file that went both ways, and each that did not.
// Two kinds are no branches of the program, and are left out:
// - a condition that the compiler has decided (a constant of this platform): evaluated, and counted neither way;
// - what a switch over all values of an enumeration does with none of them (-Wswitch sees that all are there).
// Others that no caller reaches are listed below, each with the reason. An entry that is reached, or gone, is an error.
import { readFileSync } from "node:fs";

const STRONG = "The reference is strong: its value is there as long as the reference, whose end is that of the call.";
const UNREACHABLE = [
  ["addon.cc", "!depthwise::pin_module()", "true", "On Linux the linker pins the module, and the function says yes."],
  [
    "binding/introspect.cc",
    "!isa_from_name(list.isa, &isa)",
    "true",
    "Lists are named after known instruction sets; dispatch_test looks at each.",
  ],
  [
    "binding/result_array.cc",
    "bytes_after == bytes_before",
    "false",
    "No engine gives the same memory another length; where one did, the array would end beyond its buffer.",
  ],
  [
    "binding/settle_calls.cc",
    "status == napi_cancelled",
    "true",
    "Only napi_cancel_async_work() makes it, which nobody calls.",
  ],
  ["binding/settle_calls.cc", "!function", "true", STRONG],
  ["binding/settle_calls.cc", "!out", "true", STRONG],
  [
    "binding/settle_calls.cc",
    "array.element != g.element",
    "true",
    "It is the array that read_out() has looked at, and an array never changes its type.",
  ],
  [
    "conv/pad_image.cc",
    "case PaddingMode::kZeros",
    "true",
    "Images are laid out for the other modes only; -Wswitch wants the name.",
  ],
  [
    "conv/plan.cc",
    "!choice.kernel",
    "true",
    "Each instruction set has an exact kernel for every geometry; dispatch_test looks.",
  ],
  ["conv/run.cc", "case Stage::kEnd", "true", "Nobody asks whether the end is needed; -Wswitch wants the name."],
];

// What is promised to be reached whole; the other rooms are shown beside it.
const PROMISED = /^(addon\.cc$|conv\/|binding\/)/;

/** The count of the region that a place lies in. */
function countAt(segments, line, column) {
  let count = 0;
  for (const [segmentLine, segmentColumn, segmentCount, hasCount] of segments) {
    if (segmentLine > line || (segmentLine === line && segmentColumn > column)) break;
    count = hasCount ? segmentCount : 0;
  }
  return count;
}

/** The source from one place to another. */
function textOf(lines, line, column, endLine, endColumn) {
  if (line === endLine) return lines[line - 1].slice(column - 1, endColumn - 1);
  const between = lines.slice(line, endLine - 1);
  return [lines[line - 1].slice(column - 1), ...between, lines[endLine - 1].slice(0, endColumn - 1)]
    .map((text) => text.trim())
    .join(" ");
}

const promised = { reached: 0, all: 0 };
const others = { reached: 0, all: 0 };
const used = new Set();
let stale = 0;
const [file] = process.argv.slice(2);
for (const { filename, branches, segments } of JSON.parse(readFileSync(file, "utf8")).data[0].files) {
  const name = filename.replace(/.*\/native\//, "");
  const lines = readFileSync(filename, "utf8").split("\n");
  // One place in the source may be instantiated often.
  const places = new Map();
  for (const [line, column, endLine, endColumn, taken, notTaken] of branches) {
    const place = places.get(`${line}:${column}`) ?? { line, column, endLine, endColumn, true: 0, false: 0 };
    place.true += taken;
    place.false += notTaken;
    places.set(`${line}:${column}`, place);
  }
  const sum = { reached: 0, all: 0 };
  const missed = [];
  for (const [at, place] of places) {
    const { line, column, endLine, endColumn } = place;
    if (place.true + place.false === 0 && countAt(segments, line, column) > 0) continue;
    if (/\bswitch \($/.test(lines[line - 1].slice(0, column - 1))) continue;
    const text = textOf(lines, line, column, endLine, endColumn);
    for (const way of ["true", "false"]) {
      const entry = UNREACHABLE.find((each) => each[0] === name && each[1] === text && each[2] === way);
      if (entry) used.add(entry);
      if (entry && place[way] === 0) continue;
      if (entry) {
        console.log(`native/${name}:${line}: reached, but listed as unreachable: ${text}`);
        ++stale;
      }
      ++sum.all;
      if (place[way] > 0) ++sum.reached;
      else missed.push(`    ${at.padEnd(8)} never ${way.padEnd(5)}  ${text}`);
    }
  }
  if (sum.all === 0) continue;
  const total = PROMISED.test(name) ? promised : others;
  total.reached += sum.reached;
  total.all += sum.all;
  console.log(`${`native/${name}`.padEnd(36)} ${String(sum.reached).padStart(4)} of ${String(sum.all).padStart(4)}`);
  for (const line of missed) console.log(line);
}
for (const entry of UNREACHABLE) {
  if (used.has(entry)) continue;
  console.log(`native/${entry[0]}: gone, but listed as unreachable: ${entry[1]}`);
  ++stale;
}
const share = ({ reached, all }) => `${reached} of ${all} branches (${((100 * reached) / all).toFixed(1)} %)`;
console.log(`beside them, dispatch and threads: ${share(others)}`);
console.log(`geometry, plan and binding: ${share(promised)}; ${UNREACHABLE.length} more that no caller reaches`);
process.exitCode = promised.reached < promised.all || stale > 0 ? 1 : 0;
