import { show, typeError } from "../errors.js";
import { defaultGenerator } from "../random.js";
import { Tensor } from "../tensor.js";

/** The first argument of every initialiser. */
export function requireTensor(operation: string, value: unknown): Tensor {
  if (value instanceof Tensor) return value;
  throw typeError(operation, `the first argument must be a Tensor, but got ${show(value)}`);
}

/** Draws every element, in order. */
export function fillBy(tensor: Tensor, draw: () => number): Tensor {
  const { data } = tensor;
  for (let i = 0; i < data.length; i++) data[i] = draw();
  return tensor.touch();
}

export function fillUniform(tensor: Tensor, a: number, b: number): Tensor {
  const generator = defaultGenerator();
  return fillBy(tensor, () => a + (b - a) * generator.uniform());
}

export function fillNormal(tensor: Tensor, mean: number, std: number): Tensor {
  const generator = defaultGenerator();
  return fillBy(tensor, () => mean + std * generator.normal());
}
