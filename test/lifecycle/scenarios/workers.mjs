// Short workers load the addon, the main thread never does: the last one that ends would unload it. They end by
// themselves, by process.exit(), or by terminate() at a random instant of a call.
import { Worker } from "node:worker_threads";
import { argument, report, sleep } from "../../support/child-addon.mjs";

const workers = Number(argument(0));
const atOnce = Number(argument(1));
const seed = Number(argument(2, 1));
const body = new URL("worker-body.mjs", import.meta.url);
const works = ["loop", "errors", "chain", "exit", "end"];

let state = seed;
function random(limit) {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  return (state >>> 8) % limit;
}

async function one(index) {
  const work = works[index % works.length];
  const calls = [0, 1, 4, 100][random(4)];
  const worker = new Worker(body, { workerData: { work, calls, threads: 1 + random(4) } });
  const ended = new Promise((resolve, reject) => worker.on("error", reject).on("exit", resolve));
  if (work !== "end" && work !== "exit") {
    await new Promise((resolve) => worker.once("message", resolve));
    await sleep(random(30));
    await worker.terminate();
  }
  await ended;
}

let next = 0;
async function chain() {
  while (next < workers) await one(next++);
}
await Promise.all(Array.from({ length: atOnce }, chain));
report({ workers });
