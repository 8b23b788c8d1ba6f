// When new weights take effect, and that nothing of it depends on the kernel that was chosen.
import { beforeEach, describe, expect, test } from "vitest";
import { functional as F, init, manualSeed, nn, ones, type Tensor, tensor, zeros } from "../../lib/index.js";

beforeEach(() => manualSeed(1));

// A depthwise, a pointwise, a dense and a shared layer: kernels that pack and kernels that do not.
const LAYERS: [string, () => nn.ConvModule][] = [
  ["DepthwiseConv2d", () => new nn.DepthwiseConv2d(4, 4, 3)],
  ["Conv2d 1x1", () => new nn.Conv2d(4, 8, 1)],
  ["Conv2d 3x3", () => new nn.Conv2d(4, 8, 3, { padding: 1, groups: 2 })],
  ["SharedDepthwiseConv2d", () => new nn.SharedDepthwiseConv2d(4, 8, 3)],
];
const x = ones([1, 4, 6, 6]);
const large = ones([1, 4, 40, 40]);

describe.each(LAYERS)("%s", (_, make) => {
  const first = (layer: nn.Module, input = x) => layer.forward(input).get(0, 0, 3, 3);

  test("a write into data is seen after touch, also by a plan that is made later", () => {
    const layer = make();
    const before = first(layer);
    layer.weight.data.fill(1);
    expect(first(layer)).toBe(before);
    expect(first(layer, large)).toBeCloseTo(before, 5);
    layer.weight.touch();
    const after = first(layer);
    expect(Math.abs(after - before)).toBeGreaterThan(0.1);
    expect(first(layer, large)).toBeCloseTo(after, 5);
  });

  test("set, fill, init, another tensor and loadStateDict are seen at the next call", () => {
    const layer = make();
    const { weight, bias } = layer;
    (bias as Tensor).fill(0);
    weight.fill(0);
    expect(first(layer)).toBe(0);
    weight.fill(2);
    const full = first(layer);
    expect(full).toBeGreaterThan(0);
    weight.set(0, 0, 0, 0, 0);
    expect(first(layer)).toBe(full - 2);
    (bias as Tensor).fill(3);
    expect(first(layer)).toBe(full - 2 + 3);
    init.zeros(weight);
    expect(first(layer)).toBe(3);
    layer.weight = ones(weight.shape);
    expect(first(layer)).toBe(full / 2 + 3);
    layer.bias = zeros((bias as Tensor).shape);
    expect(first(layer)).toBe(full / 2);
    layer.loadStateDict({ weight: zeros(weight.shape), bias: ones((bias as Tensor).shape) });
    expect(first(layer)).toBe(1);
    // The tensor that was replaced is no longer looked at, the new one is.
    weight.fill(9);
    expect(first(layer)).toBe(1);
    layer.weight.reshape([-1]).fill(1);
    expect(first(layer)).toBe(full / 2 + 1);
  });

  test("a pending call keeps the weights and the input that it was started with", async () => {
    const layer = make();
    const input = init.normal(zeros(large.shape));
    const wanted = layer.forward(input);
    const pending = [layer.forwardAsync(input), layer.forwardAsync(input)];
    layer.weight.fill(0);
    (layer.bias as Tensor).fill(0);
    input.fill(0);
    for (const result of await Promise.all(pending)) expect(result.data).toEqual(wanted.data);
    expect((await layer.forwardAsync(input)).data.every((value) => value === 0)).toBe(true);
  });
});

test("a pending chain keeps the weights of all its layers", async () => {
  const nets: nn.Module[] = [
    new nn.Sequential(new nn.DepthwiseConv2d(4, 4, 3), new nn.ReLU(), new nn.Conv2d(4, 2, 1)),
    new nn.DepthwiseSeparableConv2d(4, 2, 3),
    new nn.Sequential(new nn.Sequential(new nn.DepthwiseSeparableConv2d(4, 4, 3)), new nn.DepthwiseConv2d(4, 4, 3)),
  ];
  for (const net of nets) {
    const wanted = net.forward(large);
    const pending = net.forwardAsync(large);
    for (const parameter of net.parameters()) parameter.fill(0);
    expect((await pending).data).toEqual(wanted.data);
    expect(net.forward(x).data.every((value) => value === 0)).toBe(true);
  }
});

test("weights of another element type need an input of it", () => {
  const layer = new nn.Conv2d(1, 1, 1, { bias: false });
  layer.forward(ones([1, 1, 2, 2]));
  layer.weight = tensor([[[[3]]]], { dtype: "float64" });
  expect(() => layer.forward(ones([1, 1, 2, 2]))).toThrow(expect.objectContaining({ code: "ERR_DEPTHWISE_TYPE" }));
  expect(layer.forward(ones([1, 1, 2, 2], { dtype: "float64" })).get(0, 0, 1, 1)).toBe(3);
  const mixed = new nn.Conv2d(1, 1, 1);
  mixed.weight = ones([1, 1, 1, 1], { dtype: "float64" });
  expect(() => mixed.forward(ones([1, 1, 2, 2], { dtype: "float64" }))).toThrow(
    /bias is float32, but weight is float64/,
  );
});

test("setting a parameter shares the caller's memory", () => {
  const layer = new nn.Conv2d(1, 1, 1, { bias: false });
  const mine = ones([1, 1, 1, 1]);
  layer.weight = mine;
  expect(layer.weight).toBeInstanceOf(nn.Parameter);
  expect(layer.weight.data).toBe(mine.data);
  mine.fill(4);
  expect(layer.forward(ones([1, 1, 1, 1])).get(0, 0, 0, 0)).toBe(4);
});

test("weights over shared memory of another thread are a snapshot too", () => {
  const memory = new Float32Array(new SharedArrayBuffer(4));
  const layer = new nn.Conv2d(1, 1, 1, { bias: false });
  memory[0] = 2;
  layer.weight = tensor(memory, [1, 1, 1, 1]);
  const one = ones([1, 1, 1, 1]);
  expect(layer.forward(one).get(0, 0, 0, 0)).toBe(2);
  memory[0] = 5;
  expect(layer.forward(one).get(0, 0, 0, 0)).toBe(2);
  layer.weight.touch();
  expect(layer.forward(one).get(0, 0, 0, 0)).toBe(5);
});

test("the functional form reads the weights at each call", () => {
  const weight = ones([1, 1, 1, 1]);
  expect(F.conv2d(ones([1, 1, 1, 1]), weight).get(0, 0, 0, 0)).toBe(1);
  weight.data[0] = 2;
  expect(F.conv2d(ones([1, 1, 1, 1]), weight).get(0, 0, 0, 0)).toBe(2);
});
