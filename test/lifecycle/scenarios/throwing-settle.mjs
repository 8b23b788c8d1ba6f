// A settle function that throws is an uncaught exception, and only that: the other calls are settled.
import { assert, loadAddon, makeLayer, report, sleep } from "../../support/child-addon.mjs";

const addon = loadAddon();
const layer = makeLayer(addon);
const caught = [];
let settled = 0;
process.on("uncaughtException", (error) => caught.push(error.message));
for (let i = 0; i < 20; ++i) {
  addon.runAsync(layer.plan, layer.packed, null, null, 1, layer.input, null, () => {
    ++settled;
    if (i % 2 === 0) throw new Error(`thrown ${i}`);
  });
}
while (settled < 20) await sleep(1);
assert(caught.length === 10, `${caught.length} exceptions came through`);
report({ settled, caught: caught.length });
