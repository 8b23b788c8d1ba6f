// Runs `depthwise doctor` on each released binary that can run on a Debian x64 machine, and prints a table of all:
//   node scripts/prebuild/try.mjs [--target NAME]... [--prebuilds FOLDER] [--json FILE]
// Each rig is a system that a user may have: no compiler, no OpenMP, an old glibc, musl, another processor under emulation,
// Windows under wine. A rig whose tools are missing is named with what it needs; that is no success and no failure.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { glibcFloor, inspect } from "./inspect/index.mjs";
import { rigs } from "./rigs.mjs";
import { binaryOf, targets } from "./targets.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { values } = parseArgs({
  options: {
    target: { type: "string", multiple: true, default: targets.map(({ name }) => name) },
    prebuilds: { type: "string", default: root },
    json: { type: "string" },
  },
});
const folder = join(root, "build-prebuild", "rigs");
mkdirSync(folder, { recursive: true });

/** What one run of the doctor said: a text for the table, and whether it is wrong. */
function verdict(rig, done) {
  const text = done.stdout || (done.file ?? "");
  try {
    const report = JSON.parse(text.slice(text.indexOf("{")));
    const { problems, failures } = report.selfTest;
    const ok = done.status === 0 && report.backend === "native" && failures.length === 0;
    return {
      ok,
      text: `${rig.what}: ${ok ? `${problems} problems right, ISA ${report.isa}` : JSON.stringify(report)}`,
    };
  } catch {
    const why = `${done.error?.message ?? ""} ${text} ${done.stderr ?? ""}`.trim().slice(-400);
    return { ok: false, text: `${rig.what}: exit ${done.status}: ${why}` };
  }
}

const rows = [];
for (const target of targets.filter(({ name }) => values.target.includes(name))) {
  const binary = join(values.prebuilds, binaryOf(target));
  if (!existsSync(binary)) {
    rows.push({ target: target.name, size: 0, floor: "", tested: ["not built"], ok: null });
    continue;
  }
  const facts = inspect(binary);
  const floor = facts.minimumSystem
    ? `macOS ${facts.minimumSystem}`
    : glibcFloor(facts) && `glibc ${glibcFloor(facts)}`;
  const tested = [];
  let ok = null;
  for (const rig of rigs.filter((each) => each.target === target.name)) {
    const missing = rig.needs.find((tool) => spawnSync("sh", ["-c", `command -v ${tool}`]).status !== 0);
    if (missing) tested.push(`${rig.what}: not tried, ${missing} is not installed`);
    else {
      let result;
      try {
        result = verdict(rig, rig.run({ root, folder, binary, run }));
      } catch (error) {
        result = { ok: false, text: `${rig.what}: the rig could not be made: ${error.message}` };
      }
      tested.push(result.text);
      ok = (ok ?? true) && result.ok;
    }
  }
  if (tested.length === 0) tested.push("built, not run");
  rows.push({ target: target.name, size: statSync(binary).size, floor: floor ?? "-", tested, ok });
}

/** A command that may take its time; its output is text. */
function run(command, args, options = {}) {
  return spawnSync(command, args, { encoding: "utf8", timeout: 600_000, maxBuffer: 1 << 26, ...options });
}

console.log("| target | size | floor | tested how |\n| --- | --- | --- | --- |");
for (const { target, size, floor, tested } of rows)
  console.log(`| ${target} | ${(size / 1e6).toFixed(2)} MB | ${floor} | ${tested.join("; ")} |`);
if (values.json) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
process.exitCode = rows.some(({ ok }) => ok === false) ? 1 : 0;
