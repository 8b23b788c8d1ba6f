// The boundary between the words (lib/) and the work (a backend): geometry in, numbers out.
// Whoever holds a Geometry may trust it: lib/geometry.ts has applied every rule.

/** What TypeScript cannot call on a union of two arrays, whose overloads name different ones: said once for both. */
export interface SharedArrayMethods {
  reduce(step: (previous: number, current: number, index: number, array: FloatArray) => number): number;
  reduce<T>(step: (previous: T, current: number, index: number, array: FloatArray) => T, initial: T): T;
  reduceRight(step: (previous: number, current: number, index: number, array: FloatArray) => number): number;
  reduceRight<T>(step: (previous: T, current: number, index: number, array: FloatArray) => T, initial: T): T;
}

/** Any Float32Array or Float64Array. */
export type FloatArray = (Float32Array | Float64Array) & SharedArrayMethods;
export type DType = "float32" | "float64";
export type Layout = "NCHW" | "NHWC";
export type PaddingMode = "zeros" | "reflect" | "replicate" | "circular";
export type Activation = "relu" | "relu6" | "silu" | "hardswish";

/** One spatial axis. The input index of output `o` and tap `k` is `o * stride - pad + k * dilation`. */
export interface Axis {
  readonly in: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pad: number;
  readonly padEnd: number;
  readonly out: number;
}

/**
 * What one convolution is, without the batch. The axes are always depth, height and width: 1-D has depth and
 * height of 1, 2-D has a depth of 1. Weight `[weightCount, inPerGroup, d, h, w]` and bias `[weightCount]` are in
 * PyTorch's order in both layouts; an image is `[channels, d, h, w]` (NCHW) or `[d, h, w, channels]` (NHWC).
 */
export interface Geometry {
  readonly dtype: DType;
  readonly layout: Layout;
  readonly paddingMode: PaddingMode;
  readonly activation: Activation | null;
  /** Weight and bias hold `outPerGroup` kernels that every channel uses; output channel c*M + m is channel c with kernel m. */
  readonly sharedBank: boolean;
  readonly hasBias: boolean;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  readonly inPerGroup: number;
  readonly outPerGroup: number;
  readonly weightCount: number;
  readonly axes: readonly [depth: Axis, height: Axis, width: Axis];
  /** Elements of one image. */
  readonly inputElements: number;
  readonly outputElements: number;
  readonly weightElements: number;
}

/** Weights and bias as one kernel wants them: a snapshot, immutable, opaque. */
export interface PackedWeights {
  readonly bytes: number;
}

/** A geometry bound to one kernel. Immutable; serves any batch. Arrays have been checked by the caller. */
export interface BackendPlan {
  readonly geometry: Geometry;
  /** Name with the ISA behind a slash: `depthwise2d_k3_s1/avx2`, `depthwise2d_k3/js`. */
  readonly kernel: string;
  readonly isa: string;
  /** Equal keys: PackedWeights of one plan serve the other. */
  readonly packingKey: string;
  pack(weight: FloatArray, bias: FloatArray | null): PackedWeights;
  run(packed: PackedWeights, batch: number, input: FloatArray, output: FloatArray): void;
  /** As `run`, reading the caller's weights within the call (the functional form). */
  runOnce(weight: FloatArray, bias: FloatArray | null, batch: number, input: FloatArray, output: FloatArray): void;
  /** As `run` and `runOnce` into a new array, which the backend makes as cheaply as it can. */
  runNew(packed: PackedWeights, batch: number, input: FloatArray): FloatArray;
  runOnceNew(weight: FloatArray, bias: FloatArray | null, batch: number, input: FloatArray): FloatArray;
  /**
   * Copies what it reads before it returns (a SharedArrayBuffer is read in place), computes off the event loop, and
   * resolves with a new array, or with `out` after copying into it. Rejects with `signal.reason` on an abort; the caller
   * has asked whether it came before.
   */
  runAsync(
    weights: AsyncWeights,
    batch: number,
    input: FloatArray,
    out: FloatArray | null,
    signal: AbortSignal | null,
  ): Promise<FloatArray>;
  /** One line an item: kernel, ISA, tile, threads, expected FLOP and bytes. For `describe()` and the trace. */
  describe(): string;
}

export type AsyncWeights =
  | { readonly packed: PackedWeights }
  | { readonly weight: FloatArray; readonly bias: FloatArray | null };

export interface KernelInfo {
  readonly name: string;
  readonly isa: string;
  readonly dtype: DType;
  /** False for transform kernels, which are held to a tolerance. */
  readonly exact: boolean;
}

