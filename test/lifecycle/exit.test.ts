import { describe, expect, it } from "vitest";
import { hasBinary, type Outcome, runChild, tries } from "../support/child.js";

// Promised is a fraction of a second; a loaded machine may take a little longer to reap the process.
const LIMIT_MS = 400;

function expectEnd({ code, signal, timedOut, endedAt, report }: Outcome, wanted: number | NodeJS.Signals) {
  expect(timedOut).toBe(false);
  expect(signal ?? code).toBe(wanted);
  expect(endedAt - Number(report["at"])).toBeLessThan(LIMIT_MS);
}

describe.skipIf(!hasBinary)("the end of the process with calls pending", () => {
  for (const calls of [1, 100, 10_000]) {
    it(`comes soon and keeps its code, ${calls} calls`, async () => {
      for (let i = 0; i < tries(2); ++i) {
        const args = [calls, 56, 7 * (i % 8)];
        expectEnd(await runChild("exit", { args: ["exit", ...args] }), 7);
        const thrown = await runChild("exit", { args: ["throw", ...args] });
        expectEnd(thrown, 1);
        expect(thrown.stderr).toContain("uncaught on purpose");
        expectEnd(await runChild("exit", { args: ["signal", ...args], signal: "SIGTERM" }), "SIGTERM");
      }
    });
  }

  it("does not wait for a long call", async () => {
    expectEnd(await runChild("exit", { args: ["exit", 8, 1024, 20] }), 7);
  });
});
