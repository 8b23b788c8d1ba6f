// Every kind of bad input: a TypeError or a RangeError with a code and the numbers, the same in every backend, before
// anything is allocated or written.
import { describe, expect, test } from "vitest";
import { functional as F, ones, Tensor, tensor, zeros } from "../../lib/index.js";
import { expectRefusal } from "../support/thrown.js";

const x = zeros([1, 30, 8, 8]);
const w = zeros([32, 2, 3, 3]);
/** As a JavaScript caller, whom no type stops. */
const wrong = <T>(value: unknown) => value as T;

describe("shapes", () => {
  test("wrong rank", () => {
    const refusal = (call: () => unknown, ...mentions: string[]) =>
      expectRefusal(call, RangeError, "ERR_DEPTHWISE_SHAPE", ...mentions);
    refusal(() => F.conv2d(zeros([8, 8]), w), "conv2d", "input must have 4 axes", "[n, c, h, w]", "[8, 8]");
    refusal(() => F.conv2d(zeros([8, 8]), w, { layout: "NHWC" }), "[n, h, w, c]", "[h, w, c]");
    refusal(() => F.conv2d(zeros([1, 1, 1, 8, 8]), w), "[1, 1, 1, 8, 8]");
    refusal(() => F.conv2d(x, zeros([3, 3])), "weight must have 4 axes [out, in/groups, kh, kw]", "[3, 3]");
    refusal(() => F.conv1d(x, zeros([1, 1, 3])), "conv1d", "[n, c, w]", "[1, 30, 8, 8]");
    refusal(() => F.conv3d(zeros([3, 3]), zeros([1, 1, 3, 3, 3])), "conv3d", "[c, d, h, w]");
    refusal(() => F.sharedDepthwiseConv2d(x, zeros([3, 3])), "sharedDepthwiseConv2d", "[m, 1, kh, kw]");
  });

  test("wrong channels", () => {
    expectRefusal(
      () => F.conv2d(x, w, { groups: 16 }),
      RangeError,
      "ERR_DEPTHWISE_SHAPE",
      "weight [32, 2, 3, 3]",
      "groups=16",
      "needs 32 input channels",
      "input [1, 30, 8, 8] has 30",
    );
    expectRefusal(() => F.conv2d(zeros([1, 0, 8, 8]), w), RangeError, "ERR_DEPTHWISE_SHAPE", "0 channels");
    expectRefusal(
      () => F.sharedDepthwiseConv2d(x, w),
      RangeError,
      "ERR_DEPTHWISE_SHAPE",
      "[m, 1, kh, kw]",
      "[32, 2, 3, 3]",
    );
    expectRefusal(() => F.conv2d(x, zeros([0, 30, 3, 3])), RangeError, "ERR_DEPTHWISE_SHAPE", "[0, 30, 3, 3]");
  });

  test("groups that do not divide", () => {
    expectRefusal(
      () => F.conv2d(x, zeros([32, 10, 3, 3]), { groups: 3 }),
      RangeError,
      "ERR_DEPTHWISE_SHAPE",
      "groups=3",
      "[32, 10, 3, 3]",
      32,
    );
  });

  test("kernel larger than the padded input", () => {
    const input = zeros([1, 1, 8, 10]);
    const kernel = zeros([1, 1, 7, 7]);
    expectRefusal(
      () => F.conv2d(input, kernel, { padding: 1, dilation: 2 }),
      RangeError,
      "ERR_DEPTHWISE_SHAPE",
      "kernel 7x7 (dilated to 13x13) is larger than the padded input 10x12",
    );
    expectRefusal(
      () => F.conv2d(zeros([1, 1, 3, 9]), kernel),
      RangeError,
      "ERR_DEPTHWISE_SHAPE",
      "kernel 7x7 is larger than the input 3x9",
    );
    expectRefusal(
      () => F.conv2d(zeros([1, 1, 0, 9]), kernel, { padding: 4 }),
      RangeError,
      "ERR_DEPTHWISE_SHAPE",
      "[1, 1, 0, 9]",
    );
  });

  test("wrong bias", () => {
    const input = zeros([1, 2, 4, 4]);
    const weight = zeros([32, 2, 3, 3]);
    expectRefusal(
      () => F.conv2d(input, weight, zeros([16])),
      RangeError,
      "ERR_DEPTHWISE_SHAPE",
      "expected bias of 32 elements, but got 16",
    );
    expectRefusal(() => F.conv2d(input, weight, zeros([32, 1])), RangeError, "ERR_DEPTHWISE_SHAPE", "[32, 1]");
  });

  test("wrong out", () => {
    expectRefusal(
      () => F.conv2d(zeros([1, 1, 4, 4]), zeros([1, 1, 3, 3]), { out: zeros([1, 1, 4, 4]) }),
      RangeError,
      "ERR_DEPTHWISE_SHAPE",
      "out must have the shape [1, 1, 2, 2]",
      "[1, 1, 4, 4]",
    );
  });

  test("length not matching the shape", () => {
    expectRefusal(() => new Tensor(new Float32Array(5), [2, 3]), RangeError, "ERR_DEPTHWISE_SHAPE", "[2, 3]", 6, 5);
    const input = { data: new Float32Array(5), shape: [1, 1, 2, 3] };
    expectRefusal(
      () => F.conv2d(input, zeros([1, 1, 1, 1])),
      RangeError,
      "ERR_DEPTHWISE_SHAPE",
      "input [1, 1, 2, 3] needs 6 elements, but got 5",
    );
    const plan = F.planConv2d([1, 1, 2, 3], ones([1, 1, 1, 1]));
    expectRefusal(() => plan.run(new Float32Array(5)), RangeError, "ERR_DEPTHWISE_SHAPE", "input", 6, 5);
    expectRefusal(
      () => plan.run(new Float32Array(6), new Float32Array(7)),
      RangeError,
      "ERR_DEPTHWISE_SHAPE",
      "output",
      6,
      7,
    );
  });
});

