// The addon behind the same interface as the fallback. It re-checks lengths for memory safety; every rule that a
// user can break has been applied before.
import { backendError } from "../errors.js";
import { ACTIVATIONS, LAYOUTS, PADDING_MODES } from "../settings.js";
import { onAbort } from "./abort.js";
import type {
  AsyncWeights,
  Backend,
  BackendPlan,
  FloatArray,
  Forced,
  Geometry,
  Host,
  KernelInfo,
  NativeBinding,
  NativeJob,
  NativePacked,
  NativePlan,
  PackedWeights,
} from "./types.js";

const FIRST_AXIS = 9;
const AXIS_FIELDS = 6;

/** The Int32Array whose fields native/conv/geometry.h lists. Written one by one: the functional form waits for it. */
function encode(g: Geometry): Int32Array {
  const fields = new Int32Array(FIRST_AXIS + 3 * AXIS_FIELDS);
  fields[0] = g.dtype === "float32" ? 0 : 1;
  fields[1] = LAYOUTS.indexOf(g.layout);
  fields[2] = PADDING_MODES.indexOf(g.paddingMode);
  fields[3] = g.activation === null ? 0 : 1 + ACTIVATIONS.indexOf(g.activation);
  fields[4] = Number(g.sharedBank);
  fields[5] = Number(g.hasBias);
  fields[6] = g.inChannels;
  fields[7] = g.outChannels;
  fields[8] = g.groups;
  let at = FIRST_AXIS;
  for (const axis of g.axes) {
    fields[at] = axis.in;
    fields[at + 1] = axis.kernel;
    fields[at + 2] = axis.stride;
    fields[at + 3] = axis.dilation;
    fields[at + 4] = axis.pad;
    fields[at + 5] = axis.padEnd;
    at += AXIS_FIELDS;
  }
  return fields;
}

/** Multiply-adds of one image, the padding's included. */
function multiplyAdds(g: Geometry): number {
  return g.outputElements * g.inPerGroup * g.axes.reduce((taps, axis) => taps * axis.kernel, 1);
}

class NativeWeights implements PackedWeights {
  readonly bytes: number;
  readonly handle: NativePacked;
  constructor(bytes: number, handle: NativePacked) {
    this.bytes = bytes;
    this.handle = handle;
  }
}

const handleOf = (packed: PackedWeights) => (packed as NativeWeights).handle;

type Description = ReturnType<NativeBinding["describePlan"]>;

class NativeBackendPlan implements BackendPlan {
  readonly geometry: Geometry;
  readonly #binding: NativeBinding;
  readonly #plan: NativePlan;
  #description: Description | null = null;

  constructor(binding: NativeBinding, geometry: Geometry, forced: Forced) {
    this.#binding = binding;
    this.geometry = geometry;
    this.#plan = binding.createPlan(encode(geometry), forced.isa ?? "", forced.kernel ?? "");
  }

