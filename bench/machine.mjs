// What a result must say of where it came from.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

function firstLine(command, args) {
  const { status, stdout } = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  return status === 0 ? stdout.trim().split("\n")[0] : null;
}

/** The compilers of the local build; of a binary from elsewhere they are not known. */
function compilers() {
  const binary = process.env.DEPTHWISE_BINARY;
  if (binary) return `${basename(binary)} of DEPTHWISE_BINARY`;
  const path = `${root}build/CMakeCache.txt`;
  if (!existsSync(path)) return "unknown";
  const text = readFileSync(path, "utf8");
  const entry = (name) => new RegExp(`^${name}:[A-Z]+=(.+)$`, "m").exec(text)?.[1];
  const all = firstLine(entry("CMAKE_CXX_COMPILER") ?? "c++", ["--version"]);
  const kernels = entry("DEPTHWISE_KERNEL_COMPILER");
  return kernels ? `${all}; kernels: ${firstLine(kernels, ["--version"])}` : all;
}

/** The CPU's name; hypervisors give many the same, so with its family and model where Linux says them. */
function cpuName() {
  const name = cpus()[0].model.trim();
  if (!existsSync("/proc/cpuinfo")) return name;
  const text = readFileSync("/proc/cpuinfo", "utf8");
  const entry = (key) => new RegExp(`^${key}\\s*: (\\d+)$`, "m").exec(text)?.[1];
  const family = entry("cpu family");
  return family ? `${name} (family ${family}, model ${entry("model")})` : name;
}

export function aboutMachine(isa) {
  return {
    cpu: cpuName(),
    cores: cpus().length,
    kernel: release(),
    node: process.version,
    isa,
    compiler: compilers(),
  };
}

/** The commit, with a plus where the tree has changes. */
export function commit() {
  const hash = firstLine("git", ["rev-parse", "--short=12", "HEAD"]);
  const changed = firstLine("git", ["status", "--porcelain", "--untracked-files=no"]);
  return hash === null ? "unknown" : `${hash}${changed ? "+" : ""}`;
}

/** "2026-11-24-amd-epyc-avx2.json" */
export function resultName({ date, machine }) {
  const cpu = machine.cpu
    .toLowerCase()
    .replace(/\((r|tm)\)|processor|cpu|@.*/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return `${date.slice(0, 10)}-${cpu}-${machine.isa}.json`;
}