describe("numbers", () => {
  const input = zeros([1, 2, 4, 4]);
  const weight = zeros([2, 2, 3, 3]);

  test.each(["stride", "dilation", "groups"])("%s must be a positive integer", (name) => {
    for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expectRefusal(
        () => F.conv2d(input, weight, { [name]: value }),
        RangeError,
        "ERR_DEPTHWISE_VALUE",
        `${name} must be a positive integer, but got ${value}`,
      );
    }
    expectRefusal(() => F.conv2d(input, weight, { [name]: "2" }), TypeError, "ERR_DEPTHWISE_TYPE", name, "'2'");
    expectRefusal(() => F.conv2d(input, weight, { [name]: null }), TypeError, "ERR_DEPTHWISE_TYPE", name, "null");
    expectRefusal(
      () => F.conv2d(input, weight, { [name]: 2 ** 31 }),
      RangeError,
      "ERR_DEPTHWISE_TOO_LARGE",
      name,
      2147483648,
    );
  });

  test("padding must be integers of at least 0", () => {
    for (const value of [-1, 0.5, Number.NaN]) {
      expectRefusal(
        () => F.conv2d(input, weight, { padding: value }),
        RangeError,
        "ERR_DEPTHWISE_VALUE",
        "padding",
        value,
      );
      expectRefusal(
        () => F.conv2d(input, weight, { padding: [1, value] }),
        RangeError,
        "ERR_DEPTHWISE_VALUE",
        "padding[1]",
        value,
      );
    }
  });

  test("lists of the wrong length", () => {
    expectRefusal(
      () => F.conv2d(input, weight, { stride: [1, 2, 3] }),
      RangeError,
      "ERR_DEPTHWISE_VALUE",
      "stride",
      "1 or 2",
      "[1, 2, 3]",
    );
    expectRefusal(
      () => F.conv2d(input, weight, { padding: [1, 2, 3] }),
      RangeError,
      "ERR_DEPTHWISE_VALUE",
      "padding",
      "1 or 2 or 4",
      3,
    );
    expectRefusal(() => F.conv2d(input, weight, { padding: [] }), RangeError, "ERR_DEPTHWISE_VALUE", "padding", 0);
  });

  test("strings that are no padding, layout, activation or padding mode", () => {
    expectRefusal(
      () => F.conv2d(input, weight, { padding: wrong("full") }),
      RangeError,
      "ERR_DEPTHWISE_VALUE",
      "'same' or 'valid'",
      "'full'",
    );
    expectRefusal(
      () => F.conv2d(input, weight, { layout: wrong("NCWH") }),
      RangeError,
      "ERR_DEPTHWISE_VALUE",
      "'NCHW' or 'NHWC'",
      "'NCWH'",
    );
    expectRefusal(
      () => F.conv2d(input, weight, { activation: wrong("gelu") }),
      RangeError,
      "ERR_DEPTHWISE_VALUE",
      "'relu'",
      "'gelu'",
    );
    expectRefusal(
      () => F.conv2d(input, weight, { paddingMode: wrong("constant") }),
      RangeError,
      "ERR_DEPTHWISE_VALUE",
      "'reflect'",
      "'constant'",
    );
    expectRefusal(
      () => F.conv2d(input, weight, { padding: "same", stride: 2 }),
      RangeError,
      "ERR_DEPTHWISE_VALUE",
      "'same'",
      "[2, 2]",
    );
  });

  test("padding too wide for its mode", () => {
    expectRefusal(
      () => F.conv2d(input, weight, { padding: 4, paddingMode: "reflect" }),
      RangeError,
      "ERR_DEPTHWISE_SHAPE",
      "reflect",
      "height 4",
      "got 4",
    );
    expectRefusal(
      () => F.conv2d(input, weight, { padding: [0, 5], paddingMode: "circular" }),
      RangeError,
      "ERR_DEPTHWISE_SHAPE",
      "circular",
      "width 4",
      "got 5",
    );
  });

  test("sizes whose product overflows", () => {
    const huge = [2 ** 20, 2, 2 ** 17, 2 ** 17];
    expectRefusal(
      () => F.planConv2d(huge, weight),
      RangeError,
      "ERR_DEPTHWISE_TOO_LARGE",
      "input",
      huge.join(", "),
      "2^53",
    );
    expectRefusal(() => F.planConv2d([1, 2, 4, 2 ** 31], weight), RangeError, "ERR_DEPTHWISE_TOO_LARGE", 2147483648);
    expectRefusal(
      () => F.conv2d(input, weight, { padding: 2 ** 31 - 1 }),
      RangeError,
      "ERR_DEPTHWISE_TOO_LARGE",
      "height",
      2147483647,
    );
    expectRefusal(
      () => F.conv2d(input, weight, { dilation: 2 ** 31 - 1, padding: 9 }),
      RangeError,
      "ERR_DEPTHWISE_TOO_LARGE",
      "dilation",
      2147483647,
    );
    expectRefusal(
      () => F.conv2d(input, weight, { padding: [2 ** 29, 2 ** 29] }),
      RangeError,
      "ERR_DEPTHWISE_TOO_LARGE",
      "output [1, 2, 1073741826, 1073741826] has more than 2^53",
    );
    expectRefusal(() => zeros([2 ** 30, 2 ** 30]), RangeError, "ERR_DEPTHWISE_TOO_LARGE", "2^53");
    expectRefusal(() => zeros([2 ** 25, 2 ** 25]), RangeError, "ERR_DEPTHWISE_MEMORY", "[33554432, 33554432]");
  });
});

