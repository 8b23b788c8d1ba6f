// 150 forward cases computed by PyTorch; README.md beside this file says how.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { functional as F, Tensor, tensor } from "../../lib/index.js";

interface Stored {
  readonly shape: number[];
  readonly inline?: number[];
  readonly offset?: number;
}
interface Case {
  readonly name: string;
  readonly op: string;
  readonly source: "F.conv1d" | "F.conv2d" | "F.conv3d";
  readonly attrs: { stride: number[]; padding: number[] | "same" | "valid"; dilation: number[]; groups: number };
  readonly input: Stored;
  readonly weight: Stored;
  readonly bias: Stored | null;
  readonly expected: Stored;
  readonly tolerance: { atol: number; rtol: number };
}

const bytes = readFileSync(new URL("data.bin", import.meta.url));
const manifest = JSON.parse(readFileSync(new URL("manifest.json", import.meta.url), "utf8")) as { cases: Case[] };
const cases = manifest.cases.filter(({ op }) => op === "conv");

function load({ shape, inline, offset = 0 }: Stored): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  if (inline !== undefined) return tensor(Float32Array.from(inline), shape);
  const data = Float32Array.from({ length: count }, (_, index) => bytes.readFloatLE(4 * (offset + index)));
  return tensor(data, shape);
}

function expectClose(got: Tensor, expected: Tensor, tolerance: Case["tolerance"]): void {
  expect(got.shape).toEqual(expected.shape);
  if (got.allClose(expected, { ...tolerance, equalNaN: true })) return;
  const { atol, rtol } = tolerance;
  const isFar = (value: number, index: number) => {
    const wanted = expected.data[index] as number;
    return !(
      Object.is(value, wanted) ||
      value === wanted ||
      Math.abs(value - wanted) <= atol + rtol * Math.abs(wanted)
    );
  };
  const index = got.data.findIndex(isFar);
  expect.unreachable(`element ${index} is ${got.data[index]}, but must be ${expected.data[index]}`);
}

test("all 150 cases are here", () => {
  expect(cases.length).toBe(150);
});

describe.each(cases)("$name", ({ source, attrs, input, weight, bias, expected, tolerance }) => {
  const name = source.slice(2) as "conv1d" | "conv2d" | "conv3d";
  const operands = () => [load(input), load(weight), bias && load(bias)] as const;

  test("function", () => {
    const [x, w, b] = operands();
    const wanted = load(expected);
    const out = tensor(new Float32Array(wanted.numel).fill(Number.NaN), wanted.shape);
    expect(F[name](x, w, b, { ...attrs, out })).toBe(out);
    expectClose(out, wanted, tolerance);
  });

  test("async function", async () => {
    const [x, w, b] = operands();
    expectClose(await F[`${name}Async`](x, w, b, attrs), load(expected), tolerance);
  });

  test("plan", () => {
    const [x, w, b] = operands();
    const plan = F[`plan${name.replace("c", "C") as "Conv1d" | "Conv2d" | "Conv3d"}`](x.shape, w, b, attrs);
    expectClose(new Tensor(plan.run(x.data), plan.outputShape), load(expected), tolerance);
  });
});
