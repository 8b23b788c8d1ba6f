// Every kind of bad input: a TypeError or a RangeError with a code and the numbers, the same in every backend, before
// anything is allocated or written.
import { describe, expect, test } from "vitest";
import { functional as F, ones, Tensor, tensor, zeros } from "../../lib/index.js";
import { expectRefusal } from "../support/thrown.js";

/** As a JavaScript caller, whom no type stops. */
const wrong = <T>(value: unknown) => value as T;

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
