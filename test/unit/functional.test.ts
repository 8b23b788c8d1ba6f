// What the functional forms and the plans do around the arithmetic.
import { getEventListeners } from "node:events";
import { inspect } from "node:util";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { functional as F, ones, Tensor, tensor, zeros } from "../../lib/index.js";

const x = tensor([[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]); // biome-ignore format: an image
const w = tensor([[[[1, 1], [1, 1]]]]); // biome-ignore format: a kernel
const sums = [12, 16, 24, 28];

describe("the third argument", () => {
  test("is a bias, nothing, or the options", () => {
    const bias = tensor([10]);
    const biased = [22, 26, 34, 38];
    expect([...F.conv2d(x, w).data]).toEqual(sums);
    expect([...F.conv2d(x, w, null).data]).toEqual(sums);
    expect([...F.conv2d(x, w, undefined, { stride: 2 }).data]).toEqual([12]);
    expect([...F.conv2d(x, w, { stride: 2 }).data]).toEqual([12]);
    expect([...F.conv2d(x, w, bias).data]).toEqual(biased);
    expect([...F.conv2d(x, w, bias, { stride: 2 }).data]).toEqual([22]);
    expect([...F.planConv2d(x.shape, w, bias).run(x.data)]).toEqual(biased);
    expect([...F.planConv2d(x.shape, w, { stride: 2 }).run(x.data)]).toEqual([12]);
  });
});

describe("what stands for a tensor", () => {
  test("{ data, shape } and { data, dims }", () => {
    expect([...F.conv2d({ data: x.data, shape: x.shape }, { data: w.data, dims: w.shape }).data]).toEqual(sums);
  });

  test("a contiguous ndarray, with its offset; another order is refused", () => {
    const data = Float32Array.from([0, 0, ...x.data, 0]);
    const ndarray = { data, shape: [1, 3, 3], stride: [9, 3, 1], offset: 2 };
    expect([...F.conv2d(ndarray, w).data]).toEqual(sums);
    const transposed = { ...ndarray, stride: [9, 1, 3] };
    expect(() => F.conv2d(transposed, w)).toThrow(/row-major.*\[9, 1, 3\]/);
  });

  test("arrays of another realm", () => {
    const foreign = runInNewContext("new Float32Array([1, 2, 3, 4, 5, 6, 7, 8, 9])") as Float32Array;
    expect(foreign).not.toBeInstanceOf(Float32Array);
    expect([...F.conv2d({ data: foreign, shape: [1, 3, 3] }, w).data]).toEqual(sums);
    expect([...F.planConv2d([1, 3, 3], w).run(foreign)]).toEqual(sums);
  });

  test("a view into a larger buffer", () => {
    const buffer = new ArrayBuffer(64);
    const view = new Float32Array(buffer, 4, 9);
    view.set(x.data);
    expect([...F.conv2d(tensor(view, [1, 3, 3]), w).data]).toEqual(sums);
  });

  test("each property and option is read once", () => {
    const reads: string[] = [];
    const counted = <T extends object>(target: T, prefix: string): T =>
      new Proxy(target, {
        get(object, name) {
          if (name in object) reads.push(`${prefix}.${String(name)}`);
          return Reflect.get(object, name);
        },
      });
    const input = counted({ data: x.data, shape: x.shape }, "input");
    F.conv2d(input, w, counted({ stride: 1, padding: 1, out: zeros([1, 4, 4]) }, "options"));
    expect(new Set(reads).size).toBe(reads.length);
    expect(reads.indexOf("input.data")).toBeGreaterThan(reads.indexOf("options.out"));
  });

  test("memory that a getter takes away is noticed", () => {
    const data = Float32Array.from(x.data);
    const weight = {
      get data() {
        structuredClone(data.buffer, { transfer: [data.buffer] });
        return w.data;
      },
      shape: w.shape,
    };
    expect(() => F.conv2d({ data, shape: x.shape }, weight)).toThrow(/input.*detached/);
  });
});

describe("out", () => {
  test("is written, returned, and its version goes up", () => {
    const out = tensor(new Float32Array(4).fill(Number.NaN), [1, 2, 2]);
    expect(F.conv2d(x, w, { out })).toBe(out);
    expect([...out.data]).toEqual(sums);
    expect(out.version).toBe(1);
  });

  test("may be any { data, shape }; the result is a Tensor over the same memory", () => {
    const data = new Float32Array(4);
    const result = F.conv2d(x, w, { out: { data, shape: [1, 2, 2] } });
    expect(result).toBeInstanceOf(Tensor);
    expect(result.data).toBe(data);
  });

  test("of an asynchronous call is written when it resolves", async () => {
    const out = zeros([1, 2, 2]);
    expect(await F.conv2dAsync(x, w, { out })).toBe(out);
    expect([...out.data]).toEqual(sums);
  });
});

describe("an empty batch", () => {
  test("gives an empty result", async () => {
    expect(F.conv2d(zeros([0, 1, 3, 3]), w).shape).toEqual([0, 1, 2, 2]);
    expect((await F.conv2dAsync(zeros([0, 1, 3, 3]), w)).shape).toEqual([0, 1, 2, 2]);
    const plan = F.planConv2d([0, 1, 3, 3], w);
    expect(plan.run(new Float32Array(0))).toEqual(new Float32Array(0));
    expect(await plan.runAsync(new Float32Array(0))).toEqual(new Float32Array(0));
  });
});

describe("plans", () => {
  test("say what was decided", () => {
    const plan = F.planConv2d([2, 1, 3, 3], w, null, { padding: 1 });
    expect(plan.inputShape).toEqual([2, 1, 3, 3]);
    expect(plan.outputShape).toEqual([2, 1, 4, 4]);
    expect(plan.dtype).toBe("float32");
    expect(plan.describe()).toContain(plan.kernel);
  });

  test("keep the weights they were made with", async () => {
    const weight = w.clone();
    const bias = tensor([1]);
    const plan = F.planConv2d(x.shape, weight, bias);
    weight.fill(9);
    bias.fill(9);
    const expected = sums.map((sum) => sum + 1);
    expect([...plan.run(x.data)]).toEqual(expected);
    expect([...(await plan.runAsync(x.data))]).toEqual(expected);
  });

  test("run into the array given, again and again", async () => {
    const plan = F.planConv2d(x.shape, w);
    const output = new Float32Array(4);
    expect(plan.run(x.data, output)).toBe(output);
    expect(await plan.runAsync(x.data, output)).toBe(output);
    expect([...output]).toEqual(sums);
  });

  test("exist for every operation", () => {
    expect([...F.planConv1d([1, 3], ones([1, 1, 2])).run(new Float32Array([1, 2, 3]))]).toEqual([3, 5]);
    expect([...F.planConv3d([1, 1, 1, 3], ones([1, 1, 1, 1, 2])).run(new Float32Array([1, 2, 3]))]).toEqual([3, 5]);
    const shared = F.planSharedDepthwiseConv2d([2, 1, 2], tensor([1, 10], [2, 1, 1, 1]), tensor([0, 5]));
    expect([...shared.run(new Float32Array([1, 2, 3, 4]))]).toEqual([1, 2, 15, 25, 3, 4, 35, 45]);
  });
});

describe("asynchronous calls", () => {
  test("compute on what the arrays hold at the call", async () => {
    const input = x.clone();
    const weight = w.clone();
    const pending = F.conv2dAsync(input, weight);
    input.fill(0);
    weight.fill(0);
    expect([...(await pending).data]).toEqual(sums);
  });

  test("an abort before the start rejects with its reason, and writes nothing", async () => {
    const reason = { because: "of this" };
    const out = tensor([7, 7, 7, 7], [1, 2, 2]);
    await expect(F.conv2dAsync(x, w, { out, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const plan = F.planConv2d(x.shape, w);
    await expect(plan.runAsync(x.data, null, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect([...out.data]).toEqual([7, 7, 7, 7]);
  });

  test("an abort after the call rejects with its reason", async () => {
    const controller = new AbortController();
    const large = zeros([8, 64, 64, 64]);
    const calls = Array.from({ length: 4 }, () =>
      F.conv2dAsync(large, zeros([64, 64, 3, 3]), { signal: controller.signal }),
    );
    controller.abort("enough");
    for (const { status, reason } of (await Promise.allSettled(calls)) as PromiseRejectedResult[]) {
      expect(status).toBe("rejected");
      expect(reason).toBe("enough");
    }
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  test("leave no listener behind, however they end", async () => {
    const { signal } = new AbortController();
    await F.conv2dAsync(x, w, { signal });
    await expect(F.conv2dAsync(x, zeros([1, 2, 1, 1]), { signal })).rejects.toThrow();
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe("non-finite inputs", () => {
  test("reach the outputs that they touch, and only those; activations keep NaN", () => {
    const input = ones([1, 1, 9, 33]);
    input.set(Number.NaN, 0, 0, 4, 16);
    for (const activation of [null, "relu", "relu6", "silu", "hardswish"] as const) {
      const y = F.conv2d(input, ones([1, 1, 3, 3]), { padding: 1, activation });
      const touched = [...y.data].flatMap((value, index) => (Number.isNaN(value) ? [index] : []));
      expect(touched, inspect(activation)).toEqual(
        [3, 4, 5].flatMap((row) => [15, 16, 17].map((column) => row * 33 + column)),
      );
    }
  });
});