  /** Asked for once, and not at all by a functional call. */
  get #decided(): Description {
    this.#description ??= this.#binding.describePlan(this.#plan);
    return this.#description;
  }

  get kernel(): string {
    return `${this.#decided.kernel}/${this.#decided.isa}`;
  }

  get isa(): string {
    return this.#decided.isa;
  }

  get packingKey(): string {
    return this.#decided.packingKey;
  }

  pack(weight: FloatArray, bias: FloatArray | null): PackedWeights {
    return new NativeWeights(this.#decided.packedBytes, this.#binding.pack(this.#plan, weight, bias));
  }

  run(packed: PackedWeights, batch: number, input: FloatArray, output: FloatArray): void {
    this.#binding.run(this.#plan, handleOf(packed), batch, input, output);
  }

  runOnce(weight: FloatArray, bias: FloatArray | null, batch: number, input: FloatArray, output: FloatArray): void {
    this.#binding.runOnce(this.#plan, weight, bias, batch, input, output);
  }

  runNew(packed: PackedWeights, batch: number, input: FloatArray): FloatArray {
    return this.#binding.runNew(this.#plan, handleOf(packed), batch, input);
  }

  runOnceNew(weight: FloatArray, bias: FloatArray | null, batch: number, input: FloatArray): FloatArray {
    return this.#binding.runOnceNew(this.#plan, weight, bias, batch, input);
  }

  async runAsync(
    weights: AsyncWeights,
    batch: number,
    input: FloatArray,
    out: FloatArray | null,
    signal: AbortSignal | null,
  ): Promise<FloatArray> {
    const binding = this.#binding;
    const packed = "packed" in weights ? handleOf(weights.packed) : null;
    const [weight, bias] = "packed" in weights ? [null, null] : [weights.weight, weights.bias];
    return new Promise((resolve, reject) => {
      let job: NativeJob;
      const abort = () => {
        binding.cancel(job);
        reject(signal?.reason);
      };
      let stopWaiting = () => {};
      const settle = (error: Error | null, result: FloatArray | null) => {
        stopWaiting();
        if (error !== null) reject(error);
        else resolve(result as FloatArray);
      };
      job = binding.runAsync(this.#plan, packed, weight, bias, batch, input, out, settle);
      if (signal !== null) stopWaiting = onAbort(signal, abort);
    });
  }

  describe(): string {
    const { exact, workItems, packedBytes, scratchBytes, costCycles } = this.#decided;
    const g = this.geometry;
    const bytes = (g.dtype === "float32" ? 4 : 8) * (g.inputElements + g.outputElements + g.weightElements);
    return [
      `kernel: ${this.kernel}${exact ? "" : " (transform: within a tolerance)"}`,
      `isa: ${this.isa}`,
      `tile: ${workItems} work items an image, of ${Math.ceil(g.outputElements / workItems)} outputs`,
      `threads: ${this.#binding.getNumThreads()}`,
      `packed weights: ${packedBytes} bytes`,
      `scratch per thread: ${scratchBytes} bytes`,
      `expected cycles per image: ${Math.round(costCycles)}`,
      `flop per image: ${2 * multiplyAdds(g)}`,
      `bytes per image: ${bytes}`,
    ].join("\n");
  }
}

class NativeBackend implements Backend {
  readonly name = "native";
  readonly isa: string;
  readonly kernels: readonly KernelInfo[];
  readonly #binding: NativeBinding;
  readonly #forced: Forced;

  constructor(binding: NativeBinding, forced: Forced) {
    this.#binding = binding;
    this.#forced = forced;
    const isas = binding.isas();
    this.isa = forced.isa ?? (isas[0] as string);
    if (!isas.includes(this.isa)) {
      const compiled = binding.compiledIsas().includes(this.isa);
      const reason = compiled ? "this CPU or operating system lacks it" : "this binary has no kernels for it";
      throw backendError(`ISA '${this.isa}' was asked for, but ${reason}; there are ${isas.join(", ")}`);
    }
    const all = binding.kernels().filter((kernel) => isas.includes(kernel.isa));
    this.kernels = forced.isa === null ? all : all.filter((kernel) => kernel.isa === forced.isa);
    // Of all ISAs: some leave kernels to others, and the plan knows which.
    if (forced.kernel !== null && !all.some((kernel) => kernel.name === forced.kernel)) {
      const names = [...new Set(all.map((kernel) => kernel.name))].join(", ");
      throw backendError(`no kernel is called '${forced.kernel}'; the native backend has ${names}`);
    }
  }

  plan(geometry: Geometry): BackendPlan {
    return new NativeBackendPlan(this.#binding, geometry, this.#forced);
  }

  refusals(geometry: Geometry): { kernel: string; reason: string }[] {
    // A kernel is listed once for each element type; the row of another one refuses the type and says nothing else.
    const rows = this.#binding.refusals(encode(geometry)).filter(({ dtype }) => dtype === geometry.dtype);
    return rows.map(({ kernel, isa, reason }) => ({ kernel: `${kernel}/${isa}`, reason }));
  }

  setNumThreads(threads: number): void {
    this.#binding.setNumThreads(threads);
  }

  getNumThreads(): number {
    return this.#binding.getNumThreads();
  }

  host(): Host {
    const binding = this.#binding;
    return { isas: binding.isas(), compiledIsas: binding.compiledIsas(), ...binding.cpuLimits() };
  }
}

/** A backend over a loaded addon; a forced ISA or kernel that cannot serve is an error. */
export function createNativeBackend(binding: NativeBinding, forced: Forced): Backend {
  const [kernel = null, isa = forced.isa] = forced.kernel?.split("/") ?? [];
  return new NativeBackend(binding, { kernel, isa });
}
