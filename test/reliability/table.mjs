// Writes the table of SECURITY.md from results/: `node test/reliability/table.mjs`. With --check it only compares.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { goals } from "./goals.mjs";
import { readResults, summary } from "./results.mjs";

const document = fileURLToPath(new URL("../../SECURITY.md", import.meta.url));
const BEGIN = "<!-- results -->";
const END = "<!-- /results -->";

const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, " ");
const listed = (items) =>
  items.map(([name, value]) => `${name}: ${Number.isInteger(value) ? grouped(value) : value}`).join("; ");

/** The newest code that a goal was run on, and everything that was seen with it. */
function row({ name, what, unit }) {
  const last = readResults(name).at(-1);
  if (last === undefined) return `| ${what} | not yet run | | \`${name}\` |`;
  const { tries, failures, outcomes, worst, commits, dates } = summary(name, last.code);
  const seen = listed([...Object.entries(outcomes), ...Object.entries(worst)]);
  const count = `${grouped(tries)} ${unit}, **${failures} failed**`;
  return `| ${what} | ${count} | ${seen} | \`${name}\`, ${dates.at(-1)}, ${commits.join(" ")} |`;
}

/** SECURITY.md as it should be. */
export function withTable(text) {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`SECURITY.md has no place between ${BEGIN} and ${END}`);
  const rows = ["| fault | tries | outcome | goal, date, commit |", "| --- | --- | --- | --- |", ...goals.map(row)];
  return `${text.slice(0, begin)}${BEGIN}\n${rows.join("\n")}\n${text.slice(end)}`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const text = readFileSync(document, "utf8");
  const wanted = withTable(text);
  if (process.argv.includes("--check")) {
    if (wanted !== text) throw new Error("SECURITY.md is not what results/ says; run node test/reliability/table.mjs");
  } else writeFileSync(document, wanted);
}
