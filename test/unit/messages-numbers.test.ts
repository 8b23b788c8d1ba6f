// Every kind of bad input: a TypeError or a RangeError with a code and the numbers, the same in every backend, before
// anything is allocated or written.
import { describe, test } from "vitest";
import { functional as F, zeros } from "../../lib/index.js";
import { expectRefusal } from "../support/thrown.js";

/** As a JavaScript caller, whom no type stops. */
const wrong = <T>(value: unknown) => value as T;

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
