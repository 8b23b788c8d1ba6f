// Random problems against the float64 reference, by every form of call.
import fc from "fast-check";
import { expect, test } from "vitest";
import { problems } from "../support/arbitrary.js";
import {
  convolve,
  expectedFor,
  expectResult,
  expectSameBits,
  labelOf,
  makeOperands,
  planFor,
  strictnessOf,
} from "../support/compare.js";
import { describe, type Problem, parse } from "../support/descriptor.js";
import type { Numbers } from "../support/random.js";

async function check(problem: Problem, seed: number): Promise<void> {
  for (const numbers of ["integers", "floats"] satisfies Numbers[]) {
    const operands = makeOperands(problem, numbers, seed);
    const expected = expectedFor(problem, operands);
    const plan = planFor(problem, operands);
    const label = labelOf(problem, seed, plan.kernel);
    const strictness = strictnessOf(plan.kernel);
    const result = convolve(problem, operands);
    expectResult(label, problem, numbers, result.data, expected, strictness);
    // The other forms give the same bits, wherever the arrays begin.
    expectSameBits(label, plan.run(operands.input.data), result.data);
    const shifted = new (result.data.constructor as Float32ArrayConstructor)(result.numel + 1).subarray(1);
    expectSameBits(label, await plan.runAsync(operands.input.data, shifted), result.data);
  }
}

const repeated = process.env["DEPTHWISE_TEST_CASE"];

if (repeated !== undefined) {
  const [descriptor = "", seed = "0"] = repeated.split(":");
  test(`the problem ${descriptor} with seed ${seed}`, () => check(parse(descriptor), Number(seed)));
} else {
  test("random problems agree with the reference", async () => {
    await fc.assert(fc.asyncProperty(problems(), fc.integer({ min: 0, max: 1e6 }), check), { numRuns: 400 });
  });

  test("a descriptor says all of a problem", () => {
    fc.assert(
      fc.property(problems(), (problem) => {
        expect(parse(describe(problem))).toEqual(problem);
      }),
    );
  });
}
