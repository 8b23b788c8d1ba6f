import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Batch } from "../batch.mjs";
import { KERNELS } from "../code.mjs";
import { FRUGAL_ASAN } from "../process.mjs";

// `bash scripts/native-tests.sh asan` builds it.
const program = fileURLToPath(new URL("../../../build-native-asan/fuzz_replay", import.meta.url));

export default {
  name: "random-cases",
  what: "the fuzz target on random bytes: geometry, plan and every kernel that runs here against the reference, ASan and UBSan",
  unit: "cases",
  full: 10_000_000,
  few: 2000,
  batch: 50_000,
  isSkipped: existsSync(program) ? null : "scripts/native-tests.sh asan builds it",
  code: KERNELS,
  async run({ from, count }) {
    const batch = new Batch();
    const options = { program, env: FRUGAL_ASAN, timeoutMs: 3_600_000 };
    const { stdout, isRight } = await batch.run("--random", [count, 1 + from], options);
    batch.tries = stdout.includes(`${count} cases`) ? count : 1;
    batch.count("agreed", isRight ? batch.tries : 0);
    return batch;
  },
};
