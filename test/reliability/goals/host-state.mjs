import { SURFACE } from "../code.mjs";
import { childFile, runScript, whatIsWrong } from "../process.mjs";

export default {
  name: "host-state",
  what: "float mode, signal handlers, affinity, limits, environment, locale, open files after import, loading and computing",
  unit: "processes",
  full: 60,
  few: 2,
  batch: 10,
  isSkipped: null,
  code: SURFACE,
  async run({ from, count }) {
    const failures = [];
    for (let i = from; i < from + count; ++i) {
      const env = {
        DEPTHWISE_BACKEND: i % 4 === 3 ? "js" : "native",
        LANG: ["C", "de_DE.UTF-8", "tr_TR.UTF-8"][i % 3],
      };
      const wrong = whatIsWrong(await runScript(childFile("host-state"), [], { env }));
      if (wrong !== null) failures.push(wrong);
    }
    return { tries: count, outcomes: { "unchanged, 0 threads at import": count - failures.length }, failures };
  },
};
