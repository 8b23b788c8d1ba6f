import { rmdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Batch } from "../batch.mjs";
import { makeGroup } from "../cgroup.mjs";
import { THREADS } from "../code.mjs";
import { childFile } from "../process.mjs";

const cpus = availableParallelism();
const quotaOf = (cpus) => [
  { tree: "/sys/fs/cgroup/cpu", file: "cpu.cfs_quota_us", value: String(cpus * 100_000) },
  { tree: "/sys/fs/cgroup", file: "cpu.max", value: `${cpus * 100_000} 100000` },
];
const under = (folder) => ["sh", "-c", `echo $$ > ${folder}/cgroup.procs && exec "$0" "$@"`];

// What is set, and how many threads are right under it.
const CASES = [
  ["nothing", {}, cpus],
  ["affinity to one CPU", { through: ["taskset", "-c", "0"] }, 1],
  ["nice 19", { through: ["nice", "-n", "19"] }, cpus],
  ["OMP_NUM_THREADS=1", { env: { OMP_NUM_THREADS: "1" } }, cpus],
  ["OMP_NUM_THREADS=64, OMP_WAIT_POLICY=active", { env: { OMP_NUM_THREADS: "64", OMP_WAIT_POLICY: "active" } }, cpus],
  ["UV_THREADPOOL_SIZE=1", { env: { UV_THREADPOOL_SIZE: "1" } }, cpus],
  ["a quota of half a CPU", { quota: 0.5 }, 1],
  ["a quota of one and a half", { quota: 1.5 }, Math.min(cpus, 1)],
  ["a quota of one hundred", { quota: 100 }, cpus],
];

export default {
  name: "cpu-limits",
  what: "affinity, cgroup quotas, OMP_NUM_THREADS, nice: a sensible number of threads and the right answer",
  unit: "processes",
  full: 10 * CASES.length,
  few: CASES.length,
  batch: CASES.length,
  isSkipped: process.platform === "linux" ? null : "affinity and cgroups are Linux's",
  code: THREADS,
  async run({ from, count }) {
    const batch = new Batch();
    for (let i = from; i < from + count; ++i) {
      const [name, { quota, ...limits }, wanted] = CASES[i % CASES.length];
      const folder = quota === undefined ? null : makeGroup(quotaOf(quota));
      ++batch.tries;
      const isSkipped = quota !== undefined && folder === null;
      if (!isSkipped) {
        const through = folder === null ? limits.through : under(folder);
        const env = { ...limits.env, DEPTHWISE_BACKEND: "native" };
        const outcome = await batch.run(childFile("count-threads"), [], { through, env }, `${name}: `);
        if (folder !== null) rmdirSync(folder);
        const { threads, forSync } = outcome.report;
        if (outcome.isRight && (threads !== wanted || forSync > wanted - 1)) {
          batch.failures.push(`${name}: ${threads} threads, ${forSync} started by a sync call; ${wanted} are right`);
        }
      }
      batch.count(isSkipped ? `${name}: not possible here` : `${name}: ${wanted} thread${wanted === 1 ? "" : "s"}`);
    }
    return batch;
  },
};
