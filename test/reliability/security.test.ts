// SECURITY.md says what was measured and names tests that exist.
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { goals } from "./goals.mjs";
import { withTable } from "./table.mjs";

const root = new URL("../../", import.meta.url);
const text = readFileSync(new URL("SECURITY.md", root), "utf8");

describe("SECURITY.md", () => {
  it("has the table that the results give", () => {
    expect(text).toBe(withTable(text));
  });

  it("names tests that exist, and every goal", () => {
    const named = [...text.matchAll(/`(test\/[^`]+)`/g)].map((match) => match[1] as string);
    expect(named.length).toBeGreaterThan(20);
    for (const name of named) expect(existsSync(new URL(name, root)), name).toBe(true);
    for (const { name, full } of goals) {
      expect(full).toBeGreaterThan(0);
      expect(text.includes(`goals/${name}.mjs`) || text.includes(`\`${name}\``), name).toBe(true);
    }
  });
});
