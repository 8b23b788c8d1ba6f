// The benchmark itself, on one small layer, without peers and without a compiler.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

test("one layer: a table, the figures and the page; no progress bar in a pipe", async () => {
  const folder = mkdtempSync(join(tmpdir(), "depthwise-bench-test-"));
  try {
    const [json, page] = [join(folder, "figures.json"), join(folder, "report.html")];
    const only = ["--rows", "^mbv2-960x7$", "--peers", "none", "--parts", "layers", "--rounds", "2", "--skip-native"];
    const { stdout, stderr } = await run(
      process.execPath,
      ["bench/run.mjs", ...only, "--json", json, "--report", page],
      {
        cwd: root,
      },
    );
    expect(stdout).toMatch(/1 thread: median us/);
    expect(stdout).toMatch(/2 threads: median us/);
    expect(stdout).toMatch(/mbv2-960x7 .* - {2,}depthwise/);
    expect(stderr).not.toMatch(/[█░]/);
    const result = JSON.parse(readFileSync(json, "utf8"));
    expect(result.command).toContain("npm run bench -- --rows");
    expect(result.layers[0].threads[1].times.depthwise.rounds).toHaveLength(2);
    expect(result.layers[0].threads[1].error["depthwise NHWC"]).toBeLessThan(1);
    expect(result.layers[0].threads[1].error["depthwise float64"]).toBeLessThan(1);
    expect(result.machine.node).toBe(process.version);
    expect(readFileSync(page, "utf8")).toContain("mbv2-960x7");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);

test("an unknown peer is refused by name", async () => {
  const failed = run(process.execPath, ["bench/run.mjs", "--peers", "none,nobody", "--skip-native"], { cwd: root });
  await expect(failed).rejects.toThrow(/no peer is called none/);
});
