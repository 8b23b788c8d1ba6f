// The plans of one module: keyed by the shape of an image, so that any batch finds its plan; the last few are kept.
import { createPlan } from "../backend/load.js";
import type { BackendPlan, DType, PackedWeights } from "../backend/types.js";
import { shapeError, showShape } from "../errors.js";
import { type ConvProblem, makeProblem } from "../geometry.js";
import type { ConvSettings, Operation } from "../settings.js";
import type { Tensor } from "../tensor.js";
import type { WeightSnapshot } from "./weights.js";

/** Plans kept: enough for a few image sizes in turn, little enough to forget weights that were packed for old ones. */
const KEPT_PLANS = 4;

/** A plan with the shapes of its images. */
export class PlanEntry {
  readonly plan: BackendPlan;
  readonly dtype: DType;
  readonly inputImage: readonly number[];
  readonly outputImage: readonly number[];
  #batchedOutput: readonly number[] = [];
  #snapshot: WeightSnapshot | null = null;
  #packed: PackedWeights | null = null;

  constructor(plan: BackendPlan, inputImage: readonly number[], outputImage: readonly number[]) {
    this.plan = plan;
    this.dtype = plan.geometry.dtype;
    this.inputImage = inputImage;
    this.outputImage = outputImage;
  }

  /** Whether `input` is one image of this plan, or a batch of them that is not empty. */
  fits(input: Tensor): boolean {
    const { shape } = input;
    const { inputImage } = this;
    const lead = shape.length - inputImage.length;
    if (input.dtype !== this.dtype || lead < 0 || lead > 1 || shape[0] === 0) return false;
    for (let axis = 0; axis < inputImage.length; axis++) if (shape[axis + lead] !== inputImage[axis]) return false;
    return true;
  }

  /** The output's shape for a batch; the last one is at hand, so that a warm call makes no array. */
  batchedOutput(batch: number): readonly number[] {
    if (this.#batchedOutput[0] !== batch) {
      this.#batchedOutput = Object.freeze([batch, ...this.outputImage]);
    }
    return this.#batchedOutput;
  }

  /** The packed weights of a snapshot; the last ones are at hand. */
  packedOf(snapshot: WeightSnapshot): PackedWeights {
    if (this.#snapshot === snapshot && this.#packed !== null) return this.#packed;
    this.#packed = snapshot.packedFor(this.plan);
    this.#snapshot = snapshot;
    return this.#packed;
  }

  /** Lets old weights go. */
  forget(): void {
    this.#snapshot = null;
    this.#packed = null;
  }
}

export class PlanCache {
  readonly #operation: Operation;
  readonly #settings: ConvSettings;
  readonly #inChannels: number;
  /** Latest first. */
  #entries: readonly PlanEntry[] = [];

  constructor(operation: Operation, settings: ConvSettings, inChannels: number) {
    this.#operation = operation;
    this.#settings = settings;
    this.#inChannels = inChannels;
  }

  /** The entry for an input that is not an empty batch; a new one passes every rule of shapes first. */
  find(input: Tensor, weightShape: readonly number[], biasShape: readonly number[] | null): PlanEntry {
    const last = this.#entries[0];
    if (last?.fits(input)) return last;
    const found = this.#entries.find((entry) => entry.fits(input)) ?? this.#make(input, weightShape, biasShape);
    this.#entries = [found, ...this.#entries.filter((entry) => entry !== found)].slice(0, KEPT_PLANS);
    return found;
  }

  /** Every rule of shapes, for an empty batch too. */
  check(input: Tensor, weightShape: readonly number[], biasShape: readonly number[] | null): ConvProblem {
    const { shape, dtype } = input;
    const problem = makeProblem(this.#operation, this.#settings, dtype, shape, weightShape, biasShape);
    // A shared bank fits any number of channels; the module was made for one.
    const { inChannels } = problem.geometry;
    if (inChannels === this.#inChannels) return problem;
    const rule = `expected an input of ${this.#inChannels} channels`;
    throw shapeError(this.#operation.name, `${rule}, but input ${showShape(shape)} has ${inChannels}`);
  }

  #make(input: Tensor, weightShape: readonly number[], biasShape: readonly number[] | null): PlanEntry {
    const { geometry, inputShape, outputShape } = this.check(input, weightShape, biasShape);
    const lead = inputShape.length - this.#operation.rank - 1;
    const inputImage = Object.freeze(inputShape.slice(lead));
    return new PlanEntry(createPlan(geometry), inputImage, Object.freeze(outputShape.slice(lead)));
  }

  forgetWeights(): void {
    for (const entry of this.#entries) entry.forget();
  }
}
