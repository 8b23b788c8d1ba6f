// The convolution modules: construction, initialisation, defaults, and the functional form as the judge of their numbers.
import { beforeEach, describe, expect, test } from "vitest";
import { functional as F, init, manualSeed, nn, ones, type Tensor, tensor, zeros } from "../../lib/index.js";

const code = (wanted: string, ...shown: string[]) =>
  expect.objectContaining({
    code: `ERR_DEPTHWISE_${wanted}`,
    message: expect.stringMatching(new RegExp(shown.join(".*"), "s")),
  });

beforeEach(() => manualSeed(1));

const random = (shape: number[], dtype: "float32" | "float64" = "float32") => init.normal(zeros(shape, { dtype }));

function expectSame(got: Tensor, wanted: Tensor): void {
  expect(got.shape).toEqual(wanted.shape);
  expect(got.data).toEqual(wanted.data);
}

describe("forward is the functional form", () => {
  test.each(["float32", "float64"] as const)("%s", (dtype) => {
    const conv1 = new nn.Conv1d(4, 6, 3, { stride: 2, padding: [2, 1], dilation: 2, groups: 2, dtype });
    const x1 = random([2, 4, 17], dtype);
    expectSame(
      conv1.forward(x1),
      F.conv1d(x1, conv1.weight, conv1.bias, { stride: 2, padding: [2, 1], dilation: 2, groups: 2 }),
    );

    const options = { padding: [1, 2], paddingMode: "reflect", activation: "silu", bias: false } as const;
    const conv2 = new nn.Conv2d(3, 5, [3, 4], { ...options, dtype });
    const x2 = random([3, 8, 9], dtype);
    const { bias: _, ...same } = options;
    expectSame(conv2.forward(x2), F.conv2d(x2, conv2.weight, null, same));

    const conv3 = new nn.Conv3d(2, 4, [1, 2, 3], { padding: "same", layout: "NHWC", dtype });
    const x3 = random([2, 3, 5, 6, 2], dtype);
    expectSame(conv3.forward(x3), F.conv3d(x3, conv3.weight, conv3.bias, { padding: "same", layout: "NHWC" }));

    const depth1 = new nn.DepthwiseConv1d(3, 6, 4, { dtype });
    const y1 = random([2, 3, 10], dtype);
    expectSame(depth1.forward(y1), F.conv1d(y1, depth1.weight, depth1.bias, { padding: 2, groups: 3 }));

    const depth2 = new nn.DepthwiseConv2d(3, 3, [3, 5], { dilation: 2, dtype });
    const y2 = random([1, 3, 12, 12], dtype);
    expectSame(
      depth2.forward(y2),
      F.conv2d(y2, depth2.weight, depth2.bias, { padding: [1, 2], dilation: 2, groups: 3 }),
    );

    const shared = new nn.SharedDepthwiseConv2d(3, 12, 3, { dtype });
    init.normal(shared.bias as Tensor);
    expectSame(shared.forward(y2), F.sharedDepthwiseConv2d(y2, shared.weight, shared.bias, { padding: 1 }));
  });

  test("the separable block is its two convolutions", () => {
    const block = new nn.DepthwiseSeparableConv2d(3, 8, 3, { stride: 2, multiplier: 2, activation: "relu" });
    expect(block.parameterCount()).toBe(6 * 9 + 6 + 8 * 6 + 8);
    expect(block.depthwise.activation).toBe(null);
    expect(block.pointwise.activation).toBe("relu");
    for (const size of [9, 9, 6, 9]) {
      const x = random([2, 3, size, size]);
      const between = F.conv2d(x, block.depthwise.weight, block.depthwise.bias, { stride: 2, padding: 1, groups: 3 });
      const wanted = F.conv2d(between, block.pointwise.weight, block.pointwise.bias, { activation: "relu" });
      expectSame(block.forward(x), wanted);
      const out = zeros(wanted.shape);
      expect(block.forward(x, { out })).toBe(out);
      expectSame(out, wanted);
    }
    expect(block.double().forward(random([3, 5, 5], "float64")).dtype).toBe("float64");
  });

  test("a result is not changed by the next call", () => {
    const block = new nn.DepthwiseSeparableConv2d(2, 2, 3);
    const first = block.forward(ones([1, 2, 4, 4]));
    const copy = first.clone();
    block.forward(zeros([1, 2, 4, 4]));
    expectSame(first, copy);
  });

  test("batches of any size, unbatched and empty", () => {
    const layer = new nn.Conv2d(2, 3, 3, { padding: 1 });
    const x = random([4, 2, 5, 6]);
    const all = layer.forward(x);
    for (let n = 0; n < 4; n++) {
      const image = tensor(x.data.slice(n * 60, (n + 1) * 60), [2, 5, 6]);
      const one = layer.forward(image);
      expect(one.shape).toEqual([3, 5, 6]);
      expect(one.data).toEqual(all.data.slice(n * 90, (n + 1) * 90));
    }
    expect(layer.forward(zeros([0, 2, 5, 6])).shape).toEqual([0, 3, 5, 6]);
    expect(layer.forward(zeros([0, 2, 7, 7]), { out: zeros([0, 3, 7, 7]) }).numel).toBe(0);
    expect(() => layer.forward(zeros([0, 3, 5, 6]))).toThrow(code("SHAPE", "3"));
  });

  test("more image sizes than plans are kept", () => {
    const layer = new nn.DepthwiseConv2d(1, 1, 3);
    for (let round = 0; round < 2; round++) {
      for (let size = 1; size <= 8; size++) {
        const x = random([1, 1, size, size]);
        expectSame(layer.forward(x), F.conv2d(x, layer.weight, layer.bias, { padding: 1 }));
      }
    }
  });

  test("anything like a tensor, in and out", () => {
    const layer = new nn.Conv2d(1, 1, 1, { bias: false });
    layer.weight.fill(2);
    const out = { data: new Float32Array(4), dims: [1, 1, 2, 2] };
    const result = layer.forward({ data: Float32Array.of(1, 2, 3, 4), dims: [1, 1, 2, 2] }, { out });
    expect(result.data).toBe(out.data);
    expect([...out.data]).toEqual([2, 4, 6, 8]);
  });
});

