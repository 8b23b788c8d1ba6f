// Processes that are expected to survive: what comes out of one, and whether it ended as it should.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The addon under test: DEPTHWISE_BINARY, or the local build. */
export const binary =
  process.env.DEPTHWISE_BINARY || fileURLToPath(new URL("../../build/Release/depthwise.node", import.meta.url));

export const childFile = (name) => fileURLToPath(new URL(`children/${name}.mjs`, import.meta.url));
export const scenarioFile = (name) => fileURLToPath(new URL(`../lifecycle/scenarios/${name}.mjs`, import.meta.url));

/** For many short cases in one process under ASan: what a case has freed may be reused soon, not on fresh pages each time. */
export const FRUGAL_ASAN = { ASAN_OPTIONS: "quarantine_size_mb=8" };

function lastReport(stdout) {
  const line = stdout.trimEnd().split("\n").at(-1) ?? "";
  return line.startsWith("{") ? JSON.parse(line) : {};
}

/**
 * Runs a script. `through` stands before node (a command that sets limits), `program` in its place; `kill` is a signal that is sent once the
 * script has written a line.
 */
export function runScript(
  file,
  args = [],
  {
    nodeArgs = [],
    env = {},
    timeoutMs = 600_000,
    through = [],
    kill = null,
    from = binary,
    program = process.execPath,
  } = {},
) {
  const command = [...through, program, ...nodeArgs, file, ...args.map(String)];
  return new Promise((resolve, reject) => {
    const started = Date.now();
    const child = spawn(command[0], command.slice(1), {
      env: { ...process.env, NODE_OPTIONS: "", ...env, DEPTHWISE_BINARY: from },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const outcome = { command, stdout: "", stderr: "", endedAt: 0, timedOut: false };
    const timer = setTimeout(() => {
      outcome.timedOut = true;
      child.kill("SIGKILL");
    }, timeoutMs);
    child.stdout.on("data", (chunk) => {
      outcome.stdout += chunk;
      if (kill !== null && outcome.stdout.endsWith("\n")) child.kill(kill);
    });
    child.stderr.on("data", (chunk) => {
      outcome.stderr += chunk;
    });
    child.on("error", reject);
    child.on("exit", () => {
      outcome.endedAt = Date.now();
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ ...outcome, code, signal, took: outcome.endedAt - started, report: lastReport(outcome.stdout) });
    });
  });
}

/** Null where a process ended with `wanted` (a code or a signal) and wrote nothing on stderr; else what is wrong. */
export function whatIsWrong(outcome, wanted = 0, isQuiet = true) {
  const { code, signal, timedOut, stderr, stdout, command } = outcome;
  const repeat = `repeat: ${command.slice(1).join(" ")}`;
  if (timedOut) return `did not end in time\n${stderr}${stdout}\n${repeat}`;
  if ((signal ?? code) !== wanted)
    return `ended with ${signal ?? code} instead of ${wanted}\n${stderr}${stdout}\n${repeat}`;
  if (isQuiet && stderr !== "") return `wrote on stderr: ${stderr}\n${repeat}`;
  return null;
}
