// What the tests use of the benchmark's modules, which bring no types.
interface BenchTimes {
  median: number;
  min: number;
  spread: number;
  rounds: number[];
}
interface BenchResult {
  machine: { isa: string };
  versions: Record<string, string>;
  layers: { name: string; threads: Record<string, { times: Record<string, BenchTimes> }> }[];
  [more: string]: unknown;
}

declare module "*/bench/compare.mjs" {
  interface Row {
    layer: string;
    side: string;
    change: number;
    noise: number;
    mark: "faster" | "slower" | "";
  }
  export function compareResults(
    before: BenchResult,
    after: BenchResult,
  ): { rows: Row[]; drift: number; scatter: number; peers: number };
}
declare module "*/bench/counts.mjs" {
  type Counts = Record<string, { kernel: string; instructions: number }>;
  export function totalOf(profile: string): number | null;
  export function compareCounts(
    baseline: Counts,
    counts: Counts,
    tolerance?: number,
  ): { worse: string[]; better: string[]; moved: string[] };
}
declare module "*/bench/goals.mjs" {
  interface Goal {
    what: string;
    goal: string;
    measured: string;
    met: boolean | null;
    losses: string[];
  }
  export function goalsOf(result: BenchResult): Goal[];
}
declare module "*/bench/report.mjs" {
  export function reportPage(result: BenchResult): string;
}
declare module "*/bench/limits.mjs" {
  interface Limits {
    gflops: number;
    copy: { bytes: number; GBs: number }[];
  }
  export function rooflineMs(work: { flop: number; bytes: number }, limits: Limits): number;
}
declare module "*/bench/shapes.mjs" {
  interface Shape {
    name: string;
    kind: string;
    descriptor: string;
    rank: number;
    pad: number[];
    outputShape: number[];
  }
  interface Operands {
    input: Float32Array;
    weight: Float32Array;
    bias: Float32Array;
  }
  export function readShapes(): Shape[];
  export function parseDescriptor(descriptor: string): Shape;
  export function makeOperands(shape: Shape): Operands;
  export function largestError(shape: Shape, operands: Operands, output: Float32Array): number;
  export function flop(shape: Shape): number;
  export function bytes(shape: Shape): number;
}
declare module "*/bench/timing.mjs" {
  interface Side {
    name: string;
    run?: () => unknown;
    time?: (calls: number) => Promise<number> | number;
  }
  export function compareSides(sides: Side[], options?: object): Promise<Record<string, BenchTimes>>;
  export function summary(rounds: number[]): BenchTimes;
  export function ratio(other: BenchTimes, ours: BenchTimes): number;
}
declare module "*/bench/peers/external.mjs" {
  interface Prepared {
    refused?: string;
    how: string;
    time(calls: number): Promise<number>;
    output(): Promise<Float32Array>;
    release(): Promise<string>;
  }
  export function externalSide(side: object): {
    load(): Promise<string>;
    close(): void;
    prepare(shape: object, operands: object, threads: number): Promise<Prepared>;
  };
}
