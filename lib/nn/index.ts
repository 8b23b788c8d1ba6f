/**
 * Modules with parameters, as `torch.nn`.
 *
 * @packageDocumentation
 */
export { Hardswish, Identity, ReLU, ReLU6, SiLU } from "./activations.js";
export { Conv1d, Conv2d, Conv3d } from "./conv.js";
export { ConvModule, type ConvModuleOptions } from "./conv-module.js";
export { DepthwiseConv1d, DepthwiseConv2d, type DepthwiseOptions, SharedDepthwiseConv2d } from "./depthwise.js";
export { type ForwardAsyncOptions, type ForwardOptions, Module } from "./module.js";
export { Parameter } from "./parameter.js";
export { DepthwiseSeparableConv2d, type SeparableOptions } from "./separable.js";
export { Sequential } from "./sequential.js";
export type { LoadResult, LoadStateDictOptions, StateDict } from "./state-dict.js";
