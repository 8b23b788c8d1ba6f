// Layers of real networks, at full size: corners and a random sample of the outputs against the float64 reference, and
// the asynchronous run against the synchronous one to the last bit.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { expectedFor, expectResult, expectSameBits, makeOperands, planFor, strictnessOf } from "../support/compare.js";
import { parse } from "../support/descriptor.js";
import { randomStream } from "../support/random.js";

const layers = readFileSync(new URL("../../bench/shapes.txt", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split(/\s+/) as [name: string, kind: string, descriptor: string]);

test("there are layers", () => {
  expect(layers.length).toBeGreaterThan(30);
});

test.each(layers)("%s", async (name, _kind, descriptor) => {
  const problem = parse(descriptor);
  const operands = makeOperands(problem, "integers", 5);
  const plan = planFor(problem, operands);
  const output = new Float32Array(plan.outputShape.reduce((product, size) => product * size, 1)).fill(Number.NaN);
  plan.run(operands.input.data, output);
  const next = randomStream(11);
  const sample = Array.from({ length: 300 }, () => Math.floor(next() * output.length));
  const width = plan.outputShape.at(-1) as number;
  const offsets = [0, width - 1, output.length - width, output.length - 1, ...sample];
  const strictness = strictnessOf(plan.kernel);
  const expected = expectedFor(problem, operands, offsets);
  expectResult(`${name} by ${plan.kernel}`, problem, "integers", output, expected, strictness, offsets);
  expect(output.includes(Number.NaN)).toBe(false);
  expectSameBits(`${name}, async`, await plan.runAsync(operands.input.data), output);
});
