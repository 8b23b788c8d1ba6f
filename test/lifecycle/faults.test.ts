import { describe, expect, it } from "vitest";
import { withFaults } from "../reliability/faults.mjs";
import { preloadSkipped, readCounts } from "../reliability/preload.mjs";
import { hasBinary, reportOf, runChild, tries } from "../support/child.js";

/** Runs a scenario with faults injected. */
function faulty(name: string, faults: Record<string, string>, args: (string | number)[] = []) {
  return runChild(name, { args, env: withFaults(faults).env });
}

describe.skipIf(!hasBinary || preloadSkipped !== null)("when the system refuses", () => {
  it("the nth block of memory, once: a right result or a clear error, and right results after it", async () => {
    const { env, counts } = withFaults({}, "asked");
    reportOf(await runChild("faults", { env }));
    const { memory } = readCounts(counts);
    expect(memory).toBeGreaterThan(30);
    for (let first = 1; first <= memory; first += 4) {
      const all = [0, 1, 2, 3].map((i) => faulty("faults", { FAULT_MEMORY: String(first + i) }));
      for (const outcome of await Promise.all(all)) expect(reportOf(outcome)["refused"]).toBeLessThanOrEqual(1);
    }
  });

  it("every block of memory from the nth on: a clear error each time", async () => {
    for (const nth of [1, 2, 3, 4, 5, 8, 13, 21, 34, 55]) {
      expect(reportOf(await faulty("faults", { FAULT_MEMORY: `${nth}+` }))["refused"]).toBeGreaterThan(0);
    }
  });

  it("threads: everything is computed all the same, off the event loop", async () => {
    reportOf(await faulty("equal", { FAULT_THREADS: "1+" }));
    const { p99, control } = reportOf(await faulty("responsive", { FAULT_THREADS: "1+" }, [2000]));
    expect(p99).toBeLessThan(150 + 10 * Number(control));
    for (let i = 0; i < tries(1); ++i) reportOf(await faulty("workers", { FAULT_THREADS: "1+" }, [12, 4, i]));
    const { took } = reportOf(await faulty("terminate", { FAULT_THREADS: "1+" }, [1000]));
    expect(took).toBeLessThan(400);
  });
});
