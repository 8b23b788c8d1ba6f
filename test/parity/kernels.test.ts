// Every kernel of the backend and ISA in use, forced by name, against the float64 reference.
import { describe, expect, test } from "vitest";
import { createBackend } from "../../lib/backend/load.js";
import type { Backend, BackendPlan, Geometry } from "../../lib/backend/types.js";
import { makeProblem } from "../../lib/geometry.js";
import { backendInfo } from "../../lib/index.js";
import { CONV1D, CONV2D, CONV3D, readSettings, SHARED_DEPTHWISE_CONV2D } from "../../lib/settings.js";
import { expectedFor, expectResult, expectSameBits, makeOperands, type Operands } from "../support/compare.js";
import { optionsOf, type Problem, parse, rankOf, shapesOf } from "../support/descriptor.js";
import type { Expected } from "../support/reference.js";
import { sweep } from "../support/sweep.js";

const info = backendInfo();
const binary = process.env["DEPTHWISE_BINARY"] ?? null;
const isas = [...new Set(info.kernels.map(({ isa }) => isa))];
const OPERATIONS = { 1: CONV1D, 2: CONV2D, 3: CONV3D };

interface Prepared {
  readonly descriptor: string;
  readonly problem: Problem;
  readonly geometry: Geometry;
  /** Why, by kernel with its ISA. */
  readonly refused: ReadonlyMap<string, string>;
  operands?: Operands;
  expected?: Expected;
}

const plainBackend = createBackend({ backend: info.backend, isa: null, kernel: null, binary }).backend;

function geometryOf(problem: Problem): Geometry {
  const operation = problem.shared ? SHARED_DEPTHWISE_CONV2D : OPERATIONS[rankOf(problem)];
  const { input, weight, bias } = shapesOf(problem);
  const settings = readSettings(operation, { ...optionsOf(problem) });
  return makeProblem(operation, settings, problem.dtype, input, weight, problem.bias ? bias : null).geometry;
}

const prepared: Prepared[] = sweep().map((descriptor) => {
  const problem = parse(descriptor);
  const geometry = geometryOf(problem);
  const refused = new Map(plainBackend.refusals(geometry).map(({ kernel, reason }) => [kernel, reason]));
  return { descriptor, problem, geometry, refused };
});

/** The reference of a problem is computed once for all kernels. */
function referenceOf(item: Prepared): { operands: Operands; expected: Expected } {
  const operands = item.operands ?? makeOperands(item.problem, "integers", 1);
  const expected = item.expected ?? expectedFor(item.problem, operands);
  item.operands = operands;
  item.expected = expected;
  return { operands, expected };
}

function runAll(plan: BackendPlan, item: Prepared, exact: boolean): void {
  const { operands, expected } = referenceOf(item);
  const { input, weight, bias } = operands;
  const label = `${item.descriptor} by ${plan.kernel}`;
  const batch = item.problem.batch;
  const output = new (input.data.constructor as Float32ArrayConstructor)(expected.value.length).fill(Number.NaN);
  plan.run(plan.pack(weight.data, bias?.data ?? null), batch, input.data, output);
  expectResult(label, item.problem, "integers", output, expected, { exact });
  const again = output.slice().fill(Number.NaN);
  plan.runOnce(weight.data, bias?.data ?? null, batch, input.data, again);
  expectSameBits(`${label}, weights read in place`, again, output);
}

const bare = (name: string) => name.split("/")[0] as string;

describe.each(isas)("%s", (isa) => {
  const kernels = info.kernels.filter((kernel) => kernel.isa === isa);
  test.each(kernels)("$name for $dtype", ({ name, dtype, exact }) => {
    const kernel = bare(name);
    const backend: Backend = createBackend({ backend: info.backend, isa, kernel, binary }).backend;
    const full = `${kernel}/${isa}`;
    const ofDtype = prepared.filter(({ geometry }) => geometry.dtype === dtype);
    const fitting = ofDtype.filter(({ refused }) => !refused.has(full));
    if (fitting.length === 0) {
      // A build of every family for one lane has one that no such vector can serve.
      const reasons = new Set(ofDtype.map(({ refused }) => refused.get(full)));
      expect([...reasons], `no problem of the sweep reaches ${full}`).toEqual(["vectors without halves"]);
    }
    for (const item of fitting) {
      const plan = backend.plan(item.geometry);
      expect(plan.kernel).toBe(full);
      runAll(plan, item, exact);
    }
  });
});

test("a kernel that refuses a problem cannot be forced on it", () => {
  let tried = 0;
  // The formula takes everything, and in a released binary it is all there is of `scalar`.
  const refusing = info.kernels.some(({ name }) => bare(name) !== "reference");
  for (const { geometry, refused, descriptor } of prepared.filter((_, index) => index % 20 === 0)) {
    for (const full of refused.keys()) {
      const [kernel = "", isa = ""] = full.split("/");
      if (
        !isas.includes(isa) ||
        !info.kernels.some(({ name, dtype }) => bare(name) === kernel && dtype === geometry.dtype)
      )
        continue;
      const { backend } = createBackend({ backend: info.backend, isa, kernel, binary });
      expect(() => backend.plan(geometry), `${full} on ${descriptor}`).toThrow(
        expect.objectContaining({ code: "ERR_DEPTHWISE_BACKEND" }),
      );
      tried++;
    }
  }
  expect(tried > 0).toBe(refusing);
});