describe("kinds of things", () => {
  const input = zeros([1, 2, 4, 4]);
  const weight = zeros([2, 2, 3, 3]);

  test("wrong typed array", () => {
    for (const data of [
      new Int32Array(32),
      new Uint8Array(32),
      new Float32Array(32).buffer,
      [1, 2],
      new DataView(new ArrayBuffer(8)),
    ]) {
      expectRefusal(
        () => F.conv2d(wrong({ data, shape: [1, 2, 4, 4] }), weight),
        TypeError,
        "ERR_DEPTHWISE_TYPE",
        "data of input must be a Float32Array or a Float64Array",
      );
    }
    expectRefusal(
      () => F.conv2d(wrong({ data: new Uint16Array(32), dims: [1, 2, 4, 4] }), weight),
      TypeError,
      "ERR_DEPTHWISE_TYPE",
      "Uint16Array of 32",
    );
    expectRefusal(
      () => F.conv2d(wrong(new Float32Array(32)), weight),
      TypeError,
      "ERR_DEPTHWISE_TYPE",
      "bare Float32Array of 32",
      "tensor(data, shape)",
    );
    expectRefusal(
      () => F.planConv2d([1, 2, 4, 4], weight).run(wrong(new Int32Array(32))),
      TypeError,
      "ERR_DEPTHWISE_TYPE",
      "Int32Array of 32",
    );
    expectRefusal(
      () => F.planConv2d([1, 2, 4, 4], weight).run(wrong([1, 2])),
      TypeError,
      "ERR_DEPTHWISE_TYPE",
      "[1, 2]",
    );
  });

  test("no tensor at all", () => {
    for (const value of [undefined, null, 3, "x", [1, 2], {}, { data: new Float32Array(32) }, () => 1]) {
      expectRefusal(() => F.conv2d(wrong(value), weight), TypeError, "ERR_DEPTHWISE_TYPE", "input must be a tensor");
      expectRefusal(() => F.conv2d(input, wrong(value)), TypeError, "ERR_DEPTHWISE_TYPE", "weight must be a tensor");
    }
    expectRefusal(
      () => F.conv2d(input, weight, wrong(5)),
      TypeError,
      "ERR_DEPTHWISE_TYPE",
      "options must be an object",
      5,
    );
    expectRefusal(
      () => F.conv2d(input, weight, wrong(new Float32Array(2))),
      TypeError,
      "ERR_DEPTHWISE_TYPE",
      "bias",
      "Float32Array of 2",
    );
    expectRefusal(() => F.conv2d(input, weight, wrong([1, 2])), TypeError, "ERR_DEPTHWISE_TYPE", "bias", "[1, 2]");
    expectRefusal(() => F.conv2d(input, weight, null, wrong(2)), TypeError, "ERR_DEPTHWISE_TYPE", "options", 2);
    expectRefusal(
      () => F.conv2d(input, weight, wrong({ padding: 1 }), { stride: 1 }),
      TypeError,
      "ERR_DEPTHWISE_TYPE",
      "bias",
    );
    expectRefusal(
      () => F.conv2d(input, weight, { out: wrong(new Float32Array(8)) }),
      TypeError,
      "ERR_DEPTHWISE_TYPE",
      "out",
    );
    expectRefusal(() => F.planConv2d(wrong("1x2"), weight), TypeError, "ERR_DEPTHWISE_TYPE", "inputShape", "'1x2'");
    expectRefusal(() => F.planConv2d([1, 2, 4.5, 4], weight), RangeError, "ERR_DEPTHWISE_VALUE", "inputShape[2]", 4.5);
  });

  test("mixed element types", () => {
    const doubles = zeros([2, 2, 3, 3], { dtype: "float64" });
    expectRefusal(
      () => F.conv2d(input, doubles),
      TypeError,
      "ERR_DEPTHWISE_TYPE",
      "weight is float64, but input is float32",
    );
    expectRefusal(
      () => F.conv2d(input, weight, zeros([2], { dtype: "float64" })),
      TypeError,
      "ERR_DEPTHWISE_TYPE",
      "bias is float64",
    );
    expectRefusal(
      () => F.conv2d(input, weight, { out: zeros([1, 2, 2, 2], { dtype: "float64" }) }),
      TypeError,
      "ERR_DEPTHWISE_TYPE",
      "out is float64",
    );
    expectRefusal(
      () => F.planConv2d([1, 2, 4, 4], doubles).run(new Float32Array(32)),
      TypeError,
      "ERR_DEPTHWISE_TYPE",
      "input is float32, but the plan is float64",
    );
  });

  test.each([
    ["strides", "stride"],
    ["pad", "padding"],
    ["pads", "padding"],
    ["dilations", "dilation"],
    ["group", "groups"],
    ["padding_mode", "paddingMode"],
    ["dataFormat", "layout"],
    ["act", "activation"],
    ["output", "out"],
  ])("option '%s' does not exist, '%s' was meant", (name, meant) => {
    expectRefusal(
      () => F.conv2d(input, weight, null, wrong({ [name]: 1 })),
      TypeError,
      "ERR_DEPTHWISE_OPTION",
      `no option '${name}'`,
      `did you mean '${meant}'?`,
    );
  });

  test("options that another form has", () => {
    expectRefusal(() => F.conv2d(input, weight, wrong({ signal: null })), TypeError, "ERR_DEPTHWISE_OPTION", "signal");
    expectRefusal(
      () => F.sharedDepthwiseConv2d(input, zeros([1, 1, 3, 3]), wrong({ groups: 2 })),
      TypeError,
      "ERR_DEPTHWISE_OPTION",
      "groups",
    );
    expectRefusal(
      () => F.planConv2d([1, 2, 4, 4], weight, wrong({ out: null })),
      TypeError,
      "ERR_DEPTHWISE_OPTION",
      "out",
    );
    expectRefusal(
      () => F.conv2d(input, weight, wrong({ quickly: true })),
      TypeError,
      "ERR_DEPTHWISE_OPTION",
      "quickly",
      "the options are stride, padding",
    );
  });
});

