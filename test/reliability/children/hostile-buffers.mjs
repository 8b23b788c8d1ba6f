// Every cell of the matrix, tries [from, from + count): the result is that of an undisturbed call, or a typed error.
import { Worker } from "node:worker_threads";
import { functional as F, nn, tensor } from "../../../dist/index.js";
import { argument, loadAddon, makeLayer, report, sameBits, sleep, startRun, turn } from "../../support/child-addon.mjs";
import { ACTIONS, CELLS } from "./hostile-cells.mjs";

const from = Number(argument(0));
const count = Number(argument(1));
const isJs = process.env.DEPTHWISE_BACKEND === "js";
const addon = loadAddon();
const SHAPE = { channels: 16, height: 40, batch: 2 };
const layers = { float32: makeLayer(addon, SHAPE), float64: makeLayer(addon, { ...SHAPE, float64: true }) };
const filler = makeLayer(addon, { channels: 64, height: 112, batch: 2 });
const keeper = new Worker("require('node:worker_threads').parentPort.on('message', () => {});", { eval: true });
keeper.unref();
const shapes = {
  input: [SHAPE.batch, SHAPE.channels, SHAPE.height, SHAPE.height],
  weight: [SHAPE.channels, 1, 3, 3],
  bias: [SHAPE.channels],
  out: [SHAPE.batch, SHAPE.channels, SHAPE.height, SHAPE.height],
};
const OPTIONS = { padding: 1, groups: SHAPE.channels };

/** A copy of an array in memory of this kind. */
function inMemory(array, memory, tracksLength) {
  const bytes = array.byteLength;
  const limit = { maxByteLength: 2 * bytes };
  const buffer = {
    plain: () => new ArrayBuffer(bytes),
    resizable: () => new ArrayBuffer(bytes, limit),
    shared: () => new SharedArrayBuffer(bytes),
    growable: () => new SharedArrayBuffer(bytes, limit),
  }[memory]();
  const isFixed = memory === "growable" || memory === "shared" || !tracksLength;
  const copy = isFixed ? new array.constructor(buffer, 0, array.length) : new array.constructor(buffer);
  copy.set(array);
  return copy;
}

const garbage = [];
function disturb() {
  globalThis.gc();
  garbage.splice(0);
  for (let i = 0; i < 4; ++i) garbage.push(new Float32Array(1 << 16).fill(1e30));
}

const pause = {
  "at once": () => {},
  "after a microtask": () => Promise.resolve(),
  "after a turn": turn,
  "after 1 ms": () => sleep(1),
  "after 8 ms": () => sleep(8),
};

/** Tensor-likes whose getters strike, and options that do. */
function traps(cell, arrays, strike) {
  const names = Object.keys(arrays).filter((name) => arrays[name] !== null);
  const later = names.at(-1) === cell.operand ? names[0] : names.at(-1);
  const operands = {};
  for (const name of names) {
    const strikesHere =
      (cell.moment === "in the operand's own getter" && name === cell.operand) ||
      (cell.moment === "in a later getter" && name === later);
    operands[name] = {
      get data() {
        const array = arrays[name];
        if (strikesHere) strike();
        return array;
      },
      shape: shapes[name],
    };
  }
  const trap = (options) => {
    if (cell.moment === "in a getter of the options") {
      const key = Object.keys(options)[0];
      const value = options[key];
      const get = () => {
        strike();
        return value;
      };
      Object.defineProperty(options, key, { enumerable: true, get });
    }
    if (cell.moment === "in the signal") {
      options.signal = { aborted: false, throwIfAborted: strike, addEventListener() {}, removeEventListener() {} };
    }
    return options;
  };
  return { operands, trap };
}

