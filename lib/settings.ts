// Options -> ConvSettings: every rule that needs no shape, with its message.
import type { Activation, Layout, PaddingMode } from "./backend/types.js";
import {
  rangeError,
  requireNonNegativeInteger,
  requireOneOf,
  requirePositiveInteger,
  show,
  showShape,
  typeError,
} from "./errors.js";
import type { OptionValues } from "./options.js";

/** Which convolution, and the name that its messages carry. */
export interface Operation {
  readonly name: string;
  readonly rank: 1 | 2 | 3;
  readonly sharedBank: boolean;
}

export const CONV1D: Operation = { name: "conv1d", rank: 1, sharedBank: false };
export const CONV2D: Operation = { name: "conv2d", rank: 2, sharedBank: false };
export const CONV3D: Operation = { name: "conv3d", rank: 3, sharedBank: false };
export const SHARED_DEPTHWISE_CONV2D: Operation = { name: "sharedDepthwiseConv2d", rank: 2, sharedBank: true };

/** Options that say what the convolution is, resolved as far as possible without any shape. */
export interface ConvSettings {
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** All beginnings, then all ends; `'same'` waits for the kernel. */
  readonly padding: readonly number[] | "same";
  readonly groups: number;
  readonly layout: Layout;
  readonly paddingMode: PaddingMode;
  readonly activation: Activation | null;
}

export const LAYOUTS: readonly Layout[] = ["NCHW", "NHWC"];
export const PADDING_MODES: readonly PaddingMode[] = ["zeros", "reflect", "replicate", "circular"];
export const ACTIVATIONS: readonly Activation[] = ["relu", "relu6", "silu", "hardswish"];

/** The names of the options that `readSettings` understands. */
export function settingNames(operation: Operation): string[] {
  const names = ["stride", "padding", "dilation", "groups", "layout", "activation", "paddingMode"];
  // A shared bank is depthwise by definition: as many groups as input channels.
  return operation.sharedBank ? names.filter((name) => name !== "groups") : names;
}

type RequireInteger = (operation: string, name: string, value: unknown) => number;

/** A number for all axes, an array of one, or one number an axis; `counts` are the lengths that an array may have. */
function readNumbers(
  operation: Operation,
  name: string,
  value: unknown,
  require: RequireInteger,
  counts: readonly number[],
): number[] {
  if (typeof value === "number") return [require(operation.name, name, value)];
  if (!Array.isArray(value)) {
    throw typeError(operation.name, `${name} must be a number or an array of numbers, but got ${show(value)}`);
  }
  if (!counts.includes(value.length)) {
    const rule = `${name} must be a number or an array of ${counts.join(" or ")} numbers`;
    throw rangeError(operation.name, `${rule}, but got ${value.length} of them: ${show(value)}`);
  }
  return Array.from(value as unknown[], (item, index) => require(operation.name, `${name}[${index}]`, item));
}

function spread(numbers: number[], count: number): readonly number[] {
  const [first] = numbers;
  return Object.freeze(numbers.length === 1 ? new Array<number>(count).fill(first as number) : numbers);
}

/** A kernel size, a stride or a dilation: a number, or one a axis. */
export function readPerAxis(operation: Operation, name: string, value: unknown): readonly number[] {
  const counts = operation.rank === 1 ? [1] : [1, operation.rank];
  return spread(readNumbers(operation, name, value, requirePositiveInteger, counts), operation.rank);
}

function readPadding(operation: Operation, value: unknown, stride: readonly number[]): readonly number[] | "same" {
  const { rank, name } = operation;
  if (typeof value === "string") {
    const word = requireOneOf(name, "padding", value, ["same", "valid"]);
    if (word === "valid") return spread([0], 2 * rank);
    if (stride.some((step) => step !== 1)) {
      throw rangeError(name, `padding 'same' needs a stride of 1, but got stride ${showShape(stride)}`);
    }
    return word;
  }
  const counts = rank === 1 ? [1, 2] : [1, rank, 2 * rank];
  const numbers = readNumbers(operation, "padding", value, requireNonNegativeInteger, counts);
  return spread(numbers.length === rank && rank > 1 ? [...numbers, ...numbers] : numbers, 2 * rank);
}

/** Every rule that needs no shape. `options` comes from `readOptions`. */
export function readSettings(operation: Operation, options: OptionValues): ConvSettings {
  const { stride = 1, padding = 0, dilation = 1, groups = 1, layout = "NCHW", paddingMode = "zeros" } = options;
  const { activation = null } = options;
  const { name } = operation;
  const strides = readPerAxis(operation, "stride", stride);
  return Object.freeze({
    stride: strides,
    padding: readPadding(operation, padding, strides),
    dilation: readPerAxis(operation, "dilation", dilation),
    groups: requirePositiveInteger(name, "groups", groups),
    layout: requireOneOf(name, "layout", layout, LAYOUTS),
    paddingMode: requireOneOf(name, "paddingMode", paddingMode, PADDING_MODES),
    activation: activation === null ? null : requireOneOf(name, "activation", activation, ACTIVATIONS),
  });
}
