import { describe, expect, it } from "vitest";
import { hasBinary, reportOf, runChild } from "../support/child.js";

describe.skipIf(!hasBinary)("loading the addon", () => {
  it("starts no thread, prints nothing and leaves the host as it was", async () => {
    const outcome = await runChild("import");
    const { started } = reportOf(outcome);
    expect(started).toBe(0);
    expect(outcome.stdout.trimEnd().split("\n")).toHaveLength(1);
  });
});
