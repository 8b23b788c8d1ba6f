// How long worker.terminate() takes with calls pending, and that another thread's calls go on.
import { Worker } from "node:worker_threads";
import { argument, assert, loadAddon, makeLayer, report, sameBits, startRun } from "../../support/child-addon.mjs";

const calls = Number(argument(0));
const addon = loadAddon();
const layer = makeLayer(addon, { channels: 16, height: 32 });
const body = new URL("worker-body.mjs", import.meta.url);
const worker = new Worker(body, { workerData: { work: "end", calls, size: 28 } });
await new Promise((resolve) => worker.once("message", resolve));
const mine = Array.from({ length: 20 }, () => startRun(addon, layer));
const begin = performance.now();
await worker.terminate();
const took = performance.now() - begin;
for (const result of await Promise.all(mine)) assert(sameBits(result, layer.expected), "another thread's result");
report({ took });
