// Only the addon's own handles pass, each in its own place; plain objects and Externals of others are refused.
import { assert, loadAddon, makeLayer, report, startRun, thrownBy } from "../../support/child-addon.mjs";

const addon = loadAddon();
const layer = makeLayer(addon);
const other = makeLayer(addon, { channels: 5, kernel: 5 });
const { plan, packed, weight, bias, batch, input, expected } = layer;
const pending = startRun(addon, layer, { packed });
const job = pending.job;

// An External of Node itself, which Node-API did not make: standard output is a pipe here.
const external = process.stdout._handle._externalStream;
assert(external !== undefined, "no External of Node's to try");

const others = { external, object: {}, null: null, undefined: undefined, function: () => {}, number: 1, array: input };
others.proxy = new Proxy({}, {});
let refused = 0;
function refuses(body, name) {
  const thrown = thrownBy(body);
  assert(thrown?.code === "ERR_DEPTHWISE_INTERNAL", `${name}: ${JSON.stringify(thrown)}`);
  ++refused;
}
for (const [name, bad] of Object.entries({ ...others, packed, job })) {
  refuses(() => addon.describePlan(bad), `plan: ${name}`);
  refuses(() => addon.pack(bad, weight, bias), `plan: ${name}`);
  refuses(() => addon.run(bad, packed, batch, input, expected), `plan: ${name}`);
  refuses(() => addon.runNew(bad, packed, batch, input), `plan: ${name}`);
  refuses(() => addon.runAsync(bad, packed, null, null, batch, input, null, () => {}), `plan: ${name}`);
}
for (const [name, bad] of Object.entries({ ...others, plan, job, other: other.packed })) {
  refuses(() => addon.run(plan, bad, batch, input, expected), `packed: ${name}`);
  refuses(() => addon.runNew(plan, bad, batch, input), `packed: ${name}`);
  if (bad !== null && bad !== undefined) {
    refuses(() => addon.runAsync(plan, bad, null, null, batch, input, null, () => {}), `packed: ${name}`);
  }
}
for (const [name, bad] of Object.entries({ ...others, plan, packed })) refuses(() => addon.cancel(bad), `job: ${name}`);
await pending;
addon.cancel(job);
report({ refused });
