import { Batch } from "../batch.mjs";
import { allMutants, describe, isReady, tryMutant } from "../mutants.mjs";
import { SAME } from "../mutants-same.mjs";

const FULL = 200;

export default {
  name: "mutants",
  what: "a small change to the code of borders and remainders: the native tests notice it, or it computes the same (explained)",
  unit: "mutants",
  full: FULL,
  few: 1,
  batch: 5,
  isSkipped: isReady ? null : "scripts/native-tests.sh gcc builds what it needs",
  code: ["native/kernels", "native/simd", "test/native"],
  async run({ from, count }) {
    const batch = new Batch();
    const mutants = allMutants();
    for (let i = from; i < from + count; ++i) {
      // One that does not compile is no mutant: the next of those that belong to this number.
      let outcome = null;
      let mutant;
      for (let at = i; outcome === null && at < mutants.length; at += FULL) {
        mutant = mutants[at];
        outcome = await tryMutant(mutant);
      }
      ++batch.tries;
      if (outcome !== "survived") batch.count(outcome ?? "none compiles");
      else if (SAME.has(describe(mutant))) batch.count("computes the same");
      else batch.failures.push(`survived, line ${mutant.number + 1}: ${describe(mutant)}`);
    }
    return batch;
  },
};
