// Every JavaScript block of the README runs, and prints what it says.
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import * as depthwise from "../../lib/index.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const readme = readFileSync(`${root}README.md`, "utf8");

interface Block {
  language: string;
  code: string;
  line: number;
}

const blocks: Block[] = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map((match) => ({
  language: match[1] ?? "",
  code: match[2] ?? "",
  line: readme.slice(0, match.index).split("\n").length,
}));

/** Runs a module whose imports resolve as a user's: "depthwise" is the package itself. */
function run(code: string): Promise<{ error: string; stdout: string }> {
  const args = ["--input-type=module", "--eval", code];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: root }, (error, stdout, stderr) => {
      resolve({ error: error ? stderr : "", stdout });
    });
  });
}

describe("the README", () => {
  const scripts = blocks.filter(({ language }) => language === "js");

  test("has examples", () => expect(scripts.length).toBeGreaterThan(5));

  test.each(scripts)("runs the example of line $line", async ({ code, line }) => {
    const { error, stdout } = await run(code);
    expect(error).toBe("");
    // What a console.log line promises behind `//`, or a text block that follows right away.
    const promised = [...code.matchAll(/console\.log\(.*\/\/ (.*)$/gm)].map((match) => match[1]);
    const next = blocks[blocks.findIndex((block) => block.line === line) + 1];
    const expected = next?.language === "text" ? next.code.trim() : promised.join("\n");
    expect(stdout.trim()).toBe(expected);
  });

  test("links to files that exist", () => {
    const links = [...readme.matchAll(/(?:\]\(|src="|srcset=")(?!http|#)([^)"]+)/g)].map((match) => match[1] ?? "");
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) expect(existsSync(`${root}${link}`), link).toBe(true);
  });

  test("has its figures", () => {
    const [, figures = ""] = readme.match(/<!-- speed: written by docs\/speed.mjs -->([\s\S]*?)<!-- \/speed -->/) ?? [];
    const [, results = ""] = figures.match(/All figures: `([^`]+)`/) ?? [];
    expect(figures).toMatch(/GFLOP\/s/);
    expect(existsSync(`${root}${results}`), results).toBe(true);
  });

  test("lists every export", () => {
    const rows = readme
      .split("\n")
      .filter((line) => /^\| `(functional|nn|init|Tensor|fromImage|backendInfo)`/.test(line));
    const [functional = [], nn = [], init = [], ...plain] = rows.map((row) =>
      [...row.matchAll(/`(\w+)`/g)].map((match) => match[1] ?? ""),
    );
    const asyncForms = functional.filter((name) => /^(conv|shared)/.test(name)).map((name) => `${name}Async`);
    expect([...functional.slice(1), ...asyncForms].filter((name) => name !== "Async").sort()).toEqual(
      Object.keys(depthwise.functional).sort(),
    );
    expect(nn.slice(1).sort()).toEqual(
      Object.keys(depthwise.nn)
        .filter((name) => name !== "ConvModule")
        .sort(),
    );
    expect(init.slice(1).filter((name) => !(name in depthwise.init))).toEqual([]);
    const classes = Object.keys(depthwise).filter((name) => !name.endsWith("Error"));
    expect(["functional", "nn", "init", ...plain.flat()].sort()).toEqual(classes.sort());
  });
});
