import { describe, expect, it } from "vitest";
import { hasBinary, reportOf, runChild, tries } from "../support/child.js";

const collect = { nodeArgs: ["--expose-gc"], timeoutMs: 3_600_000 };

describe.skipIf(!hasBinary)("buffers that change while a call is pending", () => {
  it("gives the result of the data at the call, or refuses a detached `out`", async () => {
    const { right, refused } = reportOf(await runChild("hostile-buffers", { ...collect, args: [tries(1)] }));
    expect(right).toBeGreaterThan(250);
    expect(refused).toBeGreaterThan(0);
  });

  it("reads shared memory in place, and keeps it", async () => {
    reportOf(await runChild("shared-buffers", { ...collect, args: [tries(30)] }));
  });

  it("refuses an output over its input, also where two SharedArrayBuffers are one memory", async () => {
    const { refused } = reportOf(await runChild("shared-twice", { env: { DEPTHWISE_BACKEND: "native" } }));
    expect(refused).toBe(8);
  });

  it("holds plans, weights and results as long as somebody needs them, and no longer", async () => {
    reportOf(await runChild("garbage", { ...collect, args: [tries(30)] }));
  });

  it("leaves results alone that went to another thread, also when the thread that made them is gone", async () => {
    reportOf(await runChild("handed-on", { args: [tries(2)], timeoutMs: 3_600_000 }));
  });

  it("gives right results whatever stands in the place of ArrayBuffer.prototype.transfer()", async () => {
    const { right } = reportOf(await runChild("transfer"));
    expect(right).toBe(33);
  });

  it("stays level in memory", async () => {
    const { sizes } = reportOf(await runChild("memory", { ...collect, args: [tries(10)] })) as { sizes: number[] };
    const half = sizes.length >> 1;
    const [early, late] = [Math.max(...sizes.slice(0, half)), Math.max(...sizes.slice(half))];
    expect(late, `megabytes after each round: ${sizes}`).toBeLessThan(early * 1.25 + 10);
  });
});
