// What a module is: parameters and children by name, state, printing. Written after what PyTorch does.
import { inspect } from "node:util";
import { beforeEach, describe, expect, test } from "vitest";
import { init, manualSeed, nn, ones, type Tensor, type TensorLike, tensor, zeros } from "../../lib/index.js";

const code = (wanted: string, ...shown: string[]) =>
  expect.objectContaining({
    code: `ERR_DEPTHWISE_${wanted}`,
    message: expect.stringMatching(new RegExp(shown.join(".*"), "s")),
  });

class Block extends nn.Module {
  readonly spatial = new nn.DepthwiseConv2d(2, 4, 3, { activation: "relu6" });
  readonly scale = new nn.Parameter(ones([4]));
  readonly mix = new nn.Conv2d(4, 3, 1, { bias: false });

  override forward(x: TensorLike, options?: nn.ForwardOptions): Tensor {
    return this.mix.forward(this.spatial.forward(x), options);
  }
}

class Net extends nn.Module {
  readonly first = new Block();
  readonly act = new nn.ReLU();
  readonly rest = new nn.Sequential(new nn.Conv2d(3, 3, 1), new nn.SiLU());

  override forward(x: TensorLike): Tensor {
    return this.rest.forward(this.act.forward(this.first.forward(x)));
  }
}

const KEYS = [
  "first.scale",
  "first.spatial.weight",
  "first.spatial.bias",
  "first.mix.weight",
  "rest.0.weight",
  "rest.0.bias",
];

beforeEach(() => manualSeed(1));

describe("names", () => {
  const net = new Net();
  test("own parameters first, then the children's, in the order in which they were set", () => {
    expect([...net.namedParameters()].map(([name]) => name)).toEqual(KEYS);
    expect(Object.keys(net.stateDict())).toEqual(KEYS);
    expect([...net.parameters()].every((parameter) => parameter instanceof nn.Parameter)).toBe(true);
  });
  test("children and modules", () => {
    expect([...net.namedChildren()].map(([name]) => name)).toEqual(["first", "act", "rest"]);
    expect([...net.children()]).toEqual([net.first, net.act, net.rest]);
    expect([...net.namedModules()].map(([name]) => name)).toEqual([
      "",
      "first",
      "first.spatial",
      "first.mix",
      "act",
      "rest",
      "rest.0",
      "rest.1",
    ]);
  });
  test("apply visits children before their parents", () => {
    const visited: string[] = [];
    expect(net.apply((module) => visited.push(module.constructor.name))).toBe(net);
    expect(visited).toEqual(["DepthwiseConv2d", "Conv2d", "Block", "ReLU", "Conv2d", "SiLU", "Sequential", "Net"]);
  });
  test("parameterCount", () => {
    expect(net.parameterCount()).toBe(4 + 4 * 9 + 4 + 3 * 4 + 3 * 3 + 3);
  });
  test("what is shared is counted once, and has both names in the state", () => {
    const shared = new nn.Conv2d(2, 2, 1);
    const pair = new nn.Sequential(shared, new nn.ReLU(), shared);
    expect(pair.parameterCount()).toBe(6);
    expect(pair.length).toBe(3);
    expect([...pair.namedParameters()].map(([name]) => name)).toEqual(["0.weight", "0.bias"]);
  });
});

describe("Parameter", () => {
  test("wraps without a copy and shares the version", () => {
    const base = tensor([1, 2]);
    const parameter = new nn.Parameter(base);
    expect(parameter.data).toBe(base.data);
    base.set(5, 0);
    expect(parameter.version).toBe(1);
    expect(parameter.get(0)).toBe(5);
  });
  test("is made from anything like a tensor, and nothing else", () => {
    expect(new nn.Parameter({ data: new Float64Array(2), dims: [2] }).dtype).toBe("float64");
    expect(() => new nn.Parameter(new Float32Array(2) as never)).toThrow(code("TYPE", "Float32Array of 2"));
    expect(() => new nn.Parameter(undefined as never)).toThrow(code("TYPE", "undefined"));
  });
});

