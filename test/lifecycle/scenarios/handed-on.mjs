// Results that are handed on to other threads: from a worker that then ends, and from the main thread. Their numbers
// stay, whatever is computed meanwhile.
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { argument, assert, loadAddon, makeLayer, report, sameBits, startRun } from "../../support/child-addon.mjs";

const addon = loadAddon();
const layer = makeLayer(addon, { channels: 64, height: 56 });
const zeros = { ...layer, input: new Float32Array(layer.input.length) };

/** Moves the memory out of a result in every way that this Node has. */
function handOn(result, port) {
  const buffer = typeof result.buffer.transfer === "function" ? result.buffer.transfer() : result.buffer;
  port.postMessage(buffer, [buffer]);
}

/** What others see of reused memory, they see now. */
async function overwriteMemory() {
  const held = [];
  for (let i = 0; i < 20; ++i) {
    held.push(addon.runNew(layer.plan, layer.packed, 1, zeros.input));
    held.push(await startRun(addon, zeros, { packed: layer.packed }));
  }
  return held;
}

const next = (emitter, event) => new Promise((resolve) => emitter.once(event, resolve));

if (!isMainThread && workerData === "giver") {
  for (let i = 0; i < 4; ++i) handOn(addon.runNew(layer.plan, layer.packed, 1, layer.input), parentPort);
  for (let i = 0; i < 4; ++i) handOn(await startRun(addon, layer, { packed: layer.packed }), parentPort);
} else if (!isMainThread) {
  // "taker": gives back what it saw, after the main thread has reused what it could.
  parentPort.on("message", (buffer) => {
    if (buffer === "end") process.exit();
    parentPort.postMessage(sameBits(new Float32Array(buffer), layer.expected));
  });
} else {
  const tries = Number(argument(0));
  for (let i = 0; i < tries; ++i) {
    const given = [];
    const giver = new Worker(new URL(import.meta.url), { workerData: "giver" });
    giver.on("message", (buffer) => given.push(new Float32Array(buffer)));
    await next(giver, "exit");
    await overwriteMemory();
    assert(given.length === 8, `${given.length} results came`);
    for (const result of given) assert(sameBits(result, layer.expected), "a worker's result changed after its end");

    const taker = new Worker(new URL(import.meta.url), { workerData: "taker" });
    for (let k = 0; k < 6; ++k) {
      const answer = next(taker, "message");
      handOn(k % 2 ? addon.runNew(layer.plan, layer.packed, 1, layer.input) : await startRun(addon, layer), taker);
      await overwriteMemory();
      assert(await answer, "a result changed on its way to a worker");
    }
    taker.postMessage("end");
    await next(taker, "exit");
    await overwriteMemory();
  }
  // Where buffers have transfer(), large results are as transferable as small ones.
  const result = addon.runNew(layer.plan, layer.packed, 1, layer.input);
  const isMovable = typeof result.buffer.transfer === "function";
  const copy = structuredClone(result, { transfer: [result.buffer] });
  assert(sameBits(copy, layer.expected), "structuredClone");
  assert(!isMovable || result.length === 0, "structuredClone copied instead of moving");
  report({ tries, isMovable });
}