describe("memory", () => {
  const weight = ones([1, 1, 1, 1]);
  const detached = () => {
    const data = new Float32Array(4);
    const input = tensor(data, [1, 1, 2, 2]);
    structuredClone(data.buffer, { transfer: [data.buffer] });
    return input;
  };

  test("detached buffers", () => {
    expectRefusal(
      () => F.conv2d(detached(), weight),
      TypeError,
      "ERR_DEPTHWISE_DETACHED",
      "input [1, 1, 2, 2] needs 4",
    );
    expectRefusal(
      () => F.conv2d(zeros([1, 1, 2, 2]), weight, { out: detached() }),
      TypeError,
      "ERR_DEPTHWISE_DETACHED",
      "out",
    );
    const plan = F.planConv2d([1, 1, 2, 2], weight);
    expectRefusal(() => plan.run(detached().data), TypeError, "ERR_DEPTHWISE_DETACHED", "input");
    expectRefusal(() => new Tensor(detached().data, [4]), TypeError, "ERR_DEPTHWISE_DETACHED");
  });

  test("resizable buffers are refused, growable shared ones are not", () => {
    const Resizable = ArrayBuffer as unknown as new (bytes: number, options: { maxByteLength: number }) => ArrayBuffer;
    const Growable = SharedArrayBuffer as unknown as new (
      bytes: number,
      options: { maxByteLength: number },
    ) => SharedArrayBuffer;
    const data = new Float32Array(new Resizable(16, { maxByteLength: 32 }));
    expectRefusal(() => tensor(data, [4]), TypeError, "ERR_DEPTHWISE_RESIZABLE", "resizable");
    expectRefusal(() => F.conv2d({ data, shape: [1, 1, 2, 2] }, weight), TypeError, "ERR_DEPTHWISE_RESIZABLE", "input");
    const shared = new Float32Array(new Growable(16, { maxByteLength: 32 }), 0, 4);
    expect(F.conv2d(tensor(shared, [1, 1, 2, 2]), weight).shape).toEqual([1, 1, 2, 2]);
  });

  test("an out that overlaps what is read", () => {
    const buffer = new ArrayBuffer(64);
    const input = tensor(new Float32Array(buffer, 0, 4), [1, 1, 2, 2]);
    const overlapping = tensor(new Float32Array(buffer, 12, 4), [1, 1, 2, 2]);
    const beside = tensor(new Float32Array(buffer, 16, 4), [1, 1, 2, 2]);
    expectRefusal(
      () => F.conv2d(input, weight, { out: overlapping }),
      RangeError,
      "ERR_DEPTHWISE_OVERLAP",
      "out is bytes 12 to 28",
      "input bytes 0 to 16",
    );
    expectRefusal(() => F.conv2d(input, weight, { out: input }), RangeError, "ERR_DEPTHWISE_OVERLAP");
    expect(F.conv2d(input, weight, { out: beside })).toBe(beside);
    const one = tensor(new Float32Array(buffer, 0, 1), [1, 1, 1, 1]);
    expectRefusal(() => F.conv2d(ones([1, 1, 1, 1]), one, { out: one }), RangeError, "ERR_DEPTHWISE_OVERLAP", "weight");
    const bias = tensor(new Float32Array(buffer, 4, 1), [1]);
    expectRefusal(
      () => F.conv2d(ones([1, 1, 2, 2]), weight, bias, { out: input }),
      RangeError,
      "ERR_DEPTHWISE_OVERLAP",
      "bias",
    );
    const plan = F.planConv2d([1, 1, 2, 2], weight);
    expectRefusal(() => plan.run(input.data, overlapping.data), RangeError, "ERR_DEPTHWISE_OVERLAP", 12, 28);
  });

  test("a refused call writes nothing", () => {
    const out = tensor(new Float32Array(4).fill(7), [1, 1, 2, 2]);
    expectRefusal(() => F.conv2d(zeros([1, 1, 2, 2]), zeros([1, 1, 3, 3]), { out }), RangeError, "ERR_DEPTHWISE_SHAPE");
    expect([...out.data]).toEqual([7, 7, 7, 7]);
    expect(out.version).toBe(0);
  });
});

describe("asynchronous forms", () => {
  test("refuse by a rejection, with the same error", async () => {
    const call = F.conv2dAsync(x, w, { groups: 16 });
    await expect(call).rejects.toMatchObject({ code: "ERR_DEPTHWISE_SHAPE", name: "DepthwiseRangeError" });
    const plan = F.planConv2d([1, 1, 2, 2], ones([1, 1, 1, 1]));
    await expect(plan.runAsync(new Float32Array(3))).rejects.toMatchObject({ code: "ERR_DEPTHWISE_SHAPE" });
    const options = { signal: wrong<AbortSignal>("soon") };
    await expect(F.conv2dAsync(x, w, options)).rejects.toMatchObject({ code: "ERR_DEPTHWISE_TYPE" });
  });
});
