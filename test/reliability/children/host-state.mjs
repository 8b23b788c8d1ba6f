// What importing the package and computing with it change in the process: nothing but the threads that computing starts.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { isMainThread, Worker } from "node:worker_threads";
import { assert, numbers, report, sleep } from "../../support/child-addon.mjs";

const isLinux = process.platform === "linux";
const tasks = () => (isLinux ? readdirSync("/proc/self/task") : []);
const lines = (file, names) =>
  names.map((name) => new RegExp(`^${name}.*$`, "m").exec(readFileSync(file, "utf8"))?.[0]);

/** Where arithmetic shows the mode of the floating-point unit: subnormal numbers, and rounding to nearest. */
function floatMode() {
  const tiny = new Float32Array([1e-40, 1e-38]);
  return [
    5e-324 * process.argv.length,
    tiny[0] * 0.5,
    Math.fround(tiny[1] / 4096),
    1 / 3,
    -1 / 3,
    1 + 2 ** -53,
    1 - 2 ** -54,
  ].map(String);
}

function hostState() {
  const ofProcess = isLinux
    ? [
        lines("/proc/self/status", ["SigCgt", "SigIgn", "SigBlk", "Cpus_allowed", "Umask", "NoNewPrivs", "Seccomp"]),
        readFileSync("/proc/self/limits", "utf8"),
        readFileSync("/proc/self/environ", "utf8"),
        readFileSync("/proc/self/personality", "utf8"),
        readFileSync("/proc/self/oom_score_adj", "utf8"),
        // Sockets, pipes, files: libuv makes its own before.
        readdirSync("/proc/self/fd").map((fd) => {
          try {
            return readlinkSync(`/proc/self/fd/${fd}`);
          } catch {
            return "the listing itself";
          }
        }),
      ]
    : [];
  return JSON.stringify([
    ofProcess,
    process.cwd(),
    process.env,
    (1234.5).toLocaleString("de"),
    new Date(0).toLocaleString(),
    floatMode(),
    process.listenerCount("exit"),
    process.listenerCount("uncaughtException"),
    process.listenerCount("warning"),
    process.getMaxListeners(),
  ]);
}

async function compute({ functional: F, nn, tensor }) {
  const x = tensor(numbers(64 * 3136, 1), [1, 64, 56, 56]);
  const w = tensor(numbers(576, 2), [64, 1, 3, 3]);
  const options = { groups: 64, padding: 1 };
  F.conv2d(x, w, options);
  await Promise.all(Array.from({ length: 8 }, () => F.conv2dAsync(x, w, options)));
  await new nn.Conv2d(64, 64, 3).forwardAsync(x);
}

async function look() {
  await sleep(20); // Node's own threads are there
  const before = hostState();
  const threads = tasks().length;
  const depthwise = await import("../../../dist/index.js");
  const imported = tasks().length - threads;
  assert(imported === 0, `importing starts ${imported} threads`);
  assert(hostState() === before, "importing changes the host");
  depthwise.backendInfo();
  const loaded = tasks().length - threads;
  assert(loaded === 0, `loading the addon starts ${loaded} threads`);
  assert(hostState() === before, "loading the addon changes the host");
  depthwise.setNumThreads(3);
  for (let i = 0; i < 5; ++i) await compute(depthwise);
  assert(hostState() === before, `computing changes the host\n${before}\n${hostState()}`);
  if (isLinux) {
    // Our threads take no signals and run where the process may.
    const allowed = lines("/proc/self/status", ["Cpus_allowed"])[0];
    const isElsewhere = (task) => lines(`/proc/self/task/${task}/status`, ["Cpus_allowed"])[0] !== allowed;
    // A thread that was woken may have to wait for a CPU before it takes its affinity back.
    const deadline = Date.now() + 5000;
    while (tasks().some(isElsewhere) && Date.now() < deadline) await sleep(5);
    assert(!tasks().some(isElsewhere), "a thread has another affinity");
  }
}

await look();
if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url), { stdout: true });
  const code = await new Promise((resolve, reject) => worker.on("error", reject).on("exit", resolve));
  assert(code === 0, `the worker ended with ${code}`);
  report({ tries: 1 });
}
