// Random sequences of calls on the public surface, with views, transfers, aborts and mistakes among them. The model knows
// for each call whether it must give the layer's numbers, must fail, and with which codes it may.
import fc from "fast-check";
import * as depthwise from "../../../dist/index.js";
import { argument, assert, report } from "../../support/child-addon.mjs";
import { LAYERS } from "./surface-layers.mjs";

const { functional: F, nn, tensor, toImage, fromImage, zeros, init } = depthwise;
const seed = Number(argument(0));
const count = Number(argument(1));
const outcomes = {};
const note = (name) => {
  outcomes[name] = (outcomes[name] ?? 0) + 1;
};

/** How an operand is spoilt, and the codes that may come of it. `null`: it is fine and the numbers are the layer's. */
const FAULTS = [
  ["none", null],
  ["none", null],
  ["none", null],
  ["a view with an offset", null],
  ["shared memory", null],
  ["a growable shared buffer", null],
  ["a tensor-like with dims", null],
  ["detached", /DETACHED/],
  ["resizable", /RESIZABLE/],
  ["another element type", /TYPE/],
  ["one element too few", /SHAPE/],
  ["another shape", /SHAPE|VALUE/],
  ["a bare array", /TYPE/],
  ["null", /TYPE/],
  ["a getter that transfers", /DETACHED/],
  ["an unknown option", /OPTION/],
  ["a bad stride", /TYPE|VALUE|SHAPE|TOO_LARGE/],
  ["groups that do not divide", /VALUE|SHAPE|OPTION|TYPE/],
];
const ABORTS = ["no", "no", "no", "before", "at once", "after a microtask", "after a turn", "never"];
const LATER = ["nothing", "nothing", "transfer the input", "overwrite the weight", "transfer out", "drop everything"];
const OPERANDS = ["input", "weight", "bias"];

const op = fc.record({
  kind: fc.nat(9),
  layer: fc.nat(LAYERS.length - 1),
  fault: fc.nat(FAULTS.length - 1),
  operand: fc.nat(OPERANDS.length - 1),
  abort: fc.nat(ABORTS.length - 1),
  later: fc.nat(LATER.length - 1),
  withOut: fc.nat(3),
  threads: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constantFrom(0, 1025, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 53)),
});
// Anything's integers are beyond 32 bits nearly always. Small ones, so that what they may allocate is small.
const junk = fc.oneof(
  fc.anything({ maxDepth: 1, withTypedArray: true, withBigInt: true, withSparseArray: true }),
  fc.double(),
  fc.integer({ min: -2, max: 40 }),
);
const step = fc.oneof(
  { weight: 9, arbitrary: op },
  { weight: 1, arbitrary: fc.record({ junk: fc.array(junk, { maxLength: 4 }), door: fc.nat(27) }) },
);

function copyOf(array, BufferType = ArrayBuffer, options = undefined, offset = 0) {
  const size = array.BYTES_PER_ELEMENT;
  const buffer = new BufferType(array.byteLength + offset * size, options);
  const copy = new array.constructor(buffer, offset * size, array.length);
  copy.set(array);
  return copy;
}
const transfer = (array) => structuredClone(array.buffer, { transfer: [array.buffer] });

