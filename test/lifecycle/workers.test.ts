import { describe, it } from "vitest";
import { hasBinary, reportOf, runChild, tries } from "../support/child.js";

describe.skipIf(!hasBinary)("workers that come and go, the main thread never loading the addon", () => {
  it("thirty short ones, six at a time, in fresh processes", { timeout: 3_600_000 }, async () => {
    for (let i = 0; i < tries(2); ++i) reportOf(await runChild("workers", { args: [30, 6, i + 1] }));
  });

  it("thirty, one after the other", async () => {
    reportOf(await runChild("workers", { args: [30, 1, 99] }));
  });
});
