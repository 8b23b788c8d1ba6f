// Tensors as PyTorch prints them: 4 digits, one width for all elements, scientific where the magnitudes are far
// apart, and only the edges of what has more than 1000 elements.
import type { Tensor } from "./tensor.js";

const PRECISION = 4;
const THRESHOLD = 1000;
const EDGE_ITEMS = 3;
const LINE_WIDTH = 80;
const PREFIX = "tensor(";

function named(value: number): string | undefined {
  if (Number.isNaN(value)) return "nan";
  if (value === Infinity) return "inf";
  return value === -Infinity ? "-inf" : undefined;
}

/** Digits as Python rounds them: a decimal tie goes to the even digit, where JavaScript takes the larger one. */
function digitsOf(exact: string): string {
  const point = exact.indexOf(".");
  const kept = exact.slice(0, point + 1 + PRECISION);
  const rest = exact.slice(point + 1 + PRECISION);
  const lastDigit = Number(kept.at(-1));
  const isTie = /^50*$/.test(rest);
  const up = isTie ? lastDigit % 2 === 1 : rest >= "5";
  if (!up) return kept;
  const digits = (BigInt(kept.replace(".", "")) + 1n).toString().padStart(kept.length - 1, "0");
  return `${digits.slice(0, -PRECISION)}.${digits.slice(-PRECISION)}`;
}

function fixed(value: number): string {
  const special = named(value);
  if (special !== undefined) return special;
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  // 100 digits hold every tie exactly, and fixed notation is only chosen below 1e8.
  return sign + digitsOf(Math.abs(value).toFixed(100));
}

function scientific(value: number): string {
  const special = named(value);
  if (special !== undefined) return special;
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const [mantissa = "", exponent = ""] = Math.abs(value).toExponential(100).split("e");
  let digits = digitsOf(mantissa);
  let power = Number(exponent);
  if (digits.startsWith("10.")) {
    digits = `1.${"0".repeat(PRECISION)}`;
    power++;
  }
  return `${sign}${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

function whole(value: number): string {
  const digits = named(value) ?? (Object.is(value, -0) ? "-0" : BigInt(value).toString());
  return Number.isFinite(value) ? `${digits}.` : digits;
}

interface Notation {
  readonly width: number;
  readonly format: (value: number) => string;
}

/** The notation for a whole tensor, from the elements that will be shown. */
function chooseNotation(shown: readonly number[]): Notation {
  const finite = shown.filter((value) => Number.isFinite(value) && value !== 0);
  if (finite.length === 0) return { width: 1, format: whole };
  const magnitudes = finite.map(Math.abs);
  const largest = Math.max(...magnitudes);
  const smallest = Math.min(...magnitudes);
  const areWhole = finite.every(Number.isInteger);
  const isWide = largest / smallest > 1000 || largest > 1e8 || (!areWhole && smallest < 1e-4);
  const plain = isWide ? scientific : areWhole ? whole : fixed;
  const width = Math.max(...finite.map((value) => plain(value).length));
  return { width, format: (value) => plain(value).padStart(width) };
}

const GAP = -1;

/** The indices of an axis that are shown; GAP stands where some are left out. */
function shownIndices(size: number, isSummary: boolean): number[] {
  const all = Array.from({ length: isSummary ? Math.min(size, 2 * EDGE_ITEMS) : size }, (_, index) => index);
  if (!isSummary || size <= 2 * EDGE_ITEMS) return all;
  return [...all.slice(0, EDGE_ITEMS), GAP, ...all.slice(0, EDGE_ITEMS).map((index) => size - EDGE_ITEMS + index)];
}

/** Offsets of the elements that are shown. */
function shownOffsets(shape: readonly number[], isSummary: boolean): number[] {
  let offsets = [0];
  for (const size of shape) {
    const indices = shownIndices(size, isSummary).filter((index) => index !== GAP);
    offsets = offsets.flatMap((offset) => indices.map((index) => offset * size + index));
  }
  return offsets;
}

function printVector(cells: readonly string[], width: number, indent: number): string {
  const perLine = Math.max(1, Math.floor((LINE_WIDTH - indent) / (width + 2)));
  const lines: string[] = [];
  for (let start = 0; start < cells.length; start += perLine)
    lines.push(cells.slice(start, start + perLine).join(", "));
  return `[${lines.join(`,\n${" ".repeat(indent + 1)}`)}]`;
}

/** Everything below one index of the leading axes, whose elements begin at `offset` of that axis' blocks. */
function printBlock(tensor: Tensor, axis: number, offset: number, isSummary: boolean, notation: Notation): string {
  const { shape, data } = tensor;
  if (axis === shape.length) return notation.format(data[offset] as number);
  const size = shape[axis] as number;
  const isVector = axis === shape.length - 1;
  const indent = PREFIX.length + axis;
  const cells = shownIndices(size, isSummary).map((index) => {
    if (index === GAP) return isVector ? " ..." : "...";
    return printBlock(tensor, axis + 1, offset * size + index, isSummary, notation);
  });
  if (isVector) return printVector(cells, notation.width, indent);
  return `[${cells.join(`,${"\n".repeat(shape.length - axis - 1)}${" ".repeat(indent + 1)}`)}]`;
}

function withSuffixes(text: string, suffixes: readonly string[]): string {
  let result = text;
  let lineLength = text.length - text.lastIndexOf("\n") + 1;
  for (const suffix of suffixes) {
    if (lineLength + suffix.length + 2 > LINE_WIDTH) {
      result += `,\n${" ".repeat(PREFIX.length)}${suffix}`;
      lineLength = PREFIX.length + suffix.length;
    } else {
      result += `, ${suffix}`;
      lineLength += suffix.length + 2;
    }
  }
  return `${result})`;
}

/** `tensor([[1., 2.], [3., 4.]])`, with the element type where it is not float32. */
export function printTensor(tensor: Tensor): string {
  const suffixes: string[] = [];
  const isEmpty = tensor.numel === 0;
  if (isEmpty && tensor.shape.length !== 1) suffixes.push(`size=(${tensor.shape.join(", ")})`);
  if (tensor.dtype !== "float32") suffixes.push(`dtype=${tensor.dtype}`);
  if (isEmpty) return withSuffixes(`${PREFIX}[]`, suffixes);
  const isSummary = tensor.numel > THRESHOLD;
  const shown = shownOffsets(tensor.shape, isSummary).map((offset) => tensor.data[offset] as number);
  return withSuffixes(PREFIX + printBlock(tensor, 0, 0, isSummary, chooseNotation(shown)), suffixes);
}
