// Every entry of the public surface while the system refuses memory or threads (faults.c is preloaded, or limits are set):
// each step gives the right numbers or a typed error, and the steps after it work.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { functional as F, nn, setNumThreads, tensor } from "../../../dist/index.js";
import { argument, assert, numbers, report, sameBits } from "../../support/child-addon.mjs";

const limit = argument(0, "none");
const amount = Number(argument(1, 0));

/** What the formula gives, by plain loops: nothing that could fail has had a hand in it. */
function formula(x, w, b, channels, size) {
  const result = new Float32Array(x.length);
  for (let c = 0; c < channels; ++c) {
    for (let y = 0; y < size; ++y) {
      for (let column = 0; column < size; ++column) {
        let sum = b[c];
        for (let tap = 0; tap < 9; ++tap) {
          const row = y + Math.floor(tap / 3) - 1;
          const at = column + (tap % 3) - 1;
          if (row < 0 || row >= size || at < 0 || at >= size) continue;
          sum += x[(c * size + row) * size + at] * w[c * 9 + tap];
        }
        result[(c * size + y) * size + column] = sum;
      }
    }
  }
  return result;
}

const CHANNELS = 40;
const SIZE = 50;
const input = numbers(CHANNELS * SIZE * SIZE, 1);
const weight = numbers(CHANNELS * 9, 2);
const bias = numbers(CHANNELS, 3);
const expected = formula(input, weight, bias, CHANNELS, SIZE);
const shape = [1, CHANNELS, SIZE, SIZE];
const x = tensor(input, shape);
const w = tensor(weight, [CHANNELS, 1, 3, 3]);
const b = tensor(bias, [CHANNELS]);
const out = tensor(new Float32Array(input.length), shape);
const options = { groups: CHANNELS, padding: 1 };
const check = (data) => assert(sameBits(data, expected), "a result is wrong");

// Node's own threads and memory are there before anything is refused.
await Promise.all(Array.from({ length: 8 }, () => readFile(import.meta.filename)));

/** This process may have so many more bytes of address space, or so many more threads. */
function setLimit() {
  if (limit === "address space") {
    const pages = Number(readFileSync("/proc/self/statm", "utf8").split(" ")[0]);
    const bytes = pages * 4096 + amount;
    const done = spawnSync("prlimit", ["--pid", String(process.pid), `--as=${bytes}:${bytes}`]);
    assert(done.status === 0, `prlimit: ${done.stderr}`);
  } else if (limit === "threads") {
    // A control group of its own, which the parent has made.
    const folder = process.argv[4];
    assert(existsSync(folder), "there is no control group");
    writeFileSync(`${folder}/cgroup.procs`, String(process.pid));
    writeFileSync(`${folder}/pids.max`, String(readdirSync("/proc/self/task").length + amount));
  }
}
setLimit();

let refused = 0;
let right = 0;
async function step(name, body) {
  try {
    await body();
    ++right;
  } catch (error) {
    const code = String(error?.code);
    assert(/^ERR_DEPTHWISE_(MEMORY|BACKEND)$/.test(code), `${name}: ${error?.stack ?? error}`);
    ++refused;
  }
}

try {
  setNumThreads(4);
} catch (error) {
  // The addon itself could not be opened: a wish that cannot be had is an error, and stays one.
  assert(error.code === "ERR_DEPTHWISE_BACKEND", `${error.code}: ${error.message}`);
  report({ refused: 1, right: 0 });
  process.exit();
}
for (let round = 0; round < 2; ++round) {
  await step("conv2d", () => check(F.conv2d(x, w, b, options).data));
  await step("conv2d into out", () => check(F.conv2d(x, w, b, { ...options, out }).data));
  await step("conv2dAsync", async () => check((await F.conv2dAsync(x, w, b, options)).data));
  await step("conv2dAsync into out", async () => check((await F.conv2dAsync(x, w, b, { ...options, out })).data));
  await step("many conv2dAsync", async () => {
    const all = await Promise.allSettled(Array.from({ length: 6 }, () => F.conv2dAsync(x, w, b, options)));
    for (const { value } of all) if (value) check(value.data);
    for (const { reason } of all) if (reason) throw reason;
  });
  await step("a plan", async () => {
    const plan = F.planConv2d(shape, w, b, options);
    check(plan.run(input));
    check(await plan.runAsync(input));
  });
  await step("a module", async () => {
    const conv = new nn.DepthwiseConv2d(CHANNELS, CHANNELS, 3);
    conv.loadStateDict({ weight: w, bias: b });
    check(conv.forward(x).data);
    check((await conv.forwardAsync(x)).data);
  });
  await step("blocks of several megabytes", async () => {
    const four = tensor(new Float32Array(4 * input.length), [4, CHANNELS, SIZE, SIZE]);
    for (let n = 0; n < 4; ++n) four.data.set(input, n * input.length);
    check(F.conv2d(four, w, b, options).data.slice(-input.length));
    check((await F.conv2dAsync(four, w, b, options)).data.slice(-input.length));
  });
  await step("padding laid around, Winograd", () => {
    F.conv2d(x, w, b, { ...options, paddingMode: "reflect" });
    F.conv2d(
      tensor(input.subarray(0, 32 * 2500), [1, 32, 50, 50]),
      tensor(new Float32Array(32 * 32 * 9), [32, 32, 3, 3]),
    );
  });
  if (limit === "address space") {
    // More than there is: V8 refuses it, and nobody aborts.
    const wide = tensor(new Float32Array(1 << 20), [1, 1, 1024, 1024]);
    const many = tensor(new Float32Array(512), [512, 1, 1, 1]);
    await step("a result beyond the limit", () => F.conv2d(wide, many));
    await step("a result beyond the limit, async", () => F.conv2dAsync(wide, many));
  }
}
report({ refused, right });
