// What convolution promises whatever the numbers are. On small integers both sides are exact.
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { functional as F, getNumThreads, setNumThreads, Tensor, tensor, zeros } from "../../lib/index.js";
import { problems } from "../support/arbitrary.js";
import {
  convolve,
  expectSameBits,
  labelOf,
  lawTolerance,
  makeOperands,
  makeTensor,
  planFor,
} from "../support/compare.js";
import { optionsOf, type Problem, shapesOf } from "../support/descriptor.js";

const RUNS = { numRuns: 100 };
const seeds = fc.integer({ min: 0, max: 1e6 });

function expectSame(problem: Problem, seed: number, got: Tensor, wanted: Tensor): void {
  const label = labelOf(problem, seed, planFor(problem, makeOperands(problem, "integers", seed)).kernel);
  expect(got.shape, label).toEqual(wanted.shape);
  expect(got.allClose(wanted, lawTolerance(problem)), `${label}\n${got}\n${wanted}`).toBe(true);
}

function law(name: string, arbitrary: fc.Arbitrary<Problem>, holds: (problem: Problem, seed: number) => void): void {
  test(name, () => fc.assert(fc.property(arbitrary, seeds, holds), RUNS));
}

/** The same numbers with the axes in another order: `order[k]` is the old axis at the new place k. */
function transpose(x: Tensor, order: readonly number[]): Tensor {
  const strides = x.shape.map((_, axis) => x.shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const result = zeros(order.map((axis) => x.shape[axis] as number), { dtype: x.dtype }); // biome-ignore format: one line
  let offsets = [0];
  for (const axis of order) {
    offsets = offsets.flatMap((offset) =>
      Array.from({ length: x.shape[axis] as number }, (_, index) => offset + index * (strides[axis] as number)),
    );
  }
  for (const [index, offset] of offsets.entries()) result.data[index] = x.data[offset] as number;
  return result;
}

/** Elements `begin`, `begin + step`, ... below `end` along one axis. */
function slice(x: Tensor, axis: number, begin: number, end: number, step = 1): Tensor {
  const inner = x.shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const size = x.shape[axis] as number;
  const rows: number[] = [];
  for (let start = 0; start < x.numel; start += size * inner) {
    for (let index = begin; index < end; index += step) {
      for (let offset = 0; offset < inner; offset++) rows.push(x.data[start + index * inner + offset] as number);
    }
  }
  const shape = x.shape.map((other, at) => (at === axis ? Math.ceil((end - begin) / step) : other));
  return tensor(rows, shape, { dtype: x.dtype });
}

function add(a: Tensor, b: Tensor, factor = 1): Tensor {
  return new Tensor(
    a.data.map((value, index) => value + factor * (b.data[index] as number)),
    a.shape,
  );
}

const batched = (arbitrary: fc.Arbitrary<Problem>) => arbitrary.map((problem) => ({ ...problem, unbatched: false }));

describe("the same bits", () => {
  const threads = getNumThreads();
  afterAll(() => setNumThreads(threads));

  test("for any number of threads", () => {
    const shapes = problems();
    fc.assert(
      fc.property(shapes, seeds, (problem, seed) => {
        const operands = makeOperands(problem, "floats", seed);
        setNumThreads(1);
        const one = convolve(problem, operands);
        for (const count of [2, 3, 5, 8]) {
          setNumThreads(count);
          expectSameBits(labelOf(problem, seed, `${count} threads`), convolve(problem, operands).data, one.data);
        }
      }),
      RUNS,
    );
  });

  law("for an image alone and in a batch", batched(problems()), (problem, seed) => {
    const operands = makeOperands(problem, "floats", seed);
    const all = convolve(problem, operands);
    for (let n = 0; n < problem.batch; n++) {
      const input = slice(operands.input, 0, n, n + 1);
      const alone = convolve({ ...problem, batch: 1 }, { ...operands, input });
      expectSameBits(labelOf(problem, seed, `image ${n}`), alone.data, slice(all, 0, n, n + 1).data);
    }
  });
});

describe("equal results", () => {
  law("groups are separate convolutions", batched(problems({ kinds: ["grouped", "depthwise"] })), (problem, seed) => {
    const { input, weight, bias } = makeOperands(problem, "integers", seed);
    const axis = problem.layout === "NCHW" ? 1 : problem.input.length + 1;
    const all = convolve(problem, { input, weight, bias });
    const [ins, outs] = [problem.channels / problem.groups, problem.outChannels / problem.groups];
    for (let g = 0; g < problem.groups; g++) {
      const one = { ...problem, channels: ins, outChannels: outs, groups: 1 };
      const got = convolve(one, {
        input: slice(input, axis, g * ins, (g + 1) * ins),
        weight: slice(weight, 0, g * outs, (g + 1) * outs),
        bias: bias && slice(bias, 0, g * outs, (g + 1) * outs),
      });
      expectSame(one, seed, got, slice(all, axis, g * outs, (g + 1) * outs));
    }
  });

  law("it is linear in input and weight", problems({ activations: false }), (problem, seed) => {
    const a = { ...makeOperands(problem, "integers", seed), bias: null };
    const b = { ...makeOperands(problem, "integers", seed + 10), bias: null };
    const plain = { ...problem, bias: false };
    const input = convolve(plain, { ...a, input: add(a.input, b.input, 3) });
    expectSame(plain, seed, input, add(convolve(plain, a), convolve(plain, { ...a, input: b.input }), 3));
    const weight = convolve(plain, { ...a, weight: add(a.weight, b.weight, 3) });
    expectSame(plain, seed, weight, add(convolve(plain, a), convolve(plain, { ...a, weight: b.weight }), 3));
  });

  law("padding is convolving a padded input", batched(problems({ modes: false })), (problem, seed) => {
    const { input, weight, bias } = makeOperands(problem, "integers", seed);
    const rank = problem.input.length;
    const first = problem.layout === "NCHW" ? 2 : 1;
    const padded = problem.input.reduce((x, _, axis) => {
      const [begin, end] = [problem.padding[axis] as number, problem.padding[rank + axis] as number];
      // A border is a slice of zeros; concatenation along an axis is a transpose away from appending.
      const order = [first + axis, ...x.shape.keys()].filter((at, place, all) => all.indexOf(at) === place);
      const moved = transpose(x, order);
      const inner = moved.numel / (moved.shape[0] as number);
      const data = [
        ...new Array<number>(begin * inner).fill(0),
        ...moved.data,
        ...new Array<number>(end * inner).fill(0),
      ];
      const whole = tensor(data, [(moved.shape[0] as number) + begin + end, ...moved.shape.slice(1)], {
        dtype: x.dtype,
      });
      return transpose(whole, [...x.shape.keys()].map((at) => order.indexOf(at))); // biome-ignore format: one line
    }, input);
    const bare = { ...problem, input: padded.shape.slice(first, first + rank), padding: problem.padding.map(() => 0) };
    expectSame(
      problem,
      seed,
      convolve(problem, { input, weight, bias }),
      convolve(bare, { input: padded, weight, bias }),
    );
  });

  law("stride 2 takes every other output of stride 1", batched(problems()), (problem, seed) => {
    const operands = makeOperands(problem, "integers", seed);
    const first = problem.layout === "NCHW" ? 2 : 1;
    const stride = (step: number) => ({ ...problem, stride: problem.input.map(() => step) });
    const everyOther = problem.input.reduce(
      (y, _, axis) => slice(y, first + axis, 0, y.shape[first + axis] as number, 2),
      convolve(stride(1), operands),
    );
    expectSame(stride(2), seed, convolve(stride(2), operands), everyOther);
  });

  law(
    "1-D is 2-D with height 1",
    problems({ ranks: [1], kinds: ["depthwise", "grouped", "dense", "pointwise"] }),
    (problem, seed) => {
      const { input, weight, bias } = makeOperands(problem, "integers", seed);
      const line = convolve(problem, { input, weight, bias });
      const [begin, end] = problem.padding as [number, number];
      const flat: Problem = {
        ...problem,
        input: [1, ...problem.input],
        kernel: [1, ...problem.kernel],
        stride: [1, ...problem.stride],
        dilation: [1, ...problem.dilation],
        padding: [0, begin, 0, end],
      };
      const shapes = shapesOf(flat);
      const plane = convolve(flat, { input: input.reshape(shapes.input), weight: weight.reshape(shapes.weight), bias });
      expectSame(problem, seed, line, plane.reshape(line.shape));
    },
  );

  law("channels last is channels first, transposed", batched(problems()), (problem, seed) => {
    const rank = problem.input.length;
    const toLast = [0, ...Array.from({ length: rank }, (_, axis) => axis + 2), 1];
    const first = { ...problem, layout: "NCHW" as const };
    const last = { ...problem, layout: "NHWC" as const };
    const operands = makeOperands(first, "integers", seed);
    const got = convolve(last, { ...operands, input: transpose(operands.input, toLast) });
    expectSame(last, seed, got, transpose(convolve(first, operands), toLast));
  });

  law("a shared bank is the bank and the bias repeated", problems({ kinds: ["shared"] }), (problem, seed) => {
    const operands = makeOperands(problem, "integers", seed);
    const repeat = (x: Tensor) =>
      tensor(new Array<number[]>(problem.channels).fill([...x.data]).flat(), [x.shape[0] as number * problem.channels, ...x.shape.slice(1)], { dtype: x.dtype }); // biome-ignore format: one line
    const repeated = { ...operands, weight: repeat(operands.weight), bias: operands.bias && repeat(operands.bias) };
    expectSame(problem, seed, convolve(problem, operands), convolve({ ...problem, shared: false }, repeated));
  });

  test("a shared bank is one convolution of one-channel images", () => {
    const input = makeTensor([2, 3, 9, 10], "float32", "integers", 1);
    const weight = makeTensor([4, 1, 3, 3], "float32", "integers", 2);
    const bias = makeTensor([4], "float32", "integers", 3);
    const shared = F.sharedDepthwiseConv2d(input, weight, bias, { padding: 1 });
    const images = F.conv2d(input.reshape([6, 1, 9, 10]), weight, bias, { padding: 1 });
    expect(images.reshape([2, 12, 9, 10]).data).toEqual(shared.data);
  });

  law("'same' keeps the size, with the odd extra element at the end", problems({ modes: false }), (problem, seed) => {
    const reach = problem.kernel.map((size, axis) => (problem.dilation[axis] as number) * (size - 1));
    const padding = [...reach.map((total) => Math.floor(total / 2)), ...reach.map((total) => Math.ceil(total / 2))];
    const explicit = { ...problem, stride: problem.input.map(() => 1), padding };
    const operands = makeOperands(explicit, "integers", seed);
    const conv = explicit.shared
      ? F.sharedDepthwiseConv2d
      : { 1: F.conv1d, 2: F.conv2d, 3: F.conv3d }[problem.input.length as 1 | 2 | 3];
    const same = conv(operands.input, operands.weight, operands.bias, { ...optionsOf(explicit), padding: "same" });
    expectSame(explicit, seed, same, convolve(explicit, operands));
  });
});
