import { rmdirSync } from "node:fs";
import { Batch } from "../batch.mjs";
import { makeGroup } from "../cgroup.mjs";
import { SURFACE } from "../code.mjs";
import { childFile } from "../process.mjs";

const MEGABYTE = 1 << 20;
const TREES = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"];

export default {
  name: "limits",
  what: "a limit on address space (256 to 3,000 MB more than at the start) and on the number of tasks (0 to 7 more)",
  unit: "processes",
  full: 200,
  few: 8,
  batch: 20,
  isSkipped: process.platform === "linux" ? null : "prlimit and cgroups are Linux's",
  code: SURFACE,
  async run({ from, count }) {
    const batch = new Batch();
    for (let i = from; i < from + count; ++i) {
      ++batch.tries;
      const isMemory = i % 2 === 0;
      const folder = isMemory ? null : makeGroup(TREES.map((tree) => ({ tree, file: "pids.max" })));
      if (!isMemory && folder === null) {
        batch.count("tasks: not possible here");
        continue;
      }
      const args = isMemory
        ? ["address space", MEGABYTE * (256 + ((i * 137) % 2744))]
        : ["threads", Math.floor(i / 2) % 8, folder];
      const { report } = await batch.run(childFile("faults"), args, { env: { DEPTHWISE_BACKEND: "native" } });
      if (folder !== null) rmdirSync(folder);
      batch.count(`${args[0]}: steps right`, report.right ?? 0);
      batch.count(`${args[0]}: typed errors`, report.refused ?? 0);
    }
    return batch;
  },
};
