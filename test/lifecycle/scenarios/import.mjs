// What loading and computing change in the process: nothing but the threads that computing starts.
import { readdirSync, readFileSync } from "node:fs";
import { assert, loadAddon, makeLayer, report, startRun } from "../../support/child-addon.mjs";

const isLinux = process.platform === "linux";
const threads = () => (isLinux ? readdirSync("/proc/self/task").length : 0);

function hostState() {
  const status = isLinux ? readFileSync("/proc/self/status", "utf8") : "";
  const fields = ["SigCgt", "SigIgn", "SigBlk", "Cpus_allowed", "NoNewPrivs"];
  return JSON.stringify([
    fields.map((field) => status.match(new RegExp(`^${field}:.*$`, "m"))?.[0]),
    process.cwd(),
    process.umask(),
    process.env,
    (0.1).toLocaleString(),
    // Subnormal numbers survive: nobody has switched them off.
    5e-324 * Number(process.argv.length > 0),
    new Float32Array([1e-40])[0],
  ]);
}

await new Promise((resolve) => setTimeout(resolve, 20)); // Node's own threads are there
const before = hostState();
const threadsBefore = threads();
const addon = loadAddon();
const threadsLoaded = threads();
assert(hostState() === before, "loading changes the host");
addon.kernels();
addon.setNumThreads(4);
const layer = makeLayer(addon, { channels: 64, height: 56, batch: 4 });
await Promise.all(Array.from({ length: 8 }, () => startRun(addon, layer)));
assert(hostState() === before, `computing changes the host\n${before}\n${hostState()}`);
report({ started: threadsLoaded - threadsBefore, computing: threads() - threadsBefore });