/** An operand, spoilt or not. */
function operand(layer, name, fault) {
  const source = layer[name];
  const shape = layer.shapes[name];
  const limit = { maxByteLength: 2 * source.byteLength };
  switch (fault) {
    case "a view with an offset":
      return { data: copyOf(source, ArrayBuffer, undefined, 3), shape };
    case "shared memory":
      return { data: copyOf(source, SharedArrayBuffer), shape };
    case "a growable shared buffer":
      return { data: copyOf(source, SharedArrayBuffer, limit), shape };
    case "a tensor-like with dims":
      return { data: copyOf(source), dims: shape };
    case "detached": {
      const made = tensor(copyOf(source), shape);
      transfer(made.data);
      return made;
    }
    case "resizable":
      return { data: copyOf(source, ArrayBuffer, limit), shape };
    case "another element type":
      return { data: source instanceof Float32Array ? Float64Array.from(source) : Float32Array.from(source), shape };
    case "one element too few":
      return { data: source.slice(1), shape };
    case "another shape":
      return { data: copyOf(source), shape: [...shape, 1, 1] };
    case "a bare array":
      return copyOf(source);
    case "null":
      return name === "bias" ? 7 : null;
    case "a getter that transfers": {
      const data = copyOf(source);
      const gets = () => {
        transfer(data);
        return shape;
      };
      return { data, get shape() { return gets(); } }; // biome-ignore format: one line
    }
    default:
      return tensor(copyOf(source), shape);
  }
}

function optionsOf(layer, fault) {
  const options = { ...layer.options };
  if (fault === "an unknown option") options.strides = 1;
  if (fault === "a bad stride")
    options.stride = [0, -1, 1.5, "2", Number.NaN, [1, 2, 3, 4], 2 ** 40][layer.expected.length % 7];
  if (fault === "groups that do not divide") options.groups = 7;
  return options;
}

class Stop extends Error {}

/** The signal of a call, and what makes it abort. */
function signalOf(when) {
  const reason = new Stop(when);
  if (when === "no") return { signal: undefined, reason, fire: () => {} };
  const controller = new AbortController();
  if (when === "before") controller.abort(reason);
  const fire = async () => {
    if (when === "after a microtask") await null;
    if (when === "after a turn") await new Promise((resolve) => setImmediate(resolve));
    if (when !== "never" && when !== "before") controller.abort(reason);
  };
  return { signal: controller.signal, reason, fire };
}

/** An error of ours with one of the codes; an internal one never is right. */
function requireTyped(error, codes) {
  const code = String(error?.code ?? error);
  assert(error instanceof Error && /^ERR_DEPTHWISE_(?!INTERNAL)/.test(code), `${code}: ${error?.message}`);
  assert(codes.test(code), `${code} instead of ${codes}: ${error.message}`);
  note("typed error");
}

/** What a call must come to: its numbers, one of the codes, or the reason of its abort. */
function judge(layer, codes, mayAbort, reason) {
  return {
    right(data) {
      assert(codes === null, `no error, but ${codes} was due`);
      assert(layer.isRight(data), "other numbers than an undisturbed call's");
      note("right");
    },
    wrong(error) {
      if (mayAbort && error === reason) return note("aborted");
      assert(codes !== null, `${error?.code}: ${error?.message}`);
      requireTyped(error, codes);
    },
  };
}

function callSync({ layer, fault, codes, which, out }) {
  const verdict = judge(layer, codes, false);
  const options = optionsOf(layer, fault);
  let result;
  try {
    const [x, w, b] = OPERANDS.map((name) => operand(layer, name, name === which ? fault : "none"));
    result = layer.call(x, w, b, out === null ? options : { ...options, out }).data;
  } catch (error) {
    return verdict.wrong(error);
  }
  verdict.right(result);
}

function callAsync({ layer, fault, codes, which, out, abort, later }, pending) {
  const { signal, reason, fire } = signalOf(abort);
  const isLost = later === "transfer out" && out !== null;
  const due = codes === null && isLost ? /DETACHED/ : codes;
  const verdict = judge(layer, due, abort !== "no" && abort !== "never", reason);
  const made = OPERANDS.map((name) => operand(layer, name, name === which ? fault : "none"));
  const options = { ...optionsOf(layer, fault), signal, ...(out === null ? {} : { out }) };
  const promise = layer.callAsync(...made, options);
  const [x, w] = made;
  if (later === "transfer the input" && x?.data?.buffer instanceof ArrayBuffer && x.data.length > 0) transfer(x.data);
  if (later === "overwrite the weight" && w?.data?.buffer instanceof ArrayBuffer && w.data.length > 0) w.data.fill(1e9);
  if (isLost) transfer(out.data);
  pending.push(
    promise.then((result) => verdict.right(result.data), verdict.wrong),
    fire(),
  );
}

