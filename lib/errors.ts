// Every error of the library is made here: one class for the wrong kind of thing, one for the wrong value or shape,
// one for what is nobody's argument. A message is "operation: rule with its numbers, but got what came".

/** What `error.code` can be. */
export type ErrorCode =
  | "ERR_DEPTHWISE_TYPE"
  | "ERR_DEPTHWISE_VALUE"
  | "ERR_DEPTHWISE_SHAPE"
  | "ERR_DEPTHWISE_OPTION"
  | "ERR_DEPTHWISE_DETACHED"
  | "ERR_DEPTHWISE_RESIZABLE"
  | "ERR_DEPTHWISE_OVERLAP"
  | "ERR_DEPTHWISE_TOO_LARGE"
  | "ERR_DEPTHWISE_MEMORY"
  | "ERR_DEPTHWISE_BACKEND"
  | "ERR_DEPTHWISE_INTERNAL";

/** The wrong kind of thing: not an array, a typed array of another element type, an option that does not exist. */
export class DepthwiseTypeError extends TypeError {
  override readonly name = "DepthwiseTypeError";
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The wrong value or shape: the numbers do not fit together, or do not fit into memory. */
export class DepthwiseRangeError extends RangeError {
  override readonly name = "DepthwiseRangeError";
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What is wrong with the installation or the library itself: a backend that does not load, a broken promise. */
export class DepthwiseError extends Error {
  override readonly name = "DepthwiseError";
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Sizes and counts of one axis, and every option that is a number, are 32-bit integers below the binding. */
export const MAX_SIZE = 2147483647;

export function typeError(
  operation: string,
  message: string,
  code: ErrorCode = "ERR_DEPTHWISE_TYPE",
): DepthwiseTypeError {
  return new DepthwiseTypeError(code, `${operation}: ${message}`);
}

export function rangeError(
  operation: string,
  message: string,
  code: ErrorCode = "ERR_DEPTHWISE_VALUE",
): DepthwiseRangeError {
  return new DepthwiseRangeError(code, `${operation}: ${message}`);
}

export function shapeError(operation: string, message: string): DepthwiseRangeError {
  return rangeError(operation, message, "ERR_DEPTHWISE_SHAPE");
}

export function tooLargeError(operation: string, message: string): DepthwiseRangeError {
  return rangeError(operation, message, "ERR_DEPTHWISE_TOO_LARGE");
}

export function memoryError(operation: string, message: string, cause: unknown): DepthwiseRangeError {
  return new DepthwiseRangeError("ERR_DEPTHWISE_MEMORY", `${operation}: ${message}`, { cause });
}

/** Memory that was given to a pending call and taken away before it ended. */
export function detachedError(message: string): DepthwiseTypeError {
  return new DepthwiseTypeError("ERR_DEPTHWISE_DETACHED", `depthwise: ${message}`);
}

/** A backend, ISA or kernel that was asked for by name and cannot serve. */
export function backendError(message: string, cause?: unknown): DepthwiseError {
  return new DepthwiseError(
    "ERR_DEPTHWISE_BACKEND",
    `depthwise: ${message}`,
    cause === undefined ? undefined : { cause },
  );
}

/** Shapes as `[n, c, h, w]`. */
export function showShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/** A value as a message shows it: short, and without calling a toString of its own. */
export function show(value: unknown): string {
  if (typeof value === "string") return value.length <= 40 ? `'${value}'` : `'${value.slice(0, 40)}...'`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (typeof value === "symbol") return "a symbol";
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : String(value);
  const tag = typedArrayTag(value);
  if (tag !== undefined) return `${tag} of ${(value as ArrayLike<unknown>).length}`;
  if (!Array.isArray(value)) return "an object";
  if (value.length > 8) return `an array of ${value.length}`;
  return `[${value.map((item) => (typeof item === "object" && item !== null ? "..." : show(item))).join(", ")}]`;
}

const readTag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get;

/** `'Float32Array'` and so on for a typed array of any realm, `undefined` for everything else. Cannot be forged. */
export function typedArrayTag(value: unknown): string | undefined {
  return readTag?.call(value) as string | undefined;
}

function requireNumber(operation: string, name: string, value: unknown, rule: string): number {
  if (typeof value !== "number") throw typeError(operation, `${name} must be ${rule}, but got ${show(value)}`);
  return value;
}

function requireIntegerFrom(lowest: 0 | 1, operation: string, name: string, value: unknown): number {
  const rule = lowest === 1 ? "a positive integer" : "an integer of at least 0";
  const number = requireNumber(operation, name, value, rule);
  if (!Number.isInteger(number) || number < lowest)
    throw rangeError(operation, `${name} must be ${rule}, but got ${show(number)}`);
  if (number > MAX_SIZE) throw tooLargeError(operation, `${name} must be at most ${MAX_SIZE}, but got ${number}`);
  return number;
}

export function requirePositiveInteger(operation: string, name: string, value: unknown): number {
  return requireIntegerFrom(1, operation, name, value);
}

export function requireNonNegativeInteger(operation: string, name: string, value: unknown): number {
  return requireIntegerFrom(0, operation, name, value);
}

export function requireFinite(operation: string, name: string, value: unknown): number {
  const number = requireNumber(operation, name, value, "a finite number");
  if (!Number.isFinite(number)) throw rangeError(operation, `${name} must be a finite number, but got ${number}`);
  return number;
}

export function requireBoolean(operation: string, name: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw typeError(operation, `${name} must be true or false, but got ${show(value)}`);
  return value;
}

/** One of a few words. A wrong word is a wrong value, anything but a string the wrong kind of thing. */
export function requireOneOf<Word extends string>(
  operation: string,
  name: string,
  value: unknown,
  words: readonly Word[],
): Word {
  const rule = `${name} must be ${words.map((word) => `'${word}'`).join(" or ")}`;
  if (typeof value !== "string") throw typeError(operation, `${rule}, but got ${show(value)}`);
  const found = words.find((word) => word === value);
  if (found === undefined) throw rangeError(operation, `${rule}, but got ${show(value)}`);
  return found;
}

/** `divisor` (a named number) must divide `value` (another). */
export function requireDivides(
  operation: string,
  divisorName: string,
  divisor: number,
  name: string,
  value: number,
): void {
  if (value % divisor === 0) return;
  throw rangeError(
    operation,
    `${divisorName} must be a positive integer that divides ${name}=${value}, but got ${divisor}`,
  );
}

/** An array of sizes, each an integer of at least 0, as a frozen array. */
export function requireShape(operation: string, name: string, value: unknown): readonly number[] {
  if (!Array.isArray(value) && typedArrayTag(value) === undefined) {
    throw typeError(operation, `${name} must be an array of sizes, but got ${show(value)}`);
  }
  const sizes = Array.from(value as ArrayLike<unknown>);
  return Object.freeze(sizes.map((size, axis) => requireNonNegativeInteger(operation, `${name}[${axis}]`, size)));
}
