import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { init, nn, ones, type Tensor, tensor, zeros } from "../../lib/index.js";

const code = (wanted: string, ...shown: string[]) =>
  expect.objectContaining({
    code: `ERR_DEPTHWISE_${wanted}`,
    message: expect.stringMatching(new RegExp(shown.join(".*"), "s")),
  });

const MODULES: [string, nn.Module][] = [
  ["Conv2d", new nn.Conv2d(3, 3, 3, { padding: 1 })],
  ["DepthwiseSeparableConv2d", new nn.DepthwiseSeparableConv2d(3, 3, 3)],
  ["Sequential", new nn.Sequential(new nn.Conv2d(3, 3, 1), new nn.SiLU(), new nn.SharedDepthwiseConv2d(3, 3, 3))],
  ["ReLU6", new nn.ReLU6()],
  ["Identity", new nn.Identity()],
  ["an empty Sequential", new nn.Sequential()],
];

describe.each(MODULES)("%s", (_, module) => {
  const x = init.normal(zeros([2, 3, 20, 30]));

  test("forwardAsync gives the bits of forward, in a new tensor or in out", async () => {
    const wanted = module.forward(x);
    const result = await module.forwardAsync(x);
    expect(result.shape).toEqual(wanted.shape);
    expect(result.data).toEqual(wanted.data);
    const out = zeros(wanted.shape);
    const { version } = out;
    expect(await module.forwardAsync(x, { out, signal: new AbortController().signal })).toBe(out);
    expect(out.data).toEqual(wanted.data);
    expect(out.version).toBeGreaterThan(version);
  });

  test("many calls in flight", async () => {
    const inputs = Array.from({ length: 20 }, () => init.normal(zeros([1, 3, 9, 9])));
    const results = await Promise.all(inputs.map((input) => module.forwardAsync(input)));
    results.forEach((result, index) => {
      expect(result.data).toEqual(module.forward(inputs[index] as Tensor).data);
    });
  });

  test("mistakes are rejections, not throws", async () => {
    await expect(module.forwardAsync([1] as never)).rejects.toEqual(code("TYPE", "tensor"));
    await expect(module.forwardAsync(x, { output: x } as object)).rejects.toEqual(code("OPTION", "output"));
    await expect(module.forwardAsync(x, { out: zeros([1]) })).rejects.toEqual(code("SHAPE", "out"));
    await expect(module.forwardAsync(x, { signal: 1 as never })).rejects.toEqual(code("TYPE", "signal"));
  });

  test("an abort rejects with the reason, before and during, and leaves no listener", async () => {
    const reason = new Error("enough");
    await expect(module.forwardAsync(x, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const out = ones(module.forward(x).shape);
    const pending = module.forwardAsync(x, { out, signal: controller.signal });
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
    expect(out.data.every((value) => value === 1)).toBe(true);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    const { signal } = new AbortController();
    await module.forwardAsync(x, { signal });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("an out that is transferred meanwhile is an error, an input that is does not matter", async () => {
    const wanted = module.forward(x);
    const input = x.clone();
    const pending = module.forwardAsync(input);
    structuredClone(input.data.buffer, { transfer: [input.data.buffer as ArrayBuffer] });
    expect((await pending).data).toEqual(wanted.data);
    const out = zeros(wanted.shape);
    const robbed = module.forwardAsync(x, { out });
    structuredClone(out.data.buffer, { transfer: [out.data.buffer as ArrayBuffer] });
    await expect(robbed).rejects.toEqual(code("DETACHED", "out"));
  });

  test("an empty batch", async () => {
    expect((await module.forwardAsync(zeros([0, 3, 20, 30]))).shape).toEqual([0, 3, 20, 30]);
  });
});

describe("activations", () => {
  const values = [-Infinity, -7, -3, -1, -0.5, 0, 0.5, 1, 3, 5, 6, 7, Infinity, Number.NaN];
  const FORMULAS: [string, nn.Module, (x: number) => number][] = [
    ["ReLU", new nn.ReLU(), (x) => Math.max(0, x)],
    ["ReLU6", new nn.ReLU6(), (x) => Math.min(6, Math.max(0, x))],
    ["SiLU", new nn.SiLU(), (x) => x / (1 + Math.exp(-x))],
    ["Hardswish", new nn.Hardswish(), (x) => (x * Math.min(6, Math.max(0, x + 3))) / 6],
    ["Identity", new nn.Identity(), (x) => x],
  ];
  test.each(FORMULAS)("%s", (_, module, formula) => {
    for (const dtype of ["float32", "float64"] as const) {
      const x = tensor(values, { dtype });
      const wanted = tensor(values.map(formula), { dtype });
      expect(module.forward(x).allClose(wanted, { equalNaN: true, rtol: 1e-7, atol: 0 })).toBe(true);
      const out = zeros([values.length], { dtype });
      expect(module.forward(x, { out })).toBe(out);
      expect(out.allClose(wanted, { equalNaN: true, rtol: 1e-7, atol: 0 })).toBe(true);
      // In place.
      expect(module.forward(x, { out: x })).toBe(x);
      expect(x.allClose(wanted, { equalNaN: true, rtol: 1e-7, atol: 0 })).toBe(true);
    }
  });
  test("the fused form gives the same", () => {
    const x = init.normal(zeros([1, 4, 8, 8]), 0, 5);
    const fused = { relu: new nn.ReLU(), relu6: new nn.ReLU6(), silu: new nn.SiLU(), hardswish: new nn.Hardswish() };
    for (const [activation, module] of Object.entries(fused)) {
      const plain = new nn.Conv2d(4, 4, 1);
      const layer = new nn.Conv2d(4, 4, 1, { activation: activation as "relu" });
      layer.loadStateDict(plain.stateDict());
      expect(layer.forward(x).allClose(module.forward(plain.forward(x)), { atol: 1e-5 }), activation).toBe(true);
    }
  });
  test("overlap that is not in place, another shape and another type are refused", () => {
    const memory = new Float32Array(10);
    const x = tensor(memory.subarray(0, 6));
    const relu = new nn.ReLU();
    expect(() => relu.forward(x, { out: tensor(memory.subarray(1, 7)) })).toThrow(code("OVERLAP"));
    expect(() => relu.forward(x, { out: zeros([5]) })).toThrow(code("SHAPE", "\\[6\\]", "\\[5\\]"));
    expect(() => relu.forward(x, { out: zeros([6], { dtype: "float64" }) })).toThrow(code("TYPE", "float64"));
  });
  test("Identity hands on the tensor itself", () => {
    const x = ones([3]);
    expect(new nn.Identity().forward(x)).toBe(x);
    expect(new nn.Sequential().forward(x)).toBe(x);
    expect(() => new nn.Identity().forward(x, { to: x } as object)).toThrow(code("OPTION", "to"));
  });
});

describe("Sequential", () => {
  const [a, b] = [new nn.Conv2d(1, 2, 1), new nn.ReLU()];
  test("is a list", () => {
    const net = new nn.Sequential(a).append(b);
    expect([net.length, net.at(0), net.at(-1), net.at(2)]).toEqual([2, a, b, undefined]);
    expect([...net]).toEqual([a, b]);
    expect([...net.namedChildren()]).toEqual([
      ["0", a],
      ["1", b],
    ]);
  });
  test("takes modules only", () => {
    expect(() => new nn.Sequential(a, null as never)).toThrow(code("TYPE", "null"));
    expect(() => new nn.Sequential(((x: Tensor) => x) as never)).toThrow(code("TYPE", "a function"));
  });
});
