// The backend in plain JavaScript: the same plans, the same errors and the same numbers within float rounding.
import { backendError, memoryError } from "../errors.js";
import { depthwise, depthwiseK3 } from "./fallback/depthwise.js";
import { grouped } from "./fallback/grouped.js";
import { type Image, type JsKernel, type JsPacked, multiplyAdds, type Work } from "./fallback/kernel.js";
import { reference } from "./fallback/reference.js";
import { deliver, enqueue } from "./slices.js";
import type {
  AsyncWeights,
  Backend,
  BackendPlan,
  DType,
  FloatArray,
  Forced,
  Geometry,
  KernelInfo,
  PackedWeights,
} from "./types.js";

const ISA = "js";
const KERNELS: readonly JsKernel[] = [depthwiseK3, depthwise, grouped, reference];
const DTYPES: readonly DType[] = ["float32", "float64"];

const infos: readonly KernelInfo[] = KERNELS.flatMap((kernel) =>
  DTYPES.map((dtype) => ({ name: kernel.name, isa: ISA, dtype, exact: true })),
);

function fullName(kernel: JsKernel): string {
  return `${kernel.name}/${ISA}`;
}

/** The kernel that is asked for by name, with or without the ISA; `null`: free choice. */
function findForced(name: string | null): JsKernel | null {
  if (name === null) return null;
  const found = KERNELS.find((kernel) => kernel.name === name || fullName(kernel) === name);
  if (found !== undefined) return found;
  throw backendError(`no kernel is called '${name}'; the js backend has ${KERNELS.map(fullName).join(", ")}`);
}

function choose(g: Geometry, forced: JsKernel | null): JsKernel {
  if (forced !== null) {
    const reason = forced.refuses(g);
    if (reason === null) return forced;
    throw backendError(`kernel ${fullName(forced)} was asked for but does not fit: ${reason}`);
  }
  let best = reference;
  for (const kernel of KERNELS) {
    if (kernel.refuses(g) === null && kernel.cost(g) < best.cost(g)) best = kernel;
  }
  return best;
}

class JsPlan implements BackendPlan {
  readonly geometry: Geometry;
  readonly kernel: string;
  readonly isa = ISA;
  readonly packingKey: string;
  readonly #kernel: JsKernel;
  readonly #work: Work;

  constructor(geometry: Geometry, kernel: JsKernel) {
    this.geometry = geometry;
    this.kernel = fullName(kernel);
    this.packingKey = kernel.packing(geometry);
    this.#kernel = kernel;
    this.#work = kernel.prepare(geometry);
  }

  pack(weight: FloatArray, bias: FloatArray | null): JsPacked {
    try {
      return this.#kernel.pack(this.geometry, weight, bias);
    } catch (cause) {
      throw memoryError("depthwise", `no memory to pack ${weight.length} weights`, cause);
    }
  }

  run(packed: PackedWeights, batch: number, input: FloatArray, output: FloatArray): void {
    const { itemsPerImage } = this.#work;
    for (let n = 0; n < batch; n++) {
      const image = this.#image(n, input, output);
      for (let item = 0; item < itemsPerImage; item++) this.#work.run(packed as JsPacked, image, item);
    }
  }

  runOnce(weight: FloatArray, bias: FloatArray | null, batch: number, input: FloatArray, output: FloatArray): void {
    this.run(this.pack(weight, bias), batch, input, output);
  }

  runNew(packed: PackedWeights, batch: number, input: FloatArray): FloatArray {
    const output = this.#allocate(batch * this.geometry.outputElements);
    this.run(packed, batch, input, output);
    return output;
  }

  runOnceNew(weight: FloatArray, bias: FloatArray | null, batch: number, input: FloatArray): FloatArray {
    return this.runNew(this.pack(weight, bias), batch, input);
  }

  runAsync(
    weights: AsyncWeights,
    batch: number,
    input: FloatArray,
    out: FloatArray | null,
    signal: AbortSignal | null,
  ): Promise<FloatArray> {
    return new Promise((resolve, reject) => {
      const packed = "packed" in weights ? (weights.packed as JsPacked) : this.pack(weights.weight, weights.bias);
      const source = input.buffer instanceof SharedArrayBuffer ? input : copyOf(input, this.geometry.dtype);
      const result = this.#allocate(batch * this.geometry.outputElements);
      const { itemsPerImage } = this.#work;
      enqueue({
        items: batch * itemsPerImage,
        run: (index) => {
          const image = this.#image(Math.floor(index / itemsPerImage), source, result);
          this.#work.run(packed, image, index % itemsPerImage);
        },
        finish: () => (out === null ? result : deliver(result, out)),
        resolve,
        reject,
        signal,
      });
    });
  }

  describe(): string {
    const g = this.geometry;
    const bytes = (g.dtype === "float32" ? 4 : 8) * (g.inputElements + g.outputElements + g.weightElements);
    return [
      `kernel: ${this.kernel}`,
      `isa: ${ISA}`,
      `tile: ${this.#work.tile}`,
      "threads: 1",
      `flop per image: ${2 * multiplyAdds(g)}`,
      `bytes per image: ${bytes}`,
    ].join("\n");
  }

  #image(n: number, input: FloatArray, output: FloatArray): Image {
    const { inputElements, outputElements } = this.geometry;
    return { input, inputStart: n * inputElements, output, outputStart: n * outputElements };
  }

  #allocate(elements: number): FloatArray {
    try {
      return this.geometry.dtype === "float32" ? new Float32Array(elements) : new Float64Array(elements);
    } catch (cause) {
      throw memoryError("depthwise", `no memory for a result of ${elements} elements`, cause);
    }
  }
}

function copyOf(input: FloatArray, dtype: DType): FloatArray {
  try {
    return dtype === "float32" ? new Float32Array(input) : new Float64Array(input);
  } catch (cause) {
    throw memoryError("depthwise", `no memory to copy an input of ${input.length} elements`, cause);
  }
}

/** The JavaScript backend; `forced` as read from the environment. */
export function createFallbackBackend(forced: Forced): Backend {
  if (forced.isa !== null && forced.isa !== ISA) {
    throw backendError(`instruction set '${forced.isa}' was asked for, but the js backend has only '${ISA}'`);
  }
  const forcedKernel = findForced(forced.kernel);
  return {
    name: "js",
    isa: ISA,
    kernels: infos,
    plan: (geometry) => new JsPlan(geometry, choose(geometry, forcedKernel)),
    refusals: (geometry) =>
      KERNELS.flatMap((kernel) => {
        const reason = kernel.refuses(geometry);
        return reason === null ? [] : [{ kernel: fullName(kernel), reason }];
      }),
    // One thread does all the work, whatever is asked for.
    setNumThreads: () => {},
    getNumThreads: () => 1,
    host: () => null,
  };
}
