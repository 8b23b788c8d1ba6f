import { describe, expect, test } from "vitest";
import { functional as F, fromImage, ones, tensor, toImage } from "../../lib/index.js";

const code = (wanted: string, ...shown: string[]) =>
  expect.objectContaining({
    code: `ERR_DEPTHWISE_${wanted}`,
    message: expect.stringMatching(new RegExp(shown.join(".*"))),
  });

// 2 wide, 1 high.
const rgb = { data: Uint8Array.of(1, 2, 3, 101, 102, 103), width: 2, height: 1, channels: 3 };

describe("fromImage", () => {
  test("channels first unless layout says otherwise; values 0 to 255", () => {
    const x = fromImage(rgb);
    expect(x.shape).toEqual([3, 1, 2]);
    expect(x.dtype).toBe("float32");
    expect([...x.data]).toEqual([1, 101, 2, 102, 3, 103]);
    const last = fromImage(rgb, { layout: "NHWC" });
    expect(last.shape).toEqual([1, 2, 3]);
    expect([...last.data]).toEqual([1, 2, 3, 101, 102, 103]);
  });
  test("scale and dtype", () => {
    const x = fromImage(
      { data: Uint8ClampedArray.of(0, 51, 255), width: 3, height: 1 },
      { scale: 1 / 255, dtype: "float64" },
    );
    expect(x.shape).toEqual([1, 1, 3]);
    expect([...x.data]).toEqual([0, 51 / 255, 1]);
  });
  test("sharp's { data, info }, and a Buffer", () => {
    const info = { width: 2, height: 1, channels: 3, format: "raw", size: 6 };
    expect([...fromImage({ data: Buffer.from(rgb.data), info }).data]).toEqual([1, 101, 2, 102, 3, 103]);
  });
  test.each([1, 2, 3, 4])("%d channels, told by the length", (channels) => {
    const data = Uint8Array.from({ length: 6 * channels }, (_, i) => i);
    expect(fromImage({ data, width: 3, height: 2 }).shape).toEqual([channels, 2, 3]);
  });
  test("the result is an unbatched input", () => {
    expect(F.conv2d(fromImage(rgb), ones([1, 3, 1, 1])).shape).toEqual([1, 1, 2]);
  });
  test("mistakes", () => {
    const made = (change: object, options?: object) => () => fromImage({ ...rgb, ...change }, options);
    expect(made({ data: [1, 2, 3, 4, 5, 6] })).toThrow(code("TYPE", "Uint8Array", "array of 6|\\[1"));
    expect(made({ data: new Float32Array(6) })).toThrow(code("TYPE", "Float32Array of 6"));
    expect(made({ width: 3 })).toThrow(code("SHAPE", "3x1", "9 bytes", "6"));
    expect(made({ channels: 5 })).toThrow(code("SHAPE", "1, 2, 3 or 4", "5"));
    expect(made({ channels: undefined, width: 4 })).toThrow(code("SHAPE", "1.5"));
    expect(made({ width: 0 })).toThrow(code("VALUE", "width", "0"));
    expect(made({ height: 1.5 })).toThrow(code("VALUE", "height", "1.5"));
    expect(made({}, { scale: Number.NaN })).toThrow(code("VALUE", "scale", "NaN"));
    expect(made({}, { layout: "CHW" })).toThrow(code("VALUE", "layout", "CHW"));
    expect(made({}, { format: "NHWC" })).toThrow(code("OPTION", "layout"));
    expect(() => fromImage(null as never)).toThrow(code("TYPE", "null"));
  });
});

describe("toImage", () => {
  test("rounds and clamps; NaN is black", () => {
    const values = tensor([[[-1, 0.4, 0.6, 254.6, 300, Number.NaN, Number.POSITIVE_INFINITY]]]);
    const image = toImage(values);
    expect(image).toMatchObject({ width: 7, height: 1, channels: 1 });
    expect(image.data).toBeInstanceOf(Uint8ClampedArray);
    expect([...image.data]).toEqual([0, 0, 1, 255, 255, 0, 255]);
  });
  test.each(["NCHW", "NHWC"] as const)("gives back what fromImage read, %s", (layout) => {
    for (const channels of [1, 2, 3, 4]) {
      const data = Uint8Array.from({ length: 35 * channels }, (_, i) => (i * 37) % 256);
      const x = fromImage({ data, width: 7, height: 5, channels }, { layout, scale: 1 / 255 });
      const back = toImage(x, { layout, scale: 255 });
      expect(back).toMatchObject({ width: 7, height: 5, channels });
      expect([...back.data]).toEqual([...data]);
      expect([...toImage(x.reshape([1, ...x.shape]), { layout, scale: 255 }).data]).toEqual([...data]);
    }
  });
  test("mistakes", () => {
    expect(() => toImage(ones([2, 3, 4, 4]))).toThrow(code("SHAPE", "batch of one", "2, 3, 4, 4"));
    expect(() => toImage(ones([4, 4]))).toThrow(code("SHAPE", "4, 4"));
    expect(() => toImage(ones([5, 4, 4]))).toThrow(code("SHAPE", "1, 2, 3 or 4", "5"));
    expect(() => toImage(new Float32Array(3) as never)).toThrow(code("TYPE", "bare Float32Array"));
    expect(() => toImage(ones([1, 4, 4]), { scale: Number.POSITIVE_INFINITY })).toThrow(code("VALUE", "scale"));
  });
});
