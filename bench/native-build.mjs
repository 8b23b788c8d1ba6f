// The native part of the benchmark, built on demand: the limits of the machine and the peers that are installed.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
export const nativeFolder = `${root}build-bench`;

const cmake = (args) => spawnSync("cmake", args, { cwd: root, encoding: "utf8" });

/** Configures and builds; a second call finds everything done. Returns what went wrong, a line each. */
export function buildNative(jobs = 2) {
  const configured = cmake(["-S", ".", "-B", nativeFolder, "-DDEPTHWISE_TESTS=ON"]);
  if (configured.error) return ["no CMake: no limits and no C++ peers"];
  if (configured.status !== 0) return [`CMake failed: ${reason(configured)}`];
  const problems = [];
  for (const target of ["limits", "peer_onednn", "peer_xnnpack", "peer_opencv"]) {
    const built = cmake(["--build", nativeFolder, "--target", target, "-j", String(jobs)]);
    // No such target: the library is not installed, which the side itself says.
    if (built.status !== 0 && !/no rule to make target|unknown target/i.test(built.stdout + built.stderr))
      problems.push(`${target} did not build: ${reason(built)}`);
  }
  return problems;
}

function reason({ stdout, stderr }) {
  const lines = `${stdout}\n${stderr}`.trim().split("\n");
  return lines.find((line) => /error/i.test(line)) ?? lines.at(-1);
}
