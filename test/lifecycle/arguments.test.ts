import { describe, expect, it } from "vitest";
import { hasBinary, reportOf, runChild } from "../support/child.js";

describe.skipIf(!hasBinary)("what the addon refuses", () => {
  it("reads no property that JavaScript can define, and refuses every other value", async () => {
    const { refused } = reportOf(await runChild("misbehaved"));
    expect(refused).toBeGreaterThan(200);
  });

  it("takes only its own handles, each in its place", async () => {
    const { refused } = reportOf(await runChild("handles"));
    expect(refused).toBeGreaterThan(80);
  });
});

it.skipIf(!hasBinary)("sizes whose products pass 64 bits are planned", async () => {
  reportOf(await runChild("enormous", { env: { DEPTHWISE_BACKEND: "native" } }));
});
