// ARCHITECTURE.md names the kernels that are compiled in, no more and no fewer.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const addon = `${root}build/Release/depthwise.node`;

test.skipIf(!existsSync(addon))("the table of kernels is complete", () => {
  const module = { exports: {} as { kernels(): { name: string }[] } };
  process.dlopen(module, addon);
  const compiled = new Set(module.exports.kernels().map(({ name }) => name.replace(/\/.*/, "")));
  const [, table = ""] =
    readFileSync(`${root}ARCHITECTURE.md`, "utf8").match(/<!-- kernels -->([\s\S]*)<!-- \/kernels -->/) ?? [];
  const rows = table.split("\n").filter((line) => line.startsWith("| `"));
  const named = new Set(
    rows.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map((match) => match[1])),
  );
  expect([...named].sort()).toEqual([...compiled].sort());
});