describe("the three modules of the note", () => {
  test("parameters: dense, depthwise, shared", () => {
    const [into, out, k] = [3, 12, 5];
    const count = (module: nn.Module) => module.parameterCount();
    expect(count(new nn.Conv2d(into, out, k, { bias: false }))).toBe(out * into * k * k);
    expect(count(new nn.DepthwiseConv2d(into, out, k, { bias: false }))).toBe(out * k * k);
    expect(count(new nn.SharedDepthwiseConv2d(into, out, k, { bias: false }))).toBe((out / into) * k * k);
    expect(count(new nn.SharedDepthwiseConv2d(into, out, k))).toBe((out / into) * (k * k + 1));
  });
  test("padding is floor(k / 2), whatever the dilation; an even kernel gives one more row and column", () => {
    const x = zeros([1, 2, 10, 10]);
    expect(new nn.DepthwiseConv2d(2, 4, 3).forward(x).shape).toEqual([1, 4, 10, 10]);
    expect(new nn.DepthwiseConv2d(2, 4, 4).forward(x).shape).toEqual([1, 4, 11, 11]);
    expect(new nn.SharedDepthwiseConv2d(2, 4, [4, 3]).forward(x).shape).toEqual([1, 4, 11, 10]);
    const dilated = new nn.DepthwiseConv2d(2, 4, 3, { dilation: 3 });
    expect(dilated.padding).toEqual([1, 1, 1, 1]);
    expect(dilated.forward(x).shape).toEqual([1, 4, 6, 6]);
    expect(new nn.DepthwiseConv2d(2, 4, 3, { padding: 0 }).forward(x).shape).toEqual([1, 4, 8, 8]);
  });
  test("the shared bank is the bank and its bias repeated for every channel", () => {
    const shared = new nn.SharedDepthwiseConv2d(3, 6, 3);
    init.normal(shared.bias as Tensor);
    const plain = new nn.DepthwiseConv2d(3, 6, 3);
    const thrice = (values: Tensor, shape: number[]) =>
      tensor(Float32Array.of(...values.data, ...values.data, ...values.data), shape);
    plain.loadStateDict({ weight: thrice(shared.weight, [6, 1, 3, 3]), bias: thrice(shared.bias as Tensor, [6]) });
    const x = random([2, 3, 7, 5]);
    expect(shared.forward(x).allClose(plain.forward(x), { atol: 1e-5 })).toBe(true);
    const single = new nn.Conv2d(1, 2, 3, { padding: 1 });
    single.loadStateDict(shared.stateDict());
    const images = single.forward(x.reshape([6, 1, 7, 5])).reshape([2, 6, 7, 5]);
    expect(shared.forward(x).allClose(images, { atol: 1e-5 })).toBe(true);
  });
});

