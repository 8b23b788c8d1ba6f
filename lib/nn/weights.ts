// A module's weights as they were at one moment, and packed as its kernels want them.
import type { BackendPlan, DType, FloatArray, PackedWeights } from "../backend/types.js";
import { typeError } from "../errors.js";
import type { Tensor } from "../tensor.js";
import { requireUsable } from "../typed-array.js";

/**
 * A copy of weight and bias. It is what every kernel of the module gets packed from, also one that is chosen later for
 * another input size: numbers written into `weight.data` without `touch()` are seen by none of them.
 */
export class WeightSnapshot {
  readonly dtype: DType;
  readonly #weight: Tensor;
  readonly #weightVersion: number;
  readonly #bias: Tensor | null;
  readonly #biasVersion: number;
  readonly #weightData: FloatArray;
  readonly #biasData: FloatArray | null;
  readonly #packed = new Map<string, PackedWeights>();

  constructor(operation: string, weight: Tensor, bias: Tensor | null) {
    requireUsable(operation, "weight", weight.data, weight.numel, weight.shape);
    if (bias !== null) {
      requireUsable(operation, "bias", bias.data, bias.numel, bias.shape);
      if (bias.dtype !== weight.dtype) {
        throw typeError(
          operation,
          `bias is ${bias.dtype}, but weight is ${weight.dtype}; one call has one element type`,
        );
      }
    }
    this.dtype = weight.dtype;
    this.#weight = weight;
    this.#weightVersion = weight.version;
    this.#bias = bias;
    this.#biasVersion = bias === null ? 0 : bias.version;
    this.#weightData = weight.data.slice();
    this.#biasData = bias === null ? null : bias.data.slice();
  }

  /** Whether these are still the tensors of the module, unwritten as far as they know. */
  isCurrent(weight: Tensor, bias: Tensor | null): boolean {
    return (
      weight === this.#weight &&
      bias === this.#bias &&
      weight.version === this.#weightVersion &&
      (bias === null || bias.version === this.#biasVersion)
    );
  }

  /** Plans whose kernels pack alike share the packed weights. */
  packedFor(plan: BackendPlan): PackedWeights {
    let packed = this.#packed.get(plan.packingKey);
    if (packed === undefined) {
      packed = plan.pack(this.#weightData, this.#biasData);
      this.#packed.set(plan.packingKey, packed);
    }
    return packed;
  }
}
