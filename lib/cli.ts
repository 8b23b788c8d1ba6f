#!/usr/bin/env node
// The command of the package. `process.exitCode` and not `process.exit`: output to a pipe would be cut off.
import { examine, exitCodeOf, printed } from "./doctor.js";
import { version } from "./version.js";

const USAGE = `usage: depthwise doctor [--json]

Prints which binary was loaded and why not another, the instruction set, where the number of threads comes from, and
runs a few convolutions against the formula.
Exit code: 0 a binary serves; 1 results are wrong, or what DEPTHWISE_* asks for cannot be had;
           2 the JavaScript backend serves, though it was not asked for; 64 usage.
`;

async function main(args: readonly string[]): Promise<number> {
  const [command, ...flags] = args;
  if (command === "--version") process.stdout.write(`${version}\n`);
  else if (command === "--help") process.stdout.write(USAGE);
  else if (command === "doctor" && flags.every((flag) => flag === "--json")) {
    const report = await examine();
    process.stdout.write(flags.length > 0 ? `${JSON.stringify(report, null, 2)}\n` : printed(report));
    return exitCodeOf(report);
  } else {
    process.stderr.write(USAGE);
    return 64;
  }
  return 0;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`depthwise: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