const doors = {
  addon(cell, arrays, { layer }) {
    if (cell.mode === "async") return startRun(addon, layer, arrays);
    const output = arrays.out ?? new layer.ArrayType(layer.expected.length);
    addon.runOnce(layer.plan, arrays.weight, arrays.bias, layer.batch, arrays.input, output);
    return output;
  },
  functional(cell, arrays, { strike }) {
    const { operands, trap } = traps(cell, arrays, strike);
    const { input, weight, bias, out } = operands;
    const options = trap({ ...OPTIONS, ...(out ? { out } : {}) });
    if (cell.mode === "sync") return F.conv2d(input, weight, bias, options).data;
    return F.conv2dAsync(input, weight, bias, options).then((result) => result.data);
  },
  plan(cell, arrays, { layer, strike }) {
    const plan = F.planConv2d(
      shapes.input,
      tensor(layer.weight, shapes.weight),
      tensor(layer.bias, shapes.bias),
      OPTIONS,
    );
    const { trap } = traps(cell, arrays, strike);
    if (cell.mode === "sync") return plan.run(arrays.input, arrays.out ?? undefined);
    return plan.runAsync(arrays.input, arrays.out, trap({ signal: undefined }));
  },
  planning(cell, arrays, { layer, strike }) {
    const { operands, trap } = traps(cell, { weight: arrays.weight, bias: arrays.bias }, strike);
    return F.planConv2d(shapes.input, operands.weight, operands.bias, trap({ ...OPTIONS })).run(layer.input);
  },
  module(cell, arrays, { layer, strike }) {
    const { ArrayType } = layer;
    const conv = new nn.DepthwiseConv2d(SHAPE.channels, SHAPE.channels, 3, { dtype: cell.dtype });
    const own = (name) => (cell.operand === name ? arrays[name] : new ArrayType(layer[name]));
    conv.loadStateDict({ weight: tensor(own("weight"), shapes.weight), bias: tensor(own("bias"), shapes.bias) });
    const { operands, trap } = traps(cell, { input: arrays.input, out: arrays.out }, strike);
    const options = trap(operands.out ? { out: operands.out } : { out: null });
    if (cell.mode === "sync") return conv.forward(operands.input, options).data;
    return conv.forwardAsync(operands.input, options).then((result) => result.data);
  },
};
doors["functional on the fallback"] = doors.functional;

const TYPED = /^ERR_DEPTHWISE_(DETACHED|RESIZABLE|SHAPE|OVERLAP)$/;

async function attempt(cell, round) {
  const layer = layers[cell.dtype];
  const { memory, act, drop = false } = ACTIONS[cell.action];
  const source = { input: layer.input, weight: layer.weight, bias: layer.bias, out: layer.expected };
  const arrays = {};
  for (const name of Object.keys(source)) {
    arrays[name] = inMemory(source[name], name === cell.operand ? memory : "plain", round % 2 === 0);
  }
  if (cell.operand !== "out") arrays.out = null;
  else arrays.out.fill(Number.NaN);
  const { buffer } = arrays[cell.operand];
  let victim = buffer;
  let hasStruck = false;
  const strike = () => {
    if (hasStruck) return;
    hasStruck = true;
    act(victim, keeper);
    victim = null;
    if (drop) arrays[cell.operand] = null;
    if (drop || round % 8 === 0) disturb();
  };
  // Work in front of it keeps the call waiting in every other round.
  const front =
    cell.mode === "async" && !isJs && round % 2 === 1 ? startRun(addon, filler, { packed: filler.packed }) : null;
  let answer;
  let isRight = false;
  try {
    if (cell.moment === "before the call" && !drop) strike();
    const pending = doors[cell.door](cell, arrays, { layer, strike });
    const settled = Promise.resolve(pending).then((result) => {
      isRight = sameBits(result, layer.expected);
    });
    settled.catch(() => {});
    if (cell.mode === "async" && pause[cell.moment]) {
      await pause[cell.moment]();
      strike();
    }
    await settled;
    answer = "right";
  } catch (error) {
    answer = error.code ?? String(error);
    const isInternalCheck =
      cell.door === "addon" && answer === "ERR_DEPTHWISE_INTERNAL" && cell.moment === "before the call";
    if (!TYPED.test(answer) && !isInternalCheck) throw new Error(`${answer}: ${error.message}`);
    answer = "typed error";
  }
  await front;
  if (answer === "right" && !isRight) {
    // Shared memory is read in place: its numbers are whatever the other thread made of them.
    if (cell.action !== "share and write") throw new Error("the result is not that of the data at the call");
    answer = "other numbers (shared memory was written)";
  }
  return answer;
}

const outcomes = {};
let tries = 0;
for (let index = from; index < from + count; ++index) {
  const cell = CELLS[index % CELLS.length];
  if ((cell.door === "functional on the fallback") !== isJs) continue;
  try {
    const answer = await attempt(cell, Math.floor(index / CELLS.length));
    outcomes[answer] = (outcomes[answer] ?? 0) + 1;
    ++tries;
  } catch (error) {
    throw new Error(`try ${index}, ${JSON.stringify(cell)}: ${error.message}`);
  }
}
report({ tries, outcomes });
