// What long runs have shown: one line of JSON a run in results/<goal>.jsonl, with the date, the commit and a digest of the
// code under it. Runs over the same code add up, so that one that was stopped goes on where it was.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { addCounts } from "./batch.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = fileURLToPath(new URL("results", import.meta.url));
const fileOf = (name) => join(folder, `${name}.jsonl`);

function* sourcesUnder(path) {
  if (!statSync(path).isDirectory()) yield path;
  else for (const name of readdirSync(path).sort()) yield* sourcesUnder(join(path, name));
}

const isComment = (line) => /^\s*(\/\/|\/\*|\*)/.test(line);

/** A digest of these files and folders of a checkout. Lines of comment may change. */
export function codeDigest(paths, checkout = root) {
  const digest = createHash("sha256");
  for (const path of paths) {
    for (const file of sourcesUnder(join(checkout, path))) {
      const lines = readFileSync(file, "utf8").split("\n");
      digest.update(lines.filter((line) => line.trim() !== "" && !isComment(line)).join("\n"));
    }
  }
  return digest.digest("hex").slice(0, 12);
}

export function commit() {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: root, encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}

/** All lines of a goal, oldest first. */
export function readResults(name) {
  if (!existsSync(fileOf(name))) return [];
  return readFileSync(fileOf(name), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

export function beginResult(code) {
  const date = `${new Date().toISOString().slice(0, 19)}Z`;
  return {
    date,
    commit: commit(),
    code,
    node: process.version,
    tries: 0,
    failures: 0,
    outcomes: {},
    worst: {},
    seconds: 0,
  };
}

/** Outcomes are counted, the worst of each number is kept. */
export function addTo(result, { tries, outcomes = {}, worst = {}, failures = [] }) {
  result.tries += tries;
  result.failures += failures.length;
  addCounts(result.outcomes, outcomes);
  for (const [name, value] of Object.entries(worst)) result.worst[name] = Math.max(result.worst[name] ?? value, value);
}

/** Writes the lines, the last of which is growing. A run that is killed leaves the file as it was or as it will be. */
export function writeResults(name, lines) {
  mkdirSync(folder, { recursive: true });
  const scratch = `${fileOf(name)}.new`;
  writeFileSync(scratch, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  renameSync(scratch, fileOf(name));
}

/** The sum of the lines that hold for `code`, of one version of Node or of all. */
export function summary(name, code, node = null) {
  const total = { tries: 0, failures: 0, outcomes: {}, worst: {}, seconds: 0, commits: [], dates: [] };
  for (const line of readResults(name)) {
    if (line.code !== code || (node !== null && line.node !== node)) continue;
    addTo(total, { ...line, failures: [] });
    total.failures += line.failures;
    total.seconds += line.seconds;
    if (!total.commits.includes(line.commit)) total.commits.push(line.commit);
    total.dates.push(line.date.slice(0, 10));
  }
  return total;
}
