// Parameters by name, and how they are loaded: all or nothing, with every problem named at once.
import { type ErrorCode, rangeError, requireBoolean, show, showShape, typeError } from "../errors.js";
import { type Operand, readOperand, requireMemory } from "../operand.js";
import { readOptions } from "../options.js";
import { sameShape } from "../tensor.js";
import type { Parameter } from "./parameter.js";

/** Parameters by dotted name, in PyTorch's order. */
export type StateDict = Record<string, Parameter>;

/** Options of `loadStateDict`. */
export interface LoadStateDictOptions {
  /** Whether missing and unexpected keys are refused; default true. */
  readonly strict?: boolean | undefined;
}

/** What `loadStateDict` found. */
export interface LoadResult {
  readonly missingKeys: readonly string[];
  readonly unexpectedKeys: readonly string[];
}

export function loadStateDict(
  name: string,
  own: StateDict,
  dict: unknown,
  options: LoadStateDictOptions | undefined,
): LoadResult {
  const { strict: strictOption = true } = readOptions("loadStateDict", ["strict"], options);
  const strict = requireBoolean("loadStateDict", "strict", strictOption);
  if (typeof dict !== "object" || dict === null || Array.isArray(dict)) {
    throw typeError("loadStateDict", `the state must be an object of tensors by name, but got ${show(dict)}`);
  }
  const given = new Map<string, unknown>(Object.entries(dict));
  const missingKeys = Object.keys(own).filter((key) => !given.has(key));
  const unexpectedKeys = [...given.keys()].filter((key) => !Object.hasOwn(own, key));
  const problems: string[] = [];
  let code: ErrorCode = "ERR_DEPTHWISE_SHAPE";
  if (strict && (missingKeys.length > 0 || unexpectedKeys.length > 0)) {
    code = "ERR_DEPTHWISE_VALUE";
    if (unexpectedKeys.length > 0) problems.push(`unexpected keys ${quote(unexpectedKeys)}`);
    if (missingKeys.length > 0) problems.push(`missing keys ${quote(missingKeys)}`);
  }
  const operands: [Parameter, Operand][] = [];
  for (const [key, parameter] of Object.entries(own)) {
    if (!given.has(key)) continue;
    const operand = readOperand("loadStateDict", key, given.get(key));
    if (sameShape(operand.shape, parameter.shape)) operands.push([parameter, operand]);
    else problems.push(`${key} must have the shape ${showShape(parameter.shape)}, but got ${showShape(operand.shape)}`);
  }
  if (problems.length > 0)
    throw rangeError("loadStateDict", `state does not fit ${name}: ${problems.join("; ")}`, code);
  for (const [, operand] of operands) requireMemory("loadStateDict", operand);
  for (const [parameter, { data }] of operands) {
    parameter.data.set(data);
    parameter.touch();
  }
  return { missingKeys, unexpectedKeys };
}

function quote(keys: readonly string[]): string {
  return keys.map((key) => `'${key}'`).join(", ");
}
