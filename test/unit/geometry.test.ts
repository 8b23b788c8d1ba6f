// Arguments -> geometry, in tables; what is refused is in messages.test.ts.
import { describe, expect, test } from "vitest";
import { makeProblem } from "../../lib/geometry.js";
import type { OptionValues } from "../../lib/options.js";
import { CONV1D, CONV2D, CONV3D, type Operation, readSettings, SHARED_DEPTHWISE_CONV2D } from "../../lib/settings.js";

function problem(operation: Operation, input: number[], weight: number[], options: OptionValues = {}) {
  return makeProblem(operation, readSettings(operation, options), "float32", input, weight, null);
}
const outputOf = (...args: Parameters<typeof problem>) => problem(...args).outputShape;

describe("output shapes", () => {
  test.each<[Operation, number[], number[], OptionValues, number[]]>([
    [CONV2D, [1, 3, 8, 8], [4, 3, 3, 3], {}, [1, 4, 6, 6]],
    [CONV2D, [1, 3, 8, 8], [4, 3, 3, 3], { padding: 1 }, [1, 4, 8, 8]],
    [CONV2D, [1, 3, 8, 8], [4, 3, 3, 3], { stride: 2, padding: 1 }, [1, 4, 4, 4]],
    [CONV2D, [1, 3, 8, 9], [4, 3, 3, 3], { dilation: [2, 3] }, [1, 4, 4, 3]],
    [CONV2D, [3, 8, 8], [4, 3, 3, 3], {}, [4, 6, 6]],
    [CONV2D, [0, 3, 8, 8], [4, 3, 3, 3], {}, [0, 4, 6, 6]],
    [CONV2D, [0, 3, 0, 5], [2, 3, 3, 3], { padding: 2 }, [0, 2, 2, 7]],
    [CONV2D, [1, 4, 8, 8], [8, 1, 3, 3], { groups: 4 }, [1, 8, 6, 6]],
    [CONV2D, [1, 3, 8, 8], [4, 3, 4, 5], { padding: "same" }, [1, 4, 8, 8]],
    [CONV2D, [1, 3, 8, 8], [4, 3, 4, 5], { padding: "valid", stride: 3 }, [1, 4, 2, 2]],
    [CONV2D, [1, 3, 8, 8], [4, 3, 2, 2], { padding: 5 }, [1, 4, 17, 17]],
    [CONV2D, [1, 8, 8, 3], [4, 3, 3, 3], { layout: "NHWC" }, [1, 6, 6, 4]],
    [CONV2D, [8, 8, 3], [4, 3, 3, 3], { layout: "NHWC" }, [6, 6, 4]],
    [CONV2D, [1, 1, 1, 1], [1, 1, 1, 1], {}, [1, 1, 1, 1]],
    [CONV1D, [2, 3, 8], [4, 3, 3], { padding: [2, 0] }, [2, 4, 8]],
    [CONV1D, [3, 8], [4, 3, 3], { stride: [2] }, [4, 3]],
    [CONV1D, [2, 8, 3], [4, 3, 3], { layout: "NHWC" }, [2, 6, 4]],
    [CONV3D, [1, 2, 4, 5, 6], [3, 2, 1, 2, 3], {}, [1, 3, 4, 4, 4]],
    [CONV3D, [2, 4, 5, 6], [3, 2, 2, 2, 2], { padding: [1, 0, 0] }, [3, 5, 4, 5]],
    [CONV3D, [1, 4, 5, 6, 2], [3, 2, 1, 2, 3], { layout: "NHWC" }, [1, 4, 4, 4, 3]],
    [SHARED_DEPTHWISE_CONV2D, [1, 3, 8, 8], [5, 1, 3, 3], { padding: 1 }, [1, 15, 8, 8]],
    [SHARED_DEPTHWISE_CONV2D, [8, 8, 3], [5, 1, 3, 3], { layout: "NHWC" }, [6, 6, 15]],
  ])("$0.name $1 with weight $2 and $3 gives $4", (operation, input, weight, options, expected) => {
    expect(outputOf(operation, input, weight, options)).toEqual(expected);
  });
});

