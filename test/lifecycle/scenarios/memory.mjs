// Memory stays level: results dropped in turns of the event loop and in a tight loop, calls started and cancelled.
import { argument, loadAddon, makeLayer, report, startRun, turn } from "../../support/child-addon.mjs";

const rounds = Number(argument(0));
const addon = loadAddon();
const layer = makeLayer(addon, { channels: 64, height: 56 });
const megabytes = () => Math.round(process.memoryUsage.rss() / 1e6);

async function round() {
  for (let i = 0; i < 200; ++i) addon.runNew(layer.plan, layer.packed, 1, layer.input);
  for (let i = 0; i < 100; ++i) {
    addon.runNew(layer.plan, layer.packed, 1, layer.input);
    await turn();
  }
  await Promise.all(Array.from({ length: 50 }, () => startRun(addon, layer)));
  for (let i = 0; i < 50; ++i) addon.cancel(startRun(addon, layer).job);
  for (let i = 0; i < 50; ++i) makeLayer(addon, { channels: 64, height: 8 });
  await turn();
}

const sizes = [];
for (let i = 0; i < rounds; ++i) {
  await round();
  globalThis.gc();
  await turn();
  sizes.push(megabytes());
}
report({ sizes });
