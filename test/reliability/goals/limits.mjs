import { existsSync, mkdirSync, rmdirSync } from "node:fs";
import { SURFACE } from "../code.mjs";
import { childFile, runScript, whatIsWrong } from "../process.mjs";

/** A control group for a number of tasks, or null where this machine lets us make none. */
function makeGroup() {
  for (const tree of ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"]) {
    const folder = `${tree}/depthwise-limits-${process.pid}`;
    try {
      mkdirSync(folder);
      if (existsSync(`${folder}/pids.max`)) return folder;
      rmdirSync(folder);
    } catch {}
  }
  return null;
}

const MEGABYTE = 1 << 20;

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
    const batch = { tries: 0, outcomes: {}, failures: [] };
    const add = (key, number = 1) => {
      batch.outcomes[key] = (batch.outcomes[key] ?? 0) + number;
    };
    for (let i = from; i < from + count; ++i) {
      ++batch.tries;
      const isMemory = i % 2 === 0;
      const folder = isMemory ? null : makeGroup();
      if (!isMemory && folder === null) {
        add("tasks: not possible here");
        continue;
      }
      const args = isMemory
        ? ["address space", MEGABYTE * (256 + ((i * 137) % 2744))]
        : ["threads", Math.floor(i / 2) % 8, folder];
      const outcome = await runScript(childFile("faults"), args, { env: { DEPTHWISE_BACKEND: "native" } });
      if (folder !== null) rmdirSync(folder);
      const wrong = whatIsWrong(outcome);
      if (wrong !== null) batch.failures.push(wrong);
      add(`${args[0]}: steps right`, outcome.report.right ?? 0);
      add(`${args[0]}: typed errors`, outcome.report.refused ?? 0);
    }
    return batch;
  },
};