describe("initialisation", () => {
  const largest = (values: Tensor | null) =>
    [...(values as Tensor).data].reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  test("Conv2d: kaiming uniform with a = sqrt 5, bias uniform in 1 / sqrt(fan in)", () => {
    const layer = new nn.Conv2d(16, 256, 3, { groups: 2 });
    const bound = 1 / Math.sqrt(8 * 9);
    for (const values of [layer.weight, layer.bias]) {
      expect(largest(values)).toBeLessThanOrEqual(bound * (1 + 1e-6));
      expect(largest(values)).toBeGreaterThan(0.95 * bound);
    }
  });
  test("SharedDepthwiseConv2d: normal(0, 0.01), bias 0", () => {
    const layer = new nn.SharedDepthwiseConv2d(1, 512, 3);
    const variance = [...layer.weight.data].reduce((sum, x) => sum + x * x, 0) / layer.weight.numel;
    expect(Math.sqrt(variance)).toBeCloseTo(0.01, 3);
    expect(largest(layer.bias)).toBe(0);
  });
  test("resetParameters draws again", () => {
    const layer = new nn.Conv2d(2, 2, 1);
    const [weight, bias] = [layer.weight.clone(), layer.bias?.clone()];
    layer.resetParameters();
    expect(layer.weight.data).not.toEqual(weight.data);
    expect(layer.bias?.data).not.toEqual(bias?.data);
  });
});

describe("construction is refused", () => {
  const cases: [string, () => unknown, object][] = [
    [
      "groups and inChannels",
      () => new nn.Conv2d(30, 8, 3, { groups: 4 }),
      code("VALUE", "Conv2d", "inChannels=30", "4"),
    ],
    [
      "groups and outChannels",
      () => new nn.Conv1d(30, 8, 3, { groups: 5 }),
      code("VALUE", "Conv1d", "outChannels=8", "5"),
    ],
    [
      "depthwise multiple",
      () => new nn.DepthwiseConv2d(3, 10, 3),
      code("VALUE", "DepthwiseConv2d", "inChannels=3", "10"),
    ],
    ["fewer outputs", () => new nn.SharedDepthwiseConv2d(3, 1, 3), code("VALUE", "Shared", "inChannels=3", "1")],
    ["channels", () => new nn.Conv2d(0, 1, 1), code("VALUE", "inChannels", "0")],
    ["fraction", () => new nn.Conv2d(1, 1.5, 1), code("VALUE", "outChannels", "1.5")],
    ["kernel", () => new nn.Conv3d(1, 1, [1, 2]), code("VALUE", "kernelSize", "2")],
    ["kernel missing", () => new nn.Conv2d(1, 1, undefined as never), code("TYPE", "kernelSize", "undefined")],
    ["option", () => new nn.Conv2d(1, 1, 1, { strides: 2 } as object), code("OPTION", "strides", "stride")],
    ["groups of a depthwise", () => new nn.DepthwiseConv1d(2, 2, 3, { groups: 2 } as object), code("OPTION", "groups")],
    ["bias", () => new nn.Conv2d(1, 1, 1, { bias: 1 } as object), code("TYPE", "bias", "1")],
    ["dtype", () => new nn.Conv2d(1, 1, 1, { dtype: "float16" } as object), code("VALUE", "dtype", "float16")],
    ["same and stride", () => new nn.Conv2d(1, 1, 3, { padding: "same", stride: 2 }), code("VALUE", "same", "2")],
    ["padding mode", () => new nn.Conv2d(1, 1, 3, { paddingMode: "mirror" } as object), code("VALUE", "mirror")],
    [
      "separable option",
      () => new nn.DepthwiseSeparableConv2d(1, 1, 3, { groups: 1 } as object),
      code("OPTION", "groups"),
    ],
  ];
  test.each(cases)("%s", (_, make, error) => {
    expect(make).toThrow(error);
  });
});

