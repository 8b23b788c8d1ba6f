// Two threads that ask for the number of threads first, both at once: while files are slow (faults.c is preloaded), each
// finds out by itself how many there should be, and both go by the same number.
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { assert, loadAddon, report } from "../../support/child-addon.mjs";

const addon = loadAddon();
const ready = isMainThread ? new Int32Array(new SharedArrayBuffer(4)) : workerData;
if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url), { workerData: ready });
  const answer = new Promise((resolve) => worker.once("message", resolve));
  while (Atomics.load(ready, 0) === 0) Atomics.wait(ready, 0, 0);
  const threads = addon.getNumThreads();
  assert(threads > 0 && threads === (await answer), "two numbers of threads");
  report({ threads });
} else {
  Atomics.store(ready, 0, 1);
  Atomics.notify(ready, 0);
  parentPort.postMessage(addon.getNumThreads());
}