export interface Backend {
  readonly name: "native" | "js";
  /** The best ISA that may be used: `avx512`, `avx2`, `sse2`, `neon`, `scalar`, `js`. */
  readonly isa: string;
  readonly kernels: readonly KernelInfo[];
  plan(geometry: Geometry): BackendPlan;
  /** Every kernel that does not take this geometry, with its reason. */
  refusals(geometry: Geometry): readonly { readonly kernel: string; readonly reason: string }[];
  setNumThreads(threads: number): void;
  getNumThreads(): number;
  /** What the addon found on this machine; null without one. */
  host(): Host | null;
}

/** The machine as the addon sees it. */
export interface Host {
  /** Instruction sets that this CPU and operating system allow, best first. */
  readonly isas: readonly string[];
  /** Those that the binary has kernels for. */
  readonly compiledIsas: readonly string[];
  /** CPUs that the process may run on. */
  readonly affinity: number;
  /** The quota of the cgroup in CPUs; 0 where there is none. */
  readonly quota: number;
}

/** What DEPTHWISE_* ask for; read once in load.ts. `null`: not forced. */
export interface Forced {
  readonly isa: string | null;
  readonly kernel: string | null;
}

declare const plan: unique symbol;
declare const packed: unique symbol;
declare const job: unique symbol;
/** Opaque handles of the addon (type-tagged externals). */
export type NativePlan = { readonly [plan]: true };
export type NativePacked = { readonly [packed]: true };
export type NativeJob = { readonly [job]: true };

/**
 * Every export of the addon. A geometry crosses as an Int32Array (native/conv/geometry.h lists the fields). The
 * addon checks what it needs for memory safety; its own errors begin with `depthwise internal:`, apart from
 * out-of-memory (`ERR_DEPTHWISE_MEMORY`), a forced name that does not fit (`ERR_DEPTHWISE_BACKEND`), a detached or
 * shrunk `out` at completion (`ERR_DEPTHWISE_DETACHED`), and an output over what is read, in memory that two
 * SharedArrayBuffers share (`ERR_DEPTHWISE_OVERLAP`).
 */
export interface NativeBinding {
  /** ISAs that this CPU and OS allow, best first; the last is `scalar`. */
  isas(): string[];
  /** ISAs that are compiled in, whether or not this CPU has them. */
  compiledIsas(): string[];
  kernels(): KernelInfo[];
  refusals(geometry: Int32Array): { kernel: string; isa: string; dtype: DType; reason: string }[];
  /** Empty strings: free choice. */
  createPlan(geometry: Int32Array, isa: string, kernel: string): NativePlan;
  describePlan(plan: NativePlan): {
    kernel: string;
    isa: string;
    packingKey: string;
    exact: boolean;
    workItems: number;
    packedBytes: number;
    scratchBytes: number;
    costCycles: number;
  };
  pack(plan: NativePlan, weight: FloatArray, bias: FloatArray | null): NativePacked;
  run(plan: NativePlan, packed: NativePacked, batch: number, input: FloatArray, output: FloatArray): void;
  runOnce(
    plan: NativePlan,
    weight: FloatArray,
    bias: FloatArray | null,
    batch: number,
    input: FloatArray,
    output: FloatArray,
  ): void;
  /**
   * As `run` and `runOnce` into a new array. On the main thread a large one lies in reused memory, which is no array
   * before the result stands in it (Node 20 copies its buffer where a transfer was asked for; later ones move it).
   */
  runNew(plan: NativePlan, packed: NativePacked, batch: number, input: FloatArray): FloatArray;
  runOnceNew(
    plan: NativePlan,
    weight: FloatArray,
    bias: FloatArray | null,
    batch: number,
    input: FloatArray,
  ): FloatArray;
  /**
   * Copies input (and weight and bias, where given instead of `packed`) at the call. `settle` is called once, on the
   * JavaScript thread, with an error, or with null and the result; never after `cancel`, never while the environment ends.
   */
  runAsync(
    plan: NativePlan,
    packed: NativePacked | null,
    weight: FloatArray | null,
    bias: FloatArray | null,
    batch: number,
    input: FloatArray,
    out: FloatArray | null,
    settle: (error: Error | null, result: FloatArray | null) => void,
  ): NativeJob;
  /** The job stops before its next work item; `settle` is not called any more. */
  cancel(job: NativeJob): void;
  setNumThreads(threads: number): void;
  getNumThreads(): number;
  /** Affinity and cgroup quota; `root` is "/" but for tests. */
  availableThreads(root: string): number;
  /** What `availableThreads` is the least of; a quota of 0 is none. */
  cpuLimits(): { affinity: number; quota: number };
}
