import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { allMutants, canMutate, judge, prepare } from "../mutants.mjs";

const explanations = fileURLToPath(new URL("../mutants-explained.txt", import.meta.url));

/** Survivors that change nothing that a caller could see: "file: before -> after", each with its reason behind it. */
function explained() {
  if (!existsSync(explanations)) return new Map();
  const lines = readFileSync(explanations, "utf8")
    .split("\n")
    .filter((line) => line.includes(" => "));
  return new Map(lines.map((line) => line.split(" :: ")));
}

let isPrepared = false;

export default {
  name: "mutants",
  what: "small changes of the code of geometry, padding, runs and borders, compiled into the native tests: the tests fail",
  unit: "mutants",
  full: 200,
  few: 2,
  batch: 5,
  isSkipped: canMutate
    ? process.env.DEPTHWISE_MUTANTS
      ? null
      : "compiles for minutes; set DEPTHWISE_MUTANTS=1"
    : "there is no CMake",
  code: ["native/conv", "native/kernels/reference.cc", "native/kernels/depthwise_any.cc"],
  run({ from, count }) {
    if (!isPrepared) prepare();
    isPrepared = true;
    const reasons = explained();
    const batch = { tries: 0, outcomes: {}, failures: [] };
    const add = (key) => {
      batch.outcomes[key] = (batch.outcomes[key] ?? 0) + 1;
    };
    for (const mutant of allMutants().slice(from, from + count)) {
      const { file, line, before, after } = mutant;
      const verdict = judge(mutant);
      ++batch.tries;
      if (verdict !== "survived") add(verdict);
      else if (reasons.has(`${file}: ${before} => ${after}`)) add("survived, explained");
      else {
        add("survived");
        batch.failures.push(`${file}:${line}: ${before} => ${after}`);
      }
    }
    return Promise.resolve(batch);
  },
};
