// What a worker of the other scenarios does.
import { parentPort, workerData } from "node:worker_threads";
import { loadAddon, makeLayer, startRun } from "../../support/child-addon.mjs";

const { work, calls = 0, threads = 4, size = 56 } = workerData;
const addon = loadAddon();
addon.setNumThreads(threads);
const layer = makeLayer(addon, { channels: 32, height: size });
for (let i = 0; i < calls; ++i) startRun(addon, layer, { packed: layer.packed }).catch(() => {});
parentPort.postMessage("started");
if (work === "loop") {
  for (;;) addon.runNew(layer.plan, layer.packed, layer.batch, layer.input);
} else if (work === "errors") {
  for (;;) {
    try {
      addon.kernels();
      addon.runNew(layer.plan, layer.packed, layer.batch, null);
    } catch {}
  }
} else if (work === "chain") {
  for (;;) await startRun(addon, layer);
} else if (work === "exit") {
  process.exit();
}
// "end": nothing more; the pending calls are still settled.
