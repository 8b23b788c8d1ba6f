// The hosted workflows do not run here; what a reviewer would look for in them is looked for by these.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = new URL("../../.github/workflows/", import.meta.url);
const names = readdirSync(fileURLToPath(folder));
const textOf = (name: string) => readFileSync(new URL(name, folder), "utf8");

describe.each(names)("%s", (name) => {
  const text = textOf(name);

  it("pins each action by its commit, with the version beside it", () => {
    const uses = [...text.matchAll(/^\s*- uses: (.*)$/gm)].map((match) => match[1]);
    expect(uses.length).toBeGreaterThan(0);
    for (const action of uses) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("gives no permission to all jobs, and none to write but for the identity that publishes", () => {
    expect(text).toMatch(/^permissions: \{\}$/m);
    const writes = [...text.matchAll(/^\s+([\w-]+): write\b/gm)].map((match) => match[1]);
    expect(writes).toEqual(name === "release.yml" ? ["id-token"] : []);
  });

  it("leaves no token in a checkout, and ends what hangs", () => {
    const checkouts = text.match(/uses: actions\/checkout@/g) ?? [];
    expect(text.match(/persist-credentials: false/g) ?? []).toHaveLength(checkouts.length);
    const jobs = text.match(/^ {4}runs-on:/gm) ?? [];
    expect(text.match(/^ {4}timeout-minutes:/gm) ?? []).toHaveLength(jobs.length);
  });

  it("writes no banner of npm's into a file", () => {
    for (const [command] of text.matchAll(/npm run .*>/g)) expect(command).toContain("--silent");
  });
});

it("ci.yml tests the oldest Node that the package takes, and release.yml publishes with provenance", () => {
  const { engines } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const [, oldest] = /^>=(.+)$/.exec(engines.node)!;
  for (const [, matrix] of textOf("ci.yml").matchAll(/^\s+node: \[(.*)\]$/gm)) expect(matrix).toContain(`"${oldest}"`);
  expect(textOf("release.yml")).toMatch(/npm publish .* --provenance/);
});
