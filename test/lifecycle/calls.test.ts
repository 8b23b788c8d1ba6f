import { describe, expect, it } from "vitest";
import { hasBinary, reportOf, runChild, tries } from "../support/child.js";

describe.skipIf(!hasBinary)("calls", () => {
  it("give the same bits, sync and async, for any number of threads", async () => {
    const { compared } = reportOf(await runChild("equal"));
    expect(compared).toBe(6 * 4 * 28);
  });

  it("are never settled after they were cancelled, and once otherwise", async () => {
    const { cancelled } = reportOf(await runChild("cancel", { args: [tries(12)], timeoutMs: 3_600_000 }));
    expect(cancelled).toBeGreaterThan(0);
  });

  it("settle although another settle function throws", async () => {
    reportOf(await runChild("throwing-settle"));
  });

  it("do not meet those of another copy of the addon in the same process", async () => {
    reportOf(await runChild("copies"));
  });
});
