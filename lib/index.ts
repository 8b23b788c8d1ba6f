/**
 * Grouped convolution on the CPU with PyTorch's semantics: tensors, functions, plans over typed arrays and modules.
 *
 * @packageDocumentation
 */
export { type BackendInfo, backendInfo, getNumThreads, type LoadError, setNumThreads } from "./backend/load.js";
export type {
  Activation,
  DType,
  FloatArray,
  KernelInfo,
  Layout,
  PaddingMode,
  SharedArrayMethods,
} from "./backend/types.js";
export { DepthwiseError, DepthwiseRangeError, DepthwiseTypeError, type ErrorCode } from "./errors.js";
export * as functional from "./functional.js";
export {
  type FromImageOptions,
  fromImage,
  type Image,
  type Pixels,
  type SharpPixels,
  type ToImageOptions,
  toImage,
} from "./image.js";
export * as init from "./init.js";
export * as nn from "./nn/index.js";
export type { TensorLike } from "./operand.js";
export { manualSeed } from "./random.js";
export {
  type AllCloseOptions,
  type NestedNumbers,
  ones,
  Tensor,
  type TensorOptions,
  tensor,
  zeros,
} from "./tensor.js";
export { version } from "./version.js";