describe("state", () => {
  test("goes from one module to another", () => {
    const from = new Net();
    const to = new Net();
    const x = init.normal(zeros([1, 2, 5, 5]));
    expect(to.forward(x).allClose(from.forward(x))).toBe(false);
    expect(to.loadStateDict(from.stateDict())).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(to.forward(x).data).toEqual(from.forward(x).data);
    expect(to.stateDict()["rest.0.weight"]).not.toBe(from.stateDict()["rest.0.weight"]);
  });
  test("holds the module's own tensors", () => {
    const net = new Net();
    expect(net.stateDict()["first.scale"]).toBe(net.first.scale);
  });
  test("converts the element type", () => {
    const layer = new nn.Conv1d(1, 1, 2, { bias: false });
    layer.loadStateDict({ weight: tensor([[[0.1, 0.2]]], { dtype: "float64" }) });
    expect([...layer.weight.data]).toEqual([Math.fround(0.1), Math.fround(0.2)]);
  });
  test("strict loading names what is missing and what is unexpected, and writes nothing", () => {
    const layer = new nn.Conv2d(1, 2, 1);
    const before = layer.weight.clone();
    const dict = { weight: ones([2, 1, 1, 1]), weigth: ones([1]), extra: ones([1]) };
    expect(() => layer.loadStateDict(dict)).toThrow(
      code("VALUE", "Conv2d", "unexpected keys 'weigth', 'extra'", "missing keys 'bias'"),
    );
    expect(layer.weight.data).toEqual(before.data);
    expect(layer.loadStateDict(dict, { strict: false })).toEqual({
      missingKeys: ["bias"],
      unexpectedKeys: ["weigth", "extra"],
    });
    expect([...layer.weight.data]).toEqual([1, 1]);
  });
  test("a wrong shape is refused, strict or not, with all others", () => {
    const layer = new nn.Conv2d(1, 2, 1);
    const dict = { weight: ones([2, 1, 3, 3]), bias: ones([3]) };
    for (const strict of [true, false]) {
      expect(() => layer.loadStateDict(dict, { strict })).toThrow(
        code("SHAPE", "weight .*\\[2, 1, 1, 1\\].*\\[2, 1, 3, 3\\]", "bias .*\\[2\\].*\\[3\\]"),
      );
    }
  });
  test("mistakes", () => {
    const layer = new nn.Conv2d(1, 2, 1);
    expect(() => layer.loadStateDict(null as never)).toThrow(code("TYPE", "null"));
    expect(() => layer.loadStateDict({}, { stric: false } as object)).toThrow(code("OPTION", "strict"));
    expect(() => layer.loadStateDict({}, { strict: 1 } as object)).toThrow(code("TYPE", "strict", "1"));
    expect(() => layer.loadStateDict({ weight: [1] as never, bias: ones([2]) })).toThrow(code("TYPE", "weight"));
  });
});

test("train and eval reach all modules", () => {
  const net = new Net();
  expect(net.rest.at(0)?.training).toBe(true);
  expect(net.eval()).toBe(net);
  expect([...net.modules()].some(({ training }) => training)).toBe(false);
  net.train();
  expect([...net.modules()].every(({ training }) => training)).toBe(true);
  expect(() => net.train(1 as never)).toThrow(code("TYPE", "mode"));
});

test("double and float convert all parameters, shared ones together", () => {
  const net = new Net();
  const x = init.normal(zeros([1, 2, 4, 4]));
  const single = net.forward(x);
  const { scale } = net.first;
  expect(net.double()).toBe(net);
  expect([...net.parameters()].every(({ dtype }) => dtype === "float64")).toBe(true);
  expect(net.first.scale).not.toBe(scale);
  expect(() => net.forward(x)).toThrow(code("TYPE", "input is float32", "weight is float64"));
  const wide = tensor(Float64Array.from(x.data), x.shape);
  const result = net.forward(wide);
  expect(result.dtype).toBe("float64");
  net.float();
  expect(net.forward(x).allClose(single, { rtol: 0, atol: 0 })).toBe(true);

  const shared = new nn.Parameter(ones([2, 2, 1, 1]));
  const [one, other] = [new nn.Conv2d(2, 2, 1), new nn.Conv2d(2, 2, 1)];
  one.weight = shared;
  other.weight = shared;
  new nn.Sequential(one, other).double();
  expect(one.weight).toBe(other.weight);
  expect(one.weight.dtype).toBe("float64");
});

describe("printing", () => {
  test("as PyTorch prints modules", () => {
    expect(String(new Net())).toBe(
      `Net(
  (first): Block(
    (spatial): DepthwiseConv2d(2, 4, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), groups=2, activation=relu6)
    (mix): Conv2d(4, 3, kernel_size=(1, 1), stride=(1, 1), bias=False)
  )
  (act): ReLU()
  (rest): Sequential(
    (0): Conv2d(3, 3, kernel_size=(1, 1), stride=(1, 1))
    (1): SiLU()
  )
)`,
    );
    expect(inspect(new nn.Hardswish())).toBe("Hardswish()");
    expect(String(new nn.Sequential())).toBe("Sequential()");
  });
  test.each([
    [
      new nn.Conv1d(4, 8, 3, { padding: "same", dilation: 2, groups: 2 }),
      "Conv1d(4, 8, kernel_size=(3,), stride=(1,), padding=same, dilation=(2,), groups=2)",
    ],
    [
      new nn.Conv1d(4, 8, 3, { padding: [2, 0], layout: "NHWC" }),
      "Conv1d(4, 8, kernel_size=(3,), stride=(1,), padding=(2, 0), layout=NHWC)",
    ],
    [
      new nn.Conv3d(1, 1, [1, 2, 3], { stride: [1, 2, 2], padding: [0, 1, 1], paddingMode: "circular" }),
      "Conv3d(1, 1, kernel_size=(1, 2, 3), stride=(1, 2, 2), padding=(0, 1, 1), padding_mode=circular)",
    ],
    [
      new nn.SharedDepthwiseConv2d(3, 6, 5),
      "SharedDepthwiseConv2d(3, 6, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2), groups=3)",
    ],
  ])("%s", (module, text) => {
    expect(String(module)).toBe(text);
  });
});

describe("a module of one's own", () => {
  test("without forwardAsync rejects, with its name", async () => {
    await expect(new Block().forwardAsync(ones([1, 2, 3, 3]))).rejects.toEqual(code("TYPE", "Block", "forwardAsync"));
  });
});
