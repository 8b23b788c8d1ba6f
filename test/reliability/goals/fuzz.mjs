import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import { KERNELS } from "../code.mjs";
import { fuzzer, workingCorpus } from "../corpus.mjs";
import { FRUGAL_ASAN } from "../process.mjs";

/** Runs the fuzzer; its exit code and what it said. */
function runFuzzer(args) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...FRUGAL_ASAN };
    const child = spawn(fuzzer, args, { cwd: dirname(fuzzer), stdio: ["ignore", "ignore", "pipe"], env });
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
  // A minute, as --seconds is looked at between batches; each begins with the corpus, whose cases are not counted again.
  batch: 200_000,
  isSkipped: existsSync(fuzzer) ? null : "scripts/native-tests.sh fuzz builds it",
  code: KERNELS,
  async run({ from, count }) {
    const corpus = workingCorpus();
    const known = readdirSync(corpus).length;
    // Without the entropic schedule: keeping its books of rare features took half of all time, and 3,200 cases a second
    // instead of 1,300 found in a minute what ten million of the others had passed by.
    const limits = ["-max_len=96", "-timeout=30", "-rss_limit_mb=4096", "-entropic=0"];
    const args = [`-runs=${known + count}`, `-seed=${1 + from}`, ...limits, "-verbosity=1", corpus];
    const { code, stderr } = await runFuzzer(args);
    const done = /Done (\d+) runs in \d+ second/.exec(stderr);
    const failures = code === 0 && done !== null ? [] : [`ended with ${code}\n${stderr}`];
    // At least one, so that a fuzzer that fails at once does not run on and on.
    const tries = Math.max(1, done === null ? 0 : Number(done[1]) - known);
    return { tries, outcomes: { agreed: tries - failures.length }, failures };
  },
};
