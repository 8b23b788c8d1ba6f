import { Batch } from "../batch.mjs";
import { CELLS } from "../children/hostile-cells.mjs";
import { SURFACE } from "../code.mjs";
import { childFile } from "../process.mjs";

export default {
  name: "hostile-buffers",
  // Not how many cells: newer Nodes have more ways to take a buffer away, and SECURITY.md has this text.
  what: "buffers transferred, resized, shared, grown, collected, overwritten, before, within and during a call: each cell 20 times",
  unit: "tries",
  full: 20 * CELLS.length,
  few: CELLS.length,
  batch: CELLS.length,
  isSkipped: null,
  code: SURFACE,
  async run({ from, count }) {
    const batch = new Batch();
    for (const backend of ["native", "js"]) {
      const options = { nodeArgs: ["--expose-gc"], env: { DEPTHWISE_BACKEND: backend } };
      const { report } = await batch.run(childFile("hostile-buffers"), [from, count], options);
      batch.tries += report.tries ?? 0;
    }
    return batch;
  },
};
