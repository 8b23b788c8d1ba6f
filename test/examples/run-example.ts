// Runs an example as a person or a script would: a process of its own, its output in pipes.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** The environment without what a test project forces, plus `env`. */
export function runExample(script: string, args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("DEPTHWISE_"));
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [`${root}examples/${script}`, ...args],
      { cwd: root, env: { ...Object.fromEntries(inherited), ...env } },
      (error, stdout, stderr) => resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
    );
  });
}

/** Escape sequences, carriage returns and the like; a pipe must see none. */
export const controlCharacters = (text: string): string[] => text.replaceAll("\n", "").match(/\p{Cc}/gu) ?? [];
