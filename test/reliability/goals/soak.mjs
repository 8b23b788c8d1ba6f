import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SURFACE } from "../code.mjs";
import { drawCurve } from "../curve.mjs";
import { runScript, whatIsWrong } from "../process.mjs";
import { commit } from "../results.mjs";

const script = fileURLToPath(new URL("../../../scripts/soak.mjs", import.meta.url));
const picture = fileURLToPath(new URL("../results/soak.svg", import.meta.url));
const HOUR = 3600;
// glibc gives new threads, as those of workers, arenas of their own, up to eight a core, which fill over hours and never
// shrink: some MB an hour without anything being kept. It also takes large blocks from the heap once one of their size
// has been freed, as V8's arrays are where more results than are lent live at once: a step of one result, whenever that
// happens first. With one arena, and large blocks always from the system, what is kept shows.
const NO_HEAP_GROWTH = { MALLOC_ARENA_MAX: "1", MALLOC_MMAP_THRESHOLD_: "131072" };

export default {
  name: "soak",
  what: "mixed sync, async, planned and aborted calls, modules and workers for an hour, every result checked: the slope of memory",
  unit: "seconds",
  full: HOUR,
  few: 8,
  batch: HOUR,
  isSkipped: null,
  // With the script: which calls it makes, and how many of each, decides on what grows.
  code: [...SURFACE, "scripts/soak.mjs"],
  async run({ count }) {
    const isHour = count >= HOUR;
    const args = ["--seconds", count, "--every", isHour ? 10 : 1];
    const options = { nodeArgs: ["--expose-gc"], env: NO_HEAP_GROWTH, timeoutMs: 1000 * (2 * count + 60) };
    const outcome = await runScript(script, args, options);
    const { slope = 0, warmUp = 0, done = {}, samples = [] } = outcome.report;
    const failures = [whatIsWrong(outcome)].filter((wrong) => wrong !== null);
    if (!isHour || failures.length > 0) return { tries: count, outcomes: done, failures };
    // Over less than an hour a slope says nothing.
    if (slope >= 1) failures.push(`memory grows by ${slope.toFixed(2)} MB an hour`);
    const points = samples.map(([s, rss]) => [s / 60, rss]);
    writeFileSync(picture, drawCurve(points, { warmUp: warmUp / 60, slope, commit: commit() }));
    return { tries: count, outcomes: done, worst: { "MB an hour": Math.round(100 * slope) / 100 }, failures };
  },
};
