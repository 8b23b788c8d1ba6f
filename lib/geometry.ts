// Shapes -> frozen Geometry. Every rule about shapes stands here, with its message, for both backends; nothing is
// allocated before all of them hold.
import type { Axis, DType, Geometry, Layout, PaddingMode } from "./backend/types.js";
import { MAX_SIZE, shapeError, showShape, tooLargeError } from "./errors.js";
import type { ConvSettings, Operation } from "./settings.js";
import { countElements } from "./typed-array.js";

/** A geometry with its batch and the shapes as the caller sees them. */
export interface ConvProblem {
  readonly geometry: Geometry;
  /** Images; 1 for an unbatched input. */
  readonly batch: number;
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
}

const AXIS_NAMES = ["depth", "height", "width"] as const;

const POINT: Axis = Object.freeze({ in: 1, kernel: 1, stride: 1, dilation: 1, pad: 0, padEnd: 0, out: 1 });

const reachOf = (axis: Axis) => axis.dilation * (axis.kernel - 1) + 1;
const paddedOf = (axis: Axis) => axis.in + axis.pad + axis.padEnd;

function makeAxis(operation: Operation, settings: ConvSettings, index: number, size: number, kernel: number): Axis {
  const stride = settings.stride[index] as number;
  const dilation = settings.dilation[index] as number;
  const reach = dilation * (kernel - 1);
  const [pad, padEnd] =
    settings.padding === "same"
      ? [Math.floor(reach / 2), reach - Math.floor(reach / 2)]
      : [settings.padding[index] as number, settings.padding[operation.rank + index] as number];
  const axisName = AXIS_NAMES[3 - operation.rank + index] as string;
  if (reach + 1 > MAX_SIZE) {
    throw tooLargeError(
      operation.name,
      `kernel ${axisName} ${kernel} with dilation ${dilation} reaches over ${MAX_SIZE} elements`,
    );
  }
  const padded = size + pad + padEnd;
  if (padded > MAX_SIZE) {
    throw tooLargeError(operation.name, `input ${axisName} ${size} padded by ${pad} and ${padEnd} passes ${MAX_SIZE}`);
  }
  const out = Math.floor((padded - reach - 1) / stride) + 1;
  return Object.freeze({ in: size, kernel, stride, dilation, pad, padEnd, out });
}

function requireKernelFits(operation: Operation, axes: readonly Axis[]): void {
  if (axes.every((axis) => reachOf(axis) <= paddedOf(axis))) return;
  const join = (size: (axis: Axis) => number) => axes.map(size).join("x");
  const dilated = axes.some((axis) => axis.dilation > 1) ? ` (dilated to ${join(reachOf)})` : "";
  const padded = axes.some((axis) => axis.pad + axis.padEnd > 0) ? "padded " : "";
  throw shapeError(
    operation.name,
    `kernel ${join((axis) => axis.kernel)}${dilated} is larger than the ${padded}input ${join(paddedOf)}`,
  );
}

function requirePaddingFits(operation: Operation, mode: PaddingMode, axes: readonly Axis[]): void {
  if (mode !== "reflect" && mode !== "circular") return;
  for (const [index, axis] of axes.entries()) {
    const widest = Math.max(axis.pad, axis.padEnd);
    const axisName = AXIS_NAMES[3 - operation.rank + index];
    if (mode === "reflect" && widest >= axis.in) {
      throw shapeError(
        operation.name,
        `paddingMode 'reflect' needs padding below the input ${axisName} ${axis.in}, but got ${widest}`,
      );
    }
    if (mode === "circular" && widest > axis.in) {
      throw shapeError(
        operation.name,
        `paddingMode 'circular' needs padding of at most the input ${axisName} ${axis.in}, but got ${widest}`,
      );
    }
  }
}

function requireRanks(operation: Operation, layout: Layout, input: readonly number[], weight: readonly number[]): void {
  const { rank, name } = operation;
  const letters = AXIS_NAMES.slice(3 - rank).map((axis) => axis[0]);
  const image = (layout === "NCHW" ? ["c", ...letters] : [...letters, "c"]).join(", ");
  if (weight.length !== rank + 2) {
    const kernel = letters.map((letter) => `k${letter}`).join(", ");
    const form = operation.sharedBank ? `[m, 1, ${kernel}]` : `[out, in/groups, ${kernel}]`;
    throw shapeError(name, `weight must have ${rank + 2} axes ${form}, but got ${showShape(weight)}`);
  }
  if (input.length !== rank + 1 && input.length !== rank + 2) {
    const rule = `input must have ${rank + 2} axes [n, ${image}] or, unbatched, ${rank + 1} axes [${image}]`;
    throw shapeError(name, `${rule}, but got ${showShape(input)}`);
  }
  if (weight.some((size) => size < 1)) throw shapeError(name, `weight ${showShape(weight)} has an axis of size 0`);
}