function runPlan({ layer, fault, codes, out, isAsync, abort }, pending) {
  const { signal, reason, fire } = signalOf(isAsync ? abort : "no");
  // A plan takes bare arrays: what a tensor-like adds does not exist there.
  const spoilt = operand(layer, "input", fault);
  const input = fault === "a bare array" || fault === "null" ? spoilt : spoilt.data;
  const isPlain = /shape|dims|getter|option|stride|groups/.test(fault) || fault === "a bare array";
  const verdict = judge(layer, isPlain ? null : codes, abort !== "no" && abort !== "never", reason);
  if (isAsync) {
    const promise = layer.plan.runAsync(input, out?.data ?? null, { signal });
    pending.push(promise.then(verdict.right, verdict.wrong), fire());
    return;
  }
  let result;
  try {
    result = layer.plan.run(input, out?.data);
  } catch (error) {
    return verdict.wrong(error);
  }
  verdict.right(result);
}

function runModule({ layer, fault, codes, out, isAsync, abort }, pending) {
  if (layer.module === null) return;
  const { signal, reason, fire } = signalOf(isAsync ? abort : "no");
  const input = operand(layer, "input", fault);
  const isSetting = fault === "a bad stride" || fault === "groups that do not divide";
  const verdict = judge(layer, isSetting ? null : codes, abort !== "no" && abort !== "never", reason);
  const options = { ...(fault === "an unknown option" ? { strides: 1 } : {}), ...(out === null ? {} : { out }) };
  if (isAsync) {
    const promise = layer.module.forwardAsync(input, { ...options, signal });
    pending.push(
      promise.then((result) => verdict.right(result.data), verdict.wrong),
      fire(),
    );
    return;
  }
  let result;
  try {
    result = layer.module.forward(input, options).data;
  } catch (error) {
    return verdict.wrong(error);
  }
  verdict.right(result);
}

/** The weights change and come back; a call in between sees the new ones, a pending one keeps its own. */
function changeWeights({ layer }, pending) {
  if (layer.module === null) return;
  const x = tensor(copyOf(layer.input), layer.shapes.input);
  pending.push(
    layer.module.forwardAsync(x).then((result) => assert(layer.isRight(result.data), "weights of a later call")),
  );
  const { weight } = layer.module;
  weight.fill(0);
  const without = layer.module.forward(x);
  weight.data.set(layer.weight);
  weight.touch();
  assert(layer.isRight(layer.module.forward(x).data), "weights that came back");
  assert(without.shape.length === layer.shapes.out.length, "the shape with other weights");
  note("right");
}

/** Overlapping views: out lies over an operand. */
function overlap({ layer, withOut }) {
  const wide = new layer.ArrayType(layer.input.length + layer.expected.length);
  wide.set(layer.input);
  const gap = withOut === 0 ? layer.input.length : Math.max(0, layer.input.length - withOut);
  const out = tensor(wide.subarray(gap, gap + layer.expected.length), layer.shapes.out);
  const x = tensor(wide.subarray(0, layer.input.length), layer.shapes.input);
  const verdict = judge(layer, withOut === 0 ? null : /OVERLAP/, false);
  const [w, b] = ["weight", "bias"].map((name) => operand(layer, name, "none"));
  let result;
  try {
    result = layer.call(x, w, b, { ...layer.options, out }).data;
  } catch (error) {
    return verdict.wrong(error);
  }
  verdict.right(result);
}

