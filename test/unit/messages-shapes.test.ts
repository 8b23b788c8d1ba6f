// Every kind of bad input: a TypeError or a RangeError with a code and the numbers, the same in every backend, before
// anything is allocated or written.
import { describe, expect, test } from "vitest";
import { functional as F, ones, Tensor, zeros } from "../../lib/index.js";
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
