// A few tries of every counted promise, in seconds; `npm run reliability` runs the numbers of SECURITY.md.
import { describe, expect, it } from "vitest";
import { hasBinary } from "../support/child.js";
import { goals } from "./goals.mjs";

describe.skipIf(!hasBinary)("reliability, a few tries of each", () => {
  for (const goal of goals) {
    it.skipIf(goal.isSkipped !== null)(goal.what, { timeout: 600_000 }, async () => {
      const { tries, failures } = await goal.run({ from: 0, count: goal.few });
      expect(failures).toEqual([]);
      expect(tries).toBeGreaterThan(0);
    });
  }
});