const tensors = LAYERS.map((layer) => tensor(copyOf(layer.input), layer.shapes.input));
const junkDoors = [
  ...["conv1d", "conv2d", "conv3d", "sharedDepthwiseConv2d", "planConv1d", "planConv2d", "planConv3d"].map(
    (name) => F[name],
  ),
  ...["planSharedDepthwiseConv2d", "conv1dAsync", "conv2dAsync", "sharedDepthwiseConv2dAsync"].map((name) => F[name]),
  (...values) => new nn.Conv2d(...values),
  (...values) => new nn.SharedDepthwiseConv2d(...values),
  (...values) => new nn.DepthwiseSeparableConv2d(...values),
  (...values) => LAYERS[0].module.forward(...values),
  (...values) => LAYERS[0].module.forwardAsync(...values),
  (...values) => LAYERS[0].plan.run(...values),
  (...values) => LAYERS[0].plan.runAsync(...values),
  (...values) => tensors[0].reshape(...values),
  (...values) => LAYERS[0].module.loadStateDict(...values),
  (...values) => new nn.Sequential(...values),
  ...[tensor, zeros, toImage, fromImage, init.uniform, depthwise.setNumThreads, depthwise.manualSeed],
];

/** Anything at all as an argument: an error of ours, or an answer. */
function tryJunk({ junk: values, door }, pending) {
  const settle = (error) => {
    const code = String(error?.code);
    assert(/^ERR_DEPTHWISE_(?!INTERNAL)/.test(code), `junk: ${error?.stack ?? error}`);
    note("junk refused");
  };
  try {
    const answer = junkDoors[door % junkDoors.length](...values);
    if (answer instanceof Promise) pending.push(answer.then(() => note("junk taken"), settle));
    else note("junk taken");
  } catch (error) {
    settle(error);
  }
}

function setThreads(threads) {
  const codes = threads < 1 ? /^ERR_DEPTHWISE_VALUE$/ : threads > 1024 ? /^ERR_DEPTHWISE_TOO_LARGE$/ : null;
  try {
    depthwise.setNumThreads(threads);
  } catch (error) {
    assert(codes !== null, `setNumThreads(${threads}): ${error?.message}`);
    return requireTyped(error, codes);
  }
  assert(codes === null, `setNumThreads(${threads}): no error, but ${codes} was due`);
}

const KINDS = [
  callSync,
  callSync,
  callAsync,
  callAsync,
  (call) => runPlan({ ...call, isAsync: false }, call.pending),
  (call) => runPlan({ ...call, isAsync: true }, call.pending),
  (call) => runModule({ ...call, isAsync: false }, call.pending),
  (call) => runModule({ ...call, isAsync: true }, call.pending),
  (call) => (call.withOut === 3 ? setThreads(call.threads) : changeWeights(call, call.pending)),
  overlap,
];

function runStep(raw, pending) {
  if (raw.junk !== undefined) return tryJunk(raw, pending);
  const layer = LAYERS[raw.layer];
  const [fault, codes] = FAULTS[raw.fault];
  const isShared = layer.kind === "shared";
  const call = {
    layer,
    fault,
    codes: isShared && fault === "groups that do not divide" ? /OPTION/ : codes,
    which: OPERANDS[raw.operand],
    out:
      raw.withOut === 1 ? tensor(new layer.ArrayType(layer.expected.length).fill(Number.NaN), layer.shapes.out) : null,
    abort: ABORTS[raw.abort],
    later: LATER[raw.later],
    withOut: raw.withOut,
    threads: raw.threads,
    pending,
  };
  return KINDS[raw.kind](call, pending);
}

async function runSequence(steps) {
  const pending = [];
  const failures = [];
  try {
    for (const each of steps) runStep(each, pending);
  } catch (error) {
    failures.push(error);
  }
  for (const { status, reason } of await Promise.allSettled(pending)) if (status === "rejected") failures.push(reason);
  if (failures.length > 0) throw failures[0];
}

const sequence = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8, size: "max" }), runSequence);
await fc.assert(sequence, { seed, numRuns: count, verbose: 0 });
report({ tries: count, outcomes });
