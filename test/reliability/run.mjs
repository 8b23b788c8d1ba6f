// The counted promises of SECURITY.md, each a command:
//   npm run reliability                                 what there is, and how far it is for the code of this checkout
//   npm run reliability -- <goal>                       goes on where the last run stopped, up to the promised number
//   npm run reliability -- <goal> [--count N] [--seconds S] [--fresh] [--dry]
//                                                       so many tries; so long; from the beginning; without a result
// Results are appended to results/<goal>.jsonl; `node test/reliability/table.mjs` writes them into SECURITY.md.
import { parseArgs } from "node:util";
import { findGoal, goals } from "./goals.mjs";
import { addTo, beginResult, codeDigest, readResults, summary, writeResults } from "./results.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: "string" },
    seconds: { type: "string" },
    fresh: { type: "boolean", default: false },
    dry: { type: "boolean", default: false },
  },
});

function list() {
  for (const goal of goals) {
    const { tries, failures, commits } = summary(goal.name, codeDigest(goal.code));
    const done =
      tries === 0 ? "not run on this code" : `${tries} of ${goal.full} at ${commits.join(", ")}, ${failures} failed`;
    console.log(`${goal.name.padEnd(18)} ${done.padEnd(44)} ${goal.what}`);
  }
}

async function run(goal) {
  const code = codeDigest(goal.code);
  const before = readResults(goal.name);
  const done = values.fresh ? 0 : summary(goal.name, code, process.version).tries;
  const wanted = values.count === undefined ? Math.max(0, goal.full - done) : Number(values.count);
  const end = values.seconds === undefined ? Infinity : performance.now() + 1000 * Number(values.seconds);
  const result = beginResult(code);
  const begin = performance.now();
  console.log(`${goal.name}: ${wanted} ${goal.unit} from ${done} on`);
  while (result.tries < wanted && performance.now() < end) {
    const count = Math.min(goal.batch, wanted - result.tries);
    const batch = await goal.run({ from: done + result.tries, count });
    addTo(result, batch);
    result.seconds = Math.round((performance.now() - begin) / 1000);
    if (!values.dry) writeResults(goal.name, [...before, result]);
    for (const failure of batch.failures ?? []) console.error(`FAILED ${goal.name}: ${failure}`);
    console.log(`${result.tries} ${goal.unit}, ${result.failures} failed, ${result.seconds} s`);
  }
  console.log(JSON.stringify({ outcomes: result.outcomes, worst: result.worst }));
  return result.failures;
}

if (positionals.length === 0) list();
let failures = 0;
for (const name of positionals) failures += await run(findGoal(name));
process.exitCode = failures > 0 ? 1 : 0;
