// Faults of which each place is tried: the goals faults and node-faults take samples of them over whole programs.
import { describe, expect, it } from "vitest";
import { hasBinary } from "../support/child.js";
import { withFaults } from "./faults.mjs";
import { makeNodeFaults, nodeFaultsSkipped } from "./node-faults.mjs";
import { preloadSkipped } from "./preload.mjs";
import { childFile, runScript, whatIsWrong } from "./process.mjs";

describe.skipIf(!hasBinary || nodeFaultsSkipped !== null)("calls into Node", () => {
  it("fail, each of them in turn: a right result or an error, and the next environment works", {
    timeout: 300_000,
  }, async () => {
    const { addon, library } = makeNodeFaults({ makesErrors: false });
    const outcome = await runScript(childFile("node-calls"), [], { env: { LD_PRELOAD: library }, from: addon });
    expect(whatIsWrong(outcome)).toBeNull();
    expect(outcome.report["attempts"]).toBeGreaterThan(500);
  });
});

describe.skipIf(!hasBinary || preloadSkipped !== null)("files that are slow", () => {
  it("two threads that ask first, at once, go by the same number of threads", async () => {
    const outcome = await runScript(childFile("first-asked"), [], withFaults({ FAULT_SLOW: "100" }));
    expect(whatIsWrong(outcome)).toBeNull();
    expect(outcome.report["threads"]).toBeGreaterThan(0);
  });
});