describe("padding", () => {
  const pads = (operation: Operation, padding: unknown, kernel: number[], options: OptionValues = {}) => {
    const input = [1, 1, ...new Array<number>(operation.rank).fill(9)];
    const { axes } = problem(operation, input, [1, 1, ...kernel], { padding, ...options }).geometry;
    return axes.slice(3 - operation.rank).map(({ pad, padEnd }) => [pad, padEnd]);
  };

  test("a number, one number an axis, all beginnings then all ends", () => {
    expect(pads(CONV2D, 2, [3, 3])).toEqual([[2, 2], [2, 2]]); // biome-ignore format: a table
    expect(pads(CONV2D, [2], [3, 3])).toEqual([[2, 2], [2, 2]]); // biome-ignore format: a table
    expect(pads(CONV2D, [1, 2], [3, 3])).toEqual([[1, 1], [2, 2]]); // biome-ignore format: a table
    expect(pads(CONV2D, [1, 2, 3, 4], [3, 3])).toEqual([[1, 3], [2, 4]]); // biome-ignore format: a table
    expect(pads(CONV1D, [3, 0], [3])).toEqual([[3, 0]]);
    expect(pads(CONV3D, [1, 2, 3, 4, 5, 6], [3, 3, 3])).toEqual([[1, 4], [2, 5], [3, 6]]); // biome-ignore format: a table
  });

  test("'same' puts the odd extra element at the end", () => {
    expect(pads(CONV2D, "same", [4, 3])).toEqual([[1, 2], [1, 1]]); // biome-ignore format: a table
    expect(pads(CONV1D, "same", [4], { dilation: 3 })).toEqual([[4, 5]]);
    expect(pads(CONV1D, "same", [1])).toEqual([[0, 0]]);
  });

  test("the widest that a mode takes", () => {
    expect(pads(CONV1D, 8, [3], { paddingMode: "reflect" })).toEqual([[8, 8]]);
    expect(pads(CONV1D, 9, [3], { paddingMode: "circular" })).toEqual([[9, 9]]);
    expect(pads(CONV1D, 50, [3], { paddingMode: "replicate" })).toEqual([[50, 50]]);
  });
});

describe("the geometry", () => {
  test("always has three axes, and counts one image", () => {
    const { geometry, batch } = problem(CONV1D, [7, 4, 10], [6, 2, 3], { groups: 2, stride: 2, padding: [1, 2] });
    const point = { in: 1, kernel: 1, stride: 1, dilation: 1, pad: 0, padEnd: 0, out: 1 };
    expect(batch).toBe(7);
    expect(geometry.axes[0]).toEqual(point);
    expect(geometry.axes[1]).toEqual(point);
    expect(geometry.axes[2]).toEqual({ in: 10, kernel: 3, stride: 2, dilation: 1, pad: 1, padEnd: 2, out: 6 });
    expect(geometry).toMatchObject({ inChannels: 4, outChannels: 6, groups: 2, inPerGroup: 2, outPerGroup: 3 });
    expect(geometry).toMatchObject({ inputElements: 40, outputElements: 36, weightElements: 36, weightCount: 6 });
  });

  test("of a shared bank has a group for each channel and the bank's own weights", () => {
    const { geometry } = problem(SHARED_DEPTHWISE_CONV2D, [1, 3, 8, 8], [5, 1, 3, 3]);
    expect(geometry).toMatchObject({ sharedBank: true, groups: 3, outChannels: 15, outPerGroup: 5, weightCount: 5 });
    expect(geometry.weightElements).toBe(45);
  });

  test("is frozen, and so is everything in it", () => {
    const { geometry, outputShape, inputShape } = problem(CONV2D, [1, 1, 4, 4], [1, 1, 3, 3]);
    for (const value of [geometry, geometry.axes, ...geometry.axes, outputShape, inputShape]) {
      expect(Object.isFrozen(value)).toBe(true);
    }
  });
});
