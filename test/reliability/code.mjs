// The code under a goal: a figure stands while these files are unchanged.
const pair = (name) => [`native/${name}.h`, `native/${name}.cc`];

/** From a call in JavaScript to the queue and back, and the end of an environment. */
export const CALL_PATH = [
  ...["async_call", "async_run", "compute_queue", "env_state", "handles", "module_pin", "settle_calls"].flatMap(
    (name) => pair(`binding/${name}`),
  ),
  ...["system_memory", "memory_block", "run"].flatMap((name) => pair(`conv/${name}`)),
  ...pair("threads/detached_thread"),
  "native/threads/clock.h",
  "native/threads/monitor.h",
  "native/threads/parallel.h",
  ...pair("threads/placement"),
  "native/threads/parallel_pool.cc",
  "native/threads/shares.h",
  "native/threads/wake_cost.h",
];

/** The public surface, down to the kernels. */
export const SURFACE = ["lib", "native/binding", "native/conv", "native/threads"];

/** What decides on the number of threads. */
export const THREADS = ["native/threads", ...pair("binding/introspect"), "lib/backend/native.ts"];

export const KERNELS = [
  "native/conv",
  "native/dispatch",
  "native/kernels",
  "native/simd",
  "native/threads/parallel_pool.cc",
  "native/threads/shares.h",
];
