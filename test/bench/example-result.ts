// A result as the benchmark writes it, with made-up times: what is tested is what becomes of them.
import { bytes, flop, readShapes } from "../../bench/shapes.mjs";
import { summary } from "../../bench/timing.mjs";

const PEERS: Record<string, string> = {
  "onnxruntime-node": "plain",
  "tfjs wasm": "best",
  "oneDNN nchw": "plain",
  "oneDNN any": "best",
};

const rounds = (ms: number, jitter = 0.02) => summary([0, 1, -1, 0.5, -0.5].map((step) => ms * (1 + step * jitter)));
const copy = [32 << 10, 1 << 20, 64 << 20].map((size, i) => ({ bytes: size, GBs: [160, 75, 13][i] as number }));

/** `speed` of this package and `machine` multiply times; peers are `slower` times as slow as this package at 1. */
export function exampleResult({ speed = 1, machine = 1, jitter = 0.02 } = {}): BenchResult {
  const layers = readShapes().map((shape, i) => {
    const threads: Record<string, { times: Record<string, BenchTimes> }> = {};
    for (const count of [1, 2]) {
      const ms = ((flop(shape) / 60e6 / count) * machine * (10 + (i % 5))) / 12;
      const times: Record<string, BenchTimes> = { depthwise: rounds(ms * speed, jitter) };
      if (count === 1) {
        times["depthwise fresh"] = rounds(ms * speed * 1.1, jitter);
        times["depthwise NHWC"] = rounds(ms * speed * 1.2, jitter);
      } else times["depthwise on 1 thread"] = rounds(ms * speed * 1.9, jitter);
      Object.keys(PEERS).forEach((name, k) => {
        times[name] = rounds(ms * (0.9 + 1.4 * k + 0.1 * (i % 7)), jitter);
      });
      threads[count] = { times };
    }
    const { name, kind, descriptor } = shape;
    return { name, kind, descriptor, flop: flop(shape), bytes: bytes(shape), kernel: "example/avx2", threads };
  });
  const point = (value: number) => ({
    value,
    flop: 2 * value,
    bytes: value,
    median: { 1: 0.1, 2: 0.06 },
    share: { 1: 0.6, 2: 0.5 },
  });
  return {
    date: "2026-01-02T03:04:05.000Z",
    command: "npm run bench --",
    commit: "0123456789ab",
    machine: { cpu: "Example CPU", cores: 2, kernel: "6.1", node: "v20.0.0", isa: "avx2", compiler: "example 1.0" } as {
      isa: string;
    },
    backend: "native",
    threads: [1, 2],
    rounds: 5,
    seconds: 60,
    versions: { depthwise: "0.0.0", ...Object.fromEntries(Object.keys(PEERS).map((name) => [name, "1.0"])) },
    missing: { OpenCV: "not installed: apt-get install libopencv-dev" },
    sides: {
      depthwise: "own",
      "depthwise fresh": "own",
      "depthwise NHWC": "own",
      "depthwise on 1 thread": "own",
      ...PEERS,
    },
    limits: { 1: { isa: "avx2", gflops: 100, copy }, 2: { isa: "avx2", gflops: 200, copy } },
    layers,
    growth: {
      series: [{ name: "depthwise 3x3", axis: "C", points: [1e4, 1e6, 1e8].map(point) }],
      odd: [{ what: "depthwise 3x3", axis: "H = W", value: 13, multiple: 16, descriptor: "", slower: 1.2 }],
    },
    calls: {
      smallest: { depthwise: 1.5, "onnxruntime-node": 36 },
      shared: [{ name: "256x56x56", threads: 1, gain: 1.02 }],
      separable: [{ name: "32 to 64", threads: 1, gain: 0.9 }],
      paused: [],
      nan: [],
    },
    fallback: [],
  };
}
