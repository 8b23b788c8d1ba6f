// Under reliability/children/faults.c: each step gives the right result or an error that says what was short; the steps
// after it work.
import { assert, loadAddon, makeLayer, numbers, report, sameBits, startRun } from "../../support/child-addon.mjs";

let refused = 0;
let right = 0;
async function step(name, body) {
  try {
    const result = await body();
    ++right;
    return result;
  } catch (error) {
    assert(error.code === "ERR_DEPTHWISE_MEMORY", `${name}: ${error.code ?? ""} ${error.message}`);
    ++refused;
    return null;
  }
}

let addon;
try {
  addon = loadAddon();
} catch (error) {
  assert(/could not be initialised/.test(error.message), error.message);
  report({ refused: 1, right: 0 });
  process.exit(0);
}
for (const options of [
  { channels: 64, height: 56 },
  { channels: 6, height: 20, paddingMode: 1, batch: 4 },
  // A result so small that its memory is not lent.
  { channels: 6, height: 20, paddingMode: 1 },
]) {
  const layer = await step("making a layer", () => makeLayer(addon, options));
  if (layer === null) continue;
  const check = (result) => assert(sameBits(result, layer.expected), "a result is wrong");
  await step("run", () => {
    const output = new Float32Array(layer.expected.length);
    addon.run(layer.plan, layer.packed, layer.batch, layer.input, output);
    check(output);
  });
  await step("runNew", () => check(addon.runNew(layer.plan, layer.packed, layer.batch, layer.input)));
  await step("runOnceNew", () =>
    check(addon.runOnceNew(layer.plan, layer.weight, layer.bias, layer.batch, layer.input)),
  );
  await step("runAsync", async () => check(await startRun(addon, layer)));
  await step("runAsync, packed", async () => check(await startRun(addon, layer, { packed: layer.packed })));
  const out = numbers(layer.expected.length, 5);
  await step("runAsync with out", async () => check(await startRun(addon, layer, { out })));
}
report({ refused, right });
