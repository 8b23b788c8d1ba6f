// Runs a scenario in a process of its own: what it tests may kill it. The parent looks at everything that comes out.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const localBuild = fileURLToPath(new URL("../../build/Release/depthwise.node", import.meta.url));

/** The addon under test: DEPTHWISE_BINARY, or the local build. */
export const binary = process.env["DEPTHWISE_BINARY"] || localBuild;
export const hasBinary = existsSync(binary);

/** How often to repeat what fails by chance: `few` in the suite, DEPTHWISE_TRIES in a long run. */
export function tries(few: number): number {
  return Number(process.env["DEPTHWISE_TRIES"]) || few;
}

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Date.now() at the end of the process. */
  readonly endedAt: number;
  readonly timedOut: boolean;
  /** What the scenario reported. */
  readonly report: Record<string, unknown>;
}

export interface ChildOptions {
  readonly args?: readonly (string | number)[];
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Sent once the scenario has reported something. */
  readonly signal?: NodeJS.Signals;
}

function lastReport(stdout: string): Record<string, unknown> {
  const line = stdout.trimEnd().split("\n").at(-1) ?? "";
  return line.startsWith("{") ? (JSON.parse(line) as Record<string, unknown>) : {};
}

/** Runs test/lifecycle/scenarios/<name>.mjs. */
export function runChild(name: string, options: ChildOptions = {}): Promise<Outcome> {
  const { args = [], nodeArgs = [], env = {}, timeoutMs = 30_000, signal: toSend } = options;
  const script = fileURLToPath(new URL(`../lifecycle/scenarios/${name}.mjs`, import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...nodeArgs, script, ...args.map(String)], {
      env: { ...process.env, NODE_OPTIONS: "", ...env, DEPTHWISE_BINARY: binary },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    let timedOut = false;
    let endedAt = 0;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, timeoutMs);
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
      if (toSend && stdout.endsWith("\n")) child.kill(toSend);
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("exit", () => {
      endedAt = Date.now();
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stdout, stderr, endedAt, timedOut, report: lastReport(stdout) });
    });
  });
}

/** Throws unless the scenario ended by itself, with `code` and without a word on stderr; returns its report. */
export function reportOf(outcome: Outcome, code = 0): Record<string, unknown> {
  const { signal, stderr, timedOut } = outcome;
  if (outcome.code !== code || signal !== null || timedOut || stderr !== "") {
    const end = timedOut ? "did not end in time" : `ended with code ${outcome.code}, signal ${signal}`;
    throw new Error(`the child ${end} instead of code ${code}\n${stderr}${outcome.stdout}`);
  }
  return outcome.report;
}
