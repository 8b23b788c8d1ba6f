import { describe, expect, it } from "vitest";
import { hasBinary, reportOf, runChild } from "../support/child.js";

describe.skipIf(!hasBinary)("others stay alive", () => {
  for (const slots of [1, 4]) {
    it(`fs and dns answer beside 10,000 calls, with ${slots} threads in libuv's pool`, async () => {
      const env = { UV_THREADPOOL_SIZE: String(slots) };
      const { reads, control, p99, loop } = reportOf(await runChild("responsive", { args: [10_000], env }));
      expect(reads).toBeGreaterThan(5);
      // Absolute times, with what the same machine needs for reads alone beside them.
      expect(p99, `control ${control} ms`).toBeLessThan(150 + 10 * Number(control));
      expect(loop).toBeLessThan(100);
    });
  }

  it("fs answers beside long calls that fill no slot", async () => {
    const env = { UV_THREADPOOL_SIZE: "1" };
    const { p99, control } = reportOf(await runChild("responsive", { args: [12, 512], env }));
    expect(p99).toBeLessThan(250 + 10 * Number(control));
  });

  for (const calls of [1, 4, 100, 10_000]) {
    it(`a worker with ${calls} calls pending is terminated at once`, async () => {
      const { took } = reportOf(await runChild("terminate", { args: [calls] }));
      expect(took).toBeLessThan(400);
    });
  }
});
