// The same bits from run, runOnce, runNew, runOnceNew and runAsync, with any number of threads.
import { assert, loadAddon, makeLayer, report, sameBits, startRun } from "../../support/child-addon.mjs";

const addon = loadAddon();
let compared = 0;
const layers = [
  { channels: 1, height: 8 },
  { channels: 3, height: 17, width: 5, kernel: 5, batch: 3 },
  { channels: 64, height: 56, batch: 4 },
  { channels: 8, height: 15, float64: true, batch: 2 },
  { channels: 5, height: 9, paddingMode: 1, batch: 2 },
  { channels: 4, height: 8, batch: 0 },
];
for (const options of layers) {
  const layer = makeLayer(addon, options);
  const { plan, packed, weight, bias, batch, input, expected, ArrayType } = layer;
  const check = (result, name) => {
    assert(sameBits(result, expected), `${name} differs for ${JSON.stringify(options)}`);
    ++compared;
  };
  const inShared = (array) => {
    const shared = new ArrayType(new SharedArrayBuffer(array.byteLength));
    shared.set(array);
    return shared;
  };
  for (const threads of [1, 2, 3, 8]) {
    addon.setNumThreads(threads);
    assert(addon.getNumThreads() === threads, "setNumThreads");
    const output = new ArrayType(expected.length).fill(Number.NaN);
    addon.run(plan, packed, batch, input, output);
    check(output, "run");
    addon.runOnce(plan, weight, bias, batch, input, output.fill(Number.NaN));
    check(output, "runOnce");
    check(addon.runNew(plan, packed, batch, input), "runNew");
    check(addon.runOnceNew(plan, weight, bias, batch, input), "runOnceNew");
    check(await startRun(addon, layer, { packed }), "runAsync, packed");
    check(await startRun(addon, layer), "runAsync");
    const out = new ArrayType(expected.length).fill(Number.NaN);
    assert((await startRun(addon, layer, { out })) === out, "runAsync must resolve with `out`");
    check(out, "runAsync with out");
    const shared = { weight: inShared(weight), bias: inShared(bias), input: inShared(input), out: inShared(output) };
    check(new ArrayType(await startRun(addon, layer, shared)), "runAsync, shared memory");
    const many = await Promise.all(Array.from({ length: 20 }, () => startRun(addon, layer, { packed })));
    for (const result of many) check(result, "runAsync, many at once");
  }
}
report({ compared });
