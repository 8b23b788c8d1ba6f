import { show, typeError } from "../errors.js";
import { readOperand, requireMemory, type TensorLike } from "../operand.js";
import { Tensor } from "../tensor.js";

/**
 * A tensor that a module learns: what `parameters()` lists and `stateDict()` holds.
 *
 * Made from a tensor without a copy; memory and version are shared with it.
 *
 * @example
 * ```ts
 * class Scale extends nn.Module {
 *   readonly factor = new nn.Parameter(ones([1]));
 * }
 * ```
 *
 * @throws `ERR_DEPTHWISE_TYPE` for anything but a tensor.
 */
export class Parameter extends Tensor {
  constructor(source: TensorLike) {
    const { data, shape } = readSource(source);
    super(data, shape, source instanceof Tensor ? source : undefined);
  }
}

function readSource(source: unknown) {
  if (source instanceof Tensor) return source;
  if (source === undefined || source === null) {
    throw typeError("Parameter", `a parameter is made from a tensor, but got ${show(source)}`);
  }
  const operand = readOperand("Parameter", "tensor", source);
  requireMemory("Parameter", operand);
  return operand;
}
