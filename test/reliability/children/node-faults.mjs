// Every entry of the addon while calls into Node fail: a right result, an error of any kind, or a promise that stays open
// where the call that should have settled it failed. Never other numbers, a crash or a process that does not end.
import { loadAddon, numbers, report, sameBits, sleep } from "../../support/child-addon.mjs";

const counts = { "steps right": 0, errors: 0, "promises left open": 0 };
const CHANNELS = 24;
const SIZE = 60;
const OPEN = Symbol("open");

/** A promise's value, or OPEN where it does not settle. */
const settled = (promise) => Promise.race([promise, sleep(400).then(() => OPEN)]);

async function step(body) {
  try {
    const value = await settled(body());
    ++counts[value === OPEN ? "promises left open" : "steps right"];
  } catch {
    ++counts.errors;
  }
}

// An error that the addon could only hand to Node as uncaught is an error as well.
process.on("uncaughtException", () => ++counts.errors);
process.on("unhandledRejection", () => ++counts.errors);

let library = null;
try {
  library = await import("../../../dist/index.js");
} catch {
  ++counts.errors;
}
if (library !== null) {
  const { functional: F, nn, tensor, backendInfo, setNumThreads } = library;
  const input = numbers(CHANNELS * SIZE * SIZE, 1);
  const shape = [1, CHANNELS, SIZE, SIZE];
  const x = tensor(input, shape);
  const w = tensor(numbers(CHANNELS * 9, 2), [CHANNELS, 1, 3, 3]);
  const b = tensor(numbers(CHANNELS, 3), [CHANNELS]);
  const options = { groups: CHANNELS, padding: 1 };
  const makeOut = () => tensor(new Float32Array(input.length), shape);
  const shared = tensor(new Float32Array(new SharedArrayBuffer(input.byteLength)), shape);
  shared.data.set(input);
  // Integers: whoever computes, the bits are the same.
  let expected = null;
  const check = (result) => {
    const data = result.data ?? result;
    expected ??= Float32Array.from(data);
    if (sameBits(data, expected)) return;
    process.stderr.write("other numbers\n");
    process.exit(1);
  };
  await step(async () => backendInfo());
  await step(async () => setNumThreads(2));
  await step(async () => check(F.conv2d(x, w, b, options)));
  await step(async () => check(F.conv2d(x, w, b, { ...options, out: makeOut() })));
  await step(async () => check(await F.conv2dAsync(x, w, b, options)));
  await step(async () => check(await F.conv2dAsync(shared, w, b, options)));
  await step(async () => check(await F.conv2dAsync(x, w, b, { ...options, out: makeOut() })));
  await step(async () => {
    const abort = new AbortController();
    const call = F.conv2dAsync(x, w, b, { ...options, signal: abort.signal });
    abort.abort();
    await call;
  });
  await step(async () => {
    const plan = F.planConv2d(shape, w, b, options);
    plan.describe();
    check(plan.run(input));
    check(await plan.runAsync(input));
  });
  await step(async () => {
    const conv = new nn.DepthwiseConv2d(CHANNELS, CHANNELS, 3);
    conv.loadStateDict({ weight: w, bias: b });
    check(conv.forward(x));
    check(await conv.forwardAsync(x));
  });
  await step(async () => F.conv2d(x, w, b, { ...options, kernel: "none such" }));
  await step(async () => loadAddon().cpuLimits?.("/"));
}
report({ outcomes: counts });
