// Ends the process while calls are pending: by process.exit(7), by an uncaught error, or by a signal from the parent.
import { argument, loadAddon, makeLayer, report, startRun, turn } from "../../support/child-addon.mjs";

const way = argument(0);
const calls = Number(argument(1));
const size = Number(argument(2, 56));
const wait = Number(argument(3, 0));

const addon = loadAddon();
const layer = makeLayer(addon, { channels: 32, height: size });
// Shared input: thousands of calls, one copy.
const input = new Float32Array(new SharedArrayBuffer(layer.input.byteLength));
input.set(layer.input);
for (let i = 0; i < calls; ++i) startRun(addon, layer, { packed: layer.packed, input }).catch(() => {});
await turn();
const end = () => {
  report({ at: Date.now() });
  if (way === "exit") process.exit(7);
  if (way === "throw") throw new Error("uncaught on purpose");
  // Few calls are done before a signal comes; the process waits for it all the same.
  setInterval(() => {}, 1000);
};
if (wait > 0) setTimeout(end, wait);
else end();
