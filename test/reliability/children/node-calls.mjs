// Each call of each function of the addon into Node fails, alone and with all later ones (node-faults.c is preloaded).
// What comes is the right result, an error, or nothing where Node refuses what it takes to tell of an error. Every attempt
// has exports of its own: those that have seen Node refuse to run JavaScript take it that their environment ends.
import { assert, depthwise, loadAddon, makeLayer, report, sameBits, sleep } from "../../support/child-addon.mjs";

const MOST_CALLS = 80; // the elements of a list are made alike
const SMALL = { channels: 4, height: 8 };
const LARGE = { channels: 32, height: 40 }; // the result lies in reused memory
const COPIED = { channels: 32, height: 100 }; // V8 hears of the copies
const OPEN = Symbol("open");
const noop = () => {};

// Node 22 has it, and results go through it.
ArrayBuffer.prototype.transfer ??= function () {
  return this;
};

const counts = { attempts: 0, right: 0, errors: 0, nothing: 0, open: 0, uncaught: 0 };
process.on("uncaughtException", () => ++counts.uncaught);

const arm = (text, status = 9) => Object.assign(process.env, { FAULT_NEXT: text, FAULT_STATUS: String(status) });
const hasFailed = () => process.env.FAULT_NEXT.startsWith("0");
const isText = (value) => typeof value === "string" && value !== "";

/** An asynchronous call's result, or OPEN where nobody is told of it. */
async function run(addon, { plan, packed, weight, bias, batch, input }, { out = null, after = noop } = {}) {
  let told = null;
  const settle = (error, result) => {
    told ??= { error, result };
    if (after === "throw") throw new Error("thrown by settle");
  };
  const job = addon.runAsync(plan, packed, packed ? null : weight, packed ? null : bias, batch, input, out, settle);
  if (job !== undefined && after === "cancel") addon.cancel(job);
  // One more turn of the event loop ends what the call has begun.
  for (let waited = 0; told === null && waited < 2000; waited += hasFailed() || after === "cancel" ? 100 : 1) {
    await sleep(1);
  }
  await sleep(1);
  if (told === null) return OPEN;
  if (told.error) throw told.error;
  return told.result ?? undefined;
}

function inShared(array) {
  const shared = new array.constructor(new SharedArrayBuffer(array.byteLength));
  shared.set(array);
  return shared;
}

/** Writes into an array of its own, and returns it. */
function into(layer, call) {
  const output = new layer.ArrayType(layer.expected.length);
  call(output);
  return output;
}

const layerOf = (options) => (addon) => makeLayer(addon, options);
const unpacked = (options) => (addon) => ({ ...makeLayer(addon, options), packed: null });
const isExpected = (result, layer) => sameBits(result, layer.expected);

