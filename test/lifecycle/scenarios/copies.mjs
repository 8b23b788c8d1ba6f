// Two copies of the addon in one process, and one copy loaded twice: each has a queue and a state of its own.
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert, loadAddon, makeLayer, report, sameBits, startRun, thrownBy } from "../../support/child-addon.mjs";

const folder = mkdtempSync(join(tmpdir(), "depthwise-"));
const copy = join(folder, "copy.node");
copyFileSync(process.env.DEPTHWISE_BINARY, copy);
const addons = [loadAddon(), loadAddon(), loadAddon(copy)];
rmSync(folder, { recursive: true });
const layers = addons.map((addon) => makeLayer(addon, { channels: 32, height: 56 }));
const pending = [];
for (let i = 0; i < 60; ++i) pending.push(startRun(addons[i % 3], layers[i % 3]));
for (const result of await Promise.all(pending)) assert(sameBits(result, layers[0].expected), "a result is wrong");
// The same code made them: a handle serves both loads of one file.
assert(thrownBy(() => addons[1].describePlan(layers[0].plan)) === null, "a plan of the first load");
report({ results: pending.length });