/** The number of groups, once weight, input channels and groups are known to fit together. */
function requireChannelsFit(
  operation: Operation,
  groups: number,
  input: readonly number[],
  channels: number,
  weight: readonly number[],
): number {
  const [count, inPerGroup] = weight as readonly [number, number];
  const { name } = operation;
  if (channels === 0) throw shapeError(name, `input ${showShape(input)} has 0 channels, but at least 1 is needed`);
  if (operation.sharedBank) {
    if (inPerGroup !== 1) {
      throw shapeError(name, `weight of a shared bank must be [m, 1, kh, kw], but got ${showShape(weight)}`);
    }
    if (count * channels > MAX_SIZE) {
      throw tooLargeError(
        name,
        `weight ${showShape(weight)} on ${channels} channels gives over ${MAX_SIZE} output channels`,
      );
    }
    return channels;
  }
  if (count % groups !== 0) {
    throw shapeError(
      name,
      `groups must divide the output channels, but got groups=${groups} and weight ${showShape(weight)} with ${count}`,
    );
  }
  if (inPerGroup * groups !== channels) {
    const rule = `weight ${showShape(weight)} with groups=${groups} needs ${inPerGroup * groups} input channels`;
    throw shapeError(name, `${rule}, but input ${showShape(input)} has ${channels}`);
  }
  return groups;
}

function requireBias(operation: Operation, bias: readonly number[], count: number): void {
  if (bias.length === 1 && bias[0] === count) return;
  const came = bias.length === 1 ? String(bias[0]) : `shape ${showShape(bias)}`;
  throw shapeError(operation.name, `expected bias of ${count} elements, but got ${came}`);
}

/** Every rule that needs the shapes. Shapes are arrays of integers of at least 0 (`requireShape`). */
export function makeProblem(
  operation: Operation,
  settings: ConvSettings,
  dtype: DType,
  input: readonly number[],
  weight: readonly number[],
  bias: readonly number[] | null,
): ConvProblem {
  const { name, rank, sharedBank } = operation;
  const { layout, paddingMode, activation } = settings;
  requireRanks(operation, layout, input, weight);
  const batched = input.length === rank + 2;
  const batch = batched ? (input[0] as number) : 1;
  const image = batched ? input.slice(1) : input;
  const channels = image[layout === "NCHW" ? 0 : rank] as number;
  const sizes = layout === "NCHW" ? image.slice(1) : image.slice(0, rank);
  const groups = requireChannelsFit(operation, settings.groups, input, channels, weight);
  const [count, inPerGroup, ...kernel] = weight as [number, number, ...number[]];
  if (bias !== null) requireBias(operation, bias, count);
  // As in PyTorch, an empty batch may have empty axes where padding makes up for them; such a problem is never planned.
  if (batch > 0 && sizes.includes(0)) {
    throw shapeError(name, `input ${showShape(input)} has an axis of size 0; only the batch may be empty`);
  }
  const axes = sizes.map((size, index) => makeAxis(operation, settings, index, size, kernel[index] as number));
  requireKernelFits(operation, axes);
  requirePaddingFits(operation, paddingMode, axes);
  const outChannels = sharedBank ? count * channels : count;
  const space = axes.map((axis) => axis.out);
  const outputImage = layout === "NCHW" ? [outChannels, ...space] : [...space, outChannels];
  const outputShape = Object.freeze(batched ? [batch, ...outputImage] : outputImage);
  countElements(name, "input", input);
  countElements(name, "output", outputShape);
  const padding = new Array<Axis>(3 - rank).fill(POINT);
  const geometry: Geometry = Object.freeze({
    dtype,
    layout,
    paddingMode,
    activation,
    sharedBank,
    hasBias: bias !== null,
    inChannels: channels,
    outChannels,
    groups,
    inPerGroup,
    outPerGroup: outChannels / groups,
    weightCount: count,
    axes: Object.freeze([...padding, ...axes]) as unknown as Geometry["axes"],
    inputElements: countElements(name, "one image of input", image),
    outputElements: countElements(name, "one image of output", outputImage),
    weightElements: countElements(name, "weight", weight),
  });
  return Object.freeze({ geometry, batch, inputShape: Object.freeze([...input]), outputShape });
}
