// Interleaved 8-bit pixels, as cameras, canvases and sharp have them, to and from tensors.
import type { DType, Layout } from "./backend/types.js";
import {
  requireFinite,
  requireOneOf,
  requirePositiveInteger,
  shapeError,
  show,
  showShape,
  typedArrayTag,
  typeError,
} from "./errors.js";
import { readOperand, requireMemory, type TensorLike } from "./operand.js";
import { readOptions } from "./options.js";
import { LAYOUTS } from "./settings.js";
import { readDType, Tensor } from "./tensor.js";
import { allocate } from "./typed-array.js";

/** Rows of pixels, the channels of a pixel side by side: 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA). */
export interface Pixels {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** Without it: what `data.length / (width * height)` says, so that a canvas' `ImageData` can be given as it is. */
  readonly channels?: number | undefined;
}

/** What sharp's `toBuffer({ resolveWithObject: true })` gives for `raw()` pixels. */
export interface SharpPixels {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly info: { readonly width: number; readonly height: number; readonly channels: number };
}

/** Options of {@link fromImage}. */
export interface FromImageOptions {
  /** `'NCHW'` (default) gives `[channels, height, width]`, `'NHWC'` gives `[height, width, channels]`. */
  readonly layout?: Layout | undefined;
  /** What each value, 0 to 255, is multiplied by; default 1. */
  readonly scale?: number | undefined;
  /** Default `'float32'`. */
  readonly dtype?: DType | undefined;
}

/** Options of {@link toImage}. */
export interface ToImageOptions {
  /** Where the channels are; default `'NCHW'`. */
  readonly layout?: Layout | undefined;
  /** What each value is multiplied by before it is rounded; default 1. The inverse of `scale: 1 / 255` is 255. */
  readonly scale?: number | undefined;
}

/** What {@link toImage} gives. */
export interface Image {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

interface Loose {
  readonly data?: unknown;
  readonly info?: unknown;
  readonly width?: unknown;
  readonly height?: unknown;
  readonly channels?: unknown;
}

function readPixels(image: unknown): { data: Uint8Array | Uint8ClampedArray } & Omit<Image, "data"> {
  if (typeof image !== "object" || image === null) {
    throw typeError("fromImage", `image must be { data, width, height, channels }, but got ${show(image)}`);
  }
  const { data, info } = image as Loose;
  const sizes = (typeof info === "object" && info !== null ? info : image) as Loose;
  const tag = typedArrayTag(data);
  if (tag !== "Uint8Array" && tag !== "Uint8ClampedArray") {
    throw typeError("fromImage", `data must be a Uint8Array or a Uint8ClampedArray, but got ${show(data)}`);
  }
  const bytes = data as Uint8Array;
  const width = requirePositiveInteger("fromImage", "width", sizes.width);
  const height = requirePositiveInteger("fromImage", "height", sizes.height);
  const given = sizes.channels ?? bytes.length / (width * height);
  const channels = requireChannels("fromImage", given, bytes.length, width, height);
  return { data: bytes, width, height, channels };
}

function requireChannels(operation: string, value: unknown, length: number, width: number, height: number): number {
  if (value === 1 || value === 2 || value === 3 || value === 4) {
    const count = width * height * value;
    if (count === length) return value;
    throw shapeError(
      operation,
      `${width}x${height} pixels of ${value} channels are ${count} bytes, but data has ${length}`,
    );
  }
  throw shapeError(
    operation,
    `a pixel must have 1, 2, 3 or 4 channels, but got ${show(value)} (${width}x${height} pixels in ${length} bytes)`,
  );
}

/**
 * A tensor of the values of an image, `[channels, height, width]`: an unbatched input for `conv2d` and the modules.
 *
 * Options: see {@link FromImageOptions}. Values are 0 to 255 unless `scale` is given.
 *
 * Shapes: `[channels, height, width]`, with `layout: 'NHWC'` `[height, width, channels]`.
 *
 * @example
 * ```ts
 * const { data, info } = await sharp("photo.jpg").removeAlpha().raw().toBuffer({ resolveWithObject: true });
 * const x = fromImage({ data, info }, { scale: 1 / 255 });
 * ```
 *
 * @throws `ERR_DEPTHWISE_TYPE` for data that is not 8-bit, `ERR_DEPTHWISE_SHAPE` where sizes and length do not fit.
 */
export function fromImage(image: Pixels | SharpPixels, options?: FromImageOptions): Tensor {
  const read = readOptions("fromImage", ["layout", "scale", "dtype"], options);
  const { layout = "NCHW", scale = 1, dtype = "float32" } = read;
  const order = requireOneOf("fromImage", "layout", layout, LAYOUTS);
  const factor = requireFinite("fromImage", "scale", scale);
  const { data, width, height, channels } = readPixels(image);
  const shape = order === "NCHW" ? [channels, height, width] : [height, width, channels];
  const result = allocate("fromImage", readDType("fromImage", dtype), shape);
  const pixels = width * height;
  if (order === "NHWC") {
    for (let i = 0; i < data.length; i++) result[i] = data[i]! * factor;
  } else {
    for (let channel = 0; channel < channels; channel++) {
      const plane = channel * pixels;
      for (let p = 0, i = channel; p < pixels; p++, i += channels) result[plane + p] = data[i]! * factor;
    }
  }
  return new Tensor(result, shape);
}

/**
 * The pixels of a tensor: values are multiplied by `scale`, rounded to the nearest integer (halves to even) and clamped to
 * 0 and 255; NaN becomes 0.
 *
 * Options: see {@link ToImageOptions}.
 *
 * Shapes: `[channels, height, width]` or a batch of one, `[1, channels, height, width]`; with `layout: 'NHWC'` the channels
 * come last.
 *
 * @example
 * ```ts
 * const { data, width, height, channels } = toImage(y, { scale: 255 });
 * await sharp(data, { raw: { width, height, channels } }).toFile("edges.png");
 * ```
 *
 * @throws `ERR_DEPTHWISE_SHAPE` for other shapes and for more than 4 channels.
 */
export function toImage(tensor: TensorLike, options?: ToImageOptions): Image {
  const { layout = "NCHW", scale = 1 } = readOptions("toImage", ["layout", "scale"], options);
  const order = requireOneOf("toImage", "layout", layout, LAYOUTS);
  const factor = requireFinite("toImage", "scale", scale);
  const operand = readOperand("toImage", "tensor", tensor);
  requireMemory("toImage", operand);
  const { data, shape } = operand;
  const sizes = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
  if (sizes.length !== 3) {
    const form = order === "NCHW" ? "[channels, height, width]" : "[height, width, channels]";
    throw shapeError("toImage", `tensor must be ${form}, or a batch of one, but got ${showShape(shape)}`);
  }
  const [first, second, third] = sizes as [number, number, number];
  const [channels, height, width] = order === "NCHW" ? [first, second, third] : [third, first, second];
  requireChannels("toImage", channels, data.length, width, height);
  // A clamped array rounds and clamps by itself, by the same rule in every engine.
  const bytes = new Uint8ClampedArray(data.length);
  const pixels = width * height;
  if (order === "NHWC") {
    for (let i = 0; i < bytes.length; i++) bytes[i] = data[i]! * factor;
  } else {
    for (let channel = 0; channel < channels; channel++) {
      const plane = channel * pixels;
      for (let p = 0, i = channel; p < pixels; p++, i += channels) bytes[i] = data[plane + p]! * factor;
    }
  }
  return { data: bytes, width, height, channels };
}
