import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { KERNELS } from "../code.mjs";
import { fuzzer, workingCorpus } from "../corpus.mjs";

/** Runs the fuzzer; its exit code and what it said. */
function runFuzzer(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(fuzzer, args, { cwd: dirname(fuzzer), stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr = (stderr + chunk).slice(-8000);
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stderr }));
  });
}

export default {
  name: "fuzz",
  what: "libFuzzer: geometry, plan and every kernel that runs here against the reference, ASan and UBSan, exact arrays",
  unit: "cases",
  full: 10_000_000,
  few: 3000,
  // Short enough for --seconds, which is looked at between batches.
  batch: 10_000,
  isSkipped: existsSync(fuzzer) ? null : "scripts/native-tests.sh fuzz builds it",
  code: KERNELS,
  async run({ from, count }) {
    const args = [`-runs=${count}`, `-seed=${1 + from}`, "-max_len=96", "-timeout=30", "-rss_limit_mb=4096"];
    const { code, stderr } = await runFuzzer([...args, "-verbosity=1", workingCorpus()]);
    const done = /Done (\d+) runs in (\d+) second/.exec(stderr);
    const tries = done === null ? 0 : Number(done[1]);
    const failures = code === 0 && done !== null ? [] : [`ended with ${code}\n${stderr}`];
    // At least one, so that a fuzzer that fails at once does not run on and on.
    return { tries: Math.max(1, tries), outcomes: { agreed: tries }, failures };
  },
};