describe("a call is refused", () => {
  const layer = new nn.Conv2d(2, 4, 3);
  const x = zeros([1, 2, 5, 5]);
  const cases: [string, () => unknown, object][] = [
    ["channels", () => layer.forward(zeros([1, 3, 5, 5])), code("SHAPE", "Conv2d", "2 input channels", "3")],
    ["rank", () => layer.forward(zeros([5, 5])), code("SHAPE", "\\[5, 5\\]")],
    ["kernel too large", () => layer.forward(zeros([1, 2, 2, 5])), code("SHAPE", "kernel 3x3", "2x5")],
    [
      "element type",
      () => layer.forward(zeros([1, 2, 5, 5], { dtype: "float64" })),
      code("TYPE", "float64", "float32"),
    ],
    ["no tensor", () => layer.forward(new Float32Array(50) as never), code("TYPE", "bare Float32Array")],
    [
      "out shape",
      () => layer.forward(x, { out: zeros([1, 4, 3, 4]) }),
      code("SHAPE", "\\[1, 4, 3, 3\\]", "\\[1, 4, 3, 4\\]"),
    ],
    [
      "out type",
      () => layer.forward(x, { out: zeros([1, 4, 3, 3], { dtype: "float64" }) }),
      code("TYPE", "out is float64"),
    ],
    ["option", () => layer.forward(x, { output: x } as object), code("OPTION", "output", "out")],
    ["signal of a sync call", () => layer.forward(x, { signal: null } as object), code("OPTION", "signal")],
    ["options", () => layer.forward(x, 5 as never), code("TYPE", "options")],
    [
      "weight shape",
      () => Reflect.set(layer, "weight", zeros([4, 2, 3, 4])),
      code("SHAPE", "weight", "\\[4, 2, 3, 3\\]", "\\[4, 2, 3, 4\\]"),
    ],
    ["bias shape", () => Reflect.set(layer, "bias", zeros([3])), code("SHAPE", "bias", "\\[4\\]", "\\[3\\]")],
    ["no bias any more", () => Reflect.set(layer, "bias", null), code("TYPE", "with a bias")],
  ];
  test.each(cases)("%s", (_, call, error) => {
    expect(call).toThrow(error);
  });
  test("a shared bank has its own number of channels", () => {
    const shared = new nn.SharedDepthwiseConv2d(3, 6, 3);
    for (const n of [0, 1]) {
      expect(() => shared.forward(zeros([n, 4, 5, 5]))).toThrow(code("SHAPE", "3 channels", "\\[., 4, 5, 5\\]", "4"));
    }
  });
  test("overlapping memory", () => {
    const memory = new Float32Array(100);
    const same = new nn.DepthwiseConv2d(1, 1, 3);
    const input = tensor(memory.subarray(0, 49), [1, 1, 7, 7]);
    const out = tensor(memory.subarray(48, 97), [1, 1, 7, 7]);
    expect(() => same.forward(input, { out })).toThrow(code("OVERLAP"));
    expect(() => same.forward(input, { out: input })).toThrow(code("OVERLAP"));
    expect(same.forward(input, { out: tensor(memory.subarray(49, 98), [1, 1, 7, 7]) }).numel).toBe(49);
  });
  test("memory that was given away", () => {
    const gone = zeros([1, 2, 5, 5]);
    structuredClone(gone.data.buffer, { transfer: [gone.data.buffer as ArrayBuffer] });
    expect(() => layer.forward(gone)).toThrow(code("DETACHED", "input"));
    expect(() => layer.forward(x, { out: gone })).toThrow(code("DETACHED", "out"));
    const robbed = new nn.Conv2d(2, 4, 3);
    structuredClone(robbed.weight.data.buffer, { transfer: [robbed.weight.data.buffer as ArrayBuffer] });
    expect(() => robbed.forward(x)).toThrow(code("DETACHED", "weight"));
  });
});