// prepare(addon) is spared; call(addon, prepared) is not; isRight(result, prepared) looks at what comes.
const newResult = (size) => ({
  prepare: layerOf(size),
  call: (addon, { plan, packed, input }) => addon.runNew(plan, packed, 1, input),
  isRight: isExpected,
});
const ENTRIES = [
  // What is exported comes in order, as far as Node takes it.
  { call: () => loadAddon(), isRight: (exports) => Object.values(exports).every((each) => typeof each === "function") },
  { call: (addon) => addon.isas(), isRight: (isas) => isas.every(isText) },
  { call: (addon) => addon.compiledIsas(), isRight: (isas) => isas.every(isText) },
  {
    call: (addon) => addon.kernels(),
    isRight: (kernels) => kernels.every(({ name, isa }) => isText(name) && isText(isa)),
  },
  { call: (addon) => addon.refusals(depthwise(SMALL)), isRight: (all) => all.every(({ reason }) => isText(reason)) },
  { call: (addon) => addon.cpuLimits(), isRight: (limits) => limits.affinity > 0 },
  { call: (addon) => addon.setNumThreads(2) ?? true, isRight: Boolean },
  { call: (addon) => addon.getNumThreads(), isRight: (threads) => threads > 0 },
  { call: (addon) => addon.availableThreads("/"), isRight: (threads) => threads > 0 },
  { call: (addon) => addon.createPlan(depthwise(SMALL), "", ""), isRight: (plan) => typeof plan === "object" },
  { call: (addon) => addon.createPlan(depthwise(SMALL), "", "none such"), isRight: () => false },
  { call: (addon) => addon.createPlan(new Int32Array(27), "", ""), isRight: () => false },
  {
    prepare: layerOf(SMALL),
    call: (addon, { plan }) => addon.describePlan(plan),
    isRight: ({ kernel }) => isText(kernel),
  },
  {
    prepare: layerOf(SMALL),
    call: (addon, { plan, weight, bias }) => addon.pack(plan, weight, bias),
    isRight: (packed) => typeof packed === "object",
  },
  ...[SMALL, LARGE].flatMap((size) => [
    newResult(size),
    {
      prepare: layerOf(size),
      call: (addon, { plan, weight, bias, input }) => addon.runOnceNew(plan, weight, bias, 1, input),
      isRight: isExpected,
    },
    { prepare: layerOf(size), call: (addon, layer) => run(addon, layer), isRight: isExpected },
    { prepare: unpacked(size), call: (addon, layer) => run(addon, layer), isRight: isExpected },
  ]),
  {
    prepare: layerOf(SMALL),
    call: (addon, layer) => into(layer, (out) => addon.run(layer.plan, layer.packed, 1, layer.input, out)),
    isRight: isExpected,
    isQuiet: true,
  },
  {
    prepare: layerOf(SMALL),
    call: (addon, layer) =>
      into(layer, (out) => addon.runOnce(layer.plan, layer.weight, layer.bias, 1, layer.input, out)),
    isRight: isExpected,
    isQuiet: true,
  },
  {
    prepare: (addon) => ({ ...makeLayer(addon, SMALL), packed: null }),
    call: (addon, layer) => run(addon, { ...layer, input: inShared(layer.input), weight: inShared(layer.weight) }),
    isRight: isExpected,
  },
  {
    prepare: layerOf(SMALL),
    call: (addon, layer) => run(addon, layer, { out: new Float32Array(layer.input.length) }),
    isRight: isExpected,
  },
  { prepare: unpacked(COPIED), call: (addon, layer) => run(addon, layer), isRight: isExpected },
  // Nothing of it is copied.
  {
    prepare: layerOf(SMALL),
    call: (addon, layer) => run(addon, { ...layer, input: inShared(layer.input) }),
    isRight: isExpected,
  },
  // The second call comes after whatever the first has made of it.
  {
    prepare: layerOf(SMALL),
    call: async (addon, layer) => {
      await run(addon, layer).catch(noop);
      return run(addon, layer);
    },
    isRight: isExpected,
  },
  { prepare: layerOf(SMALL), call: (addon, layer) => run(addon, layer, { after: "throw" }), isRight: isExpected },
  { prepare: layerOf(SMALL), call: (addon, layer) => run(addon, layer, { after: "cancel" }), isRight: isExpected },
];

/** Whether the call that was to fail was made. */
async function attempt({ prepare = noop, call, isRight, isQuiet = false }, wanted, status) {
  const addon = loadAddon();
  const prepared = prepare(addon);
  arm(wanted, status);
  ++counts.attempts;
  const text = call.toString();
  try {
    const result = await call(addon, prepared);
    if (result === undefined) ++counts.nothing;
    else if (result === OPEN) ++counts.open;
    // Where nothing can be said any more, a call returns as if it had written.
    else if (isRight(result, prepared)) ++counts.right;
    else assert(isQuiet && wanted.endsWith("+"), `call ${wanted} of ${text}: a wrong result`);
  } catch (error) {
    assert(/^depthwise|^ERR|^thrown/.test(error?.message) || error?.code, `call ${wanted} of ${text}: ${error?.stack}`);
    ++counts.errors;
  }
  const failed = hasFailed();
  arm("0");
  return failed;
}

for (const entry of ENTRIES) {
  for (const later of ["", "+"]) {
    for (let nth = 1; nth <= MOST_CALLS && (await attempt(entry, `${nth}${later}`)); ++nth);
  }
}

// The host takes no external buffers: results are copies from then on (napi_no_external_buffers_allowed).
for (let nth = 1; nth <= MOST_CALLS && (await attempt(newResult(LARGE), String(nth), 22)); ++nth);

// What has failed is nothing to an environment that comes after it.
const addon = loadAddon();
const layer = makeLayer(addon, LARGE);
assert(isExpected(addon.runNew(layer.plan, layer.packed, 1, layer.input), layer), "afterwards");
assert(isExpected(await run(addon, layer), layer), "afterwards, asynchronous");
report(counts);
// Not even the end of an environment finds what belongs to it.
arm("1+");
