import { expect, test } from "vitest";
import { controlCharacters, runExample } from "./run-example.js";

test("the three modules side by side: shapes, parameters, equivalence, refusals", async () => {
  const { code, stdout, stderr } = await runExample("three-modules/three-modules.mjs", []);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(controlCharacters(stdout)).toEqual([]);
  const line = (pattern: RegExp) => stdout.split("\n").filter((text) => pattern.test(text));

  // Odd kernels keep the size, even ones give one row and one column more.
  expect(line(/output \[2, 12, 8, 8\]/)).toHaveLength(3);
  expect(line(/output \[2, 12, 9, 9\]/)).toHaveLength(3);
  expect(line(/F\.conv2d.*weight \[12, 1, 3, 3\].*bias none/)).toHaveLength(1);
  expect(line(/nn\.Conv2d.*weight \[12, 1, 3, 3\].*bias \[12\]/)).toHaveLength(1);
  expect(line(/nn\.Shared.*weight \[4, 1, 3, 3\].*bias \[4\]/)).toHaveLength(1);
  // 12 outputs of 8x8 with 9 taps: the shared bank saves parameters, no multiply-adds.
  expect(line(/multiply-adds 6,912 an image/)).toHaveLength(3);

  expect(stdout).toContain("12 * 3 * 3 * 3   = 324");
  expect(stdout).toContain("12 * 3 * 3       = 108");
  expect(stdout).toContain("(12 / 3) * 3 * 3 = 36");
  expect(stdout).toContain("same numbers: true");
  expect(line(/ERR_DEPTHWISE_\w+: .*\b10\b/)).toHaveLength(3);
  for (const refused of line(/ERR_DEPTHWISE_/)) expect(refused).toMatch(/\b3\b.*\b10\b|\b10\b.*\b3\b/);
});
