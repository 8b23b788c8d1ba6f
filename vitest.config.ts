// One project for each backend and instruction set, so that the same tests hold for all of them. A project that this
// machine cannot run consists of one skipped test that says why.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// DEPTHWISE_BINARY names another one: a prebuilt binary, or one with sanitizers.
const addon =
  process.env["DEPTHWISE_BINARY"] ?? fileURLToPath(new URL("build/Release/depthwise.node", import.meta.url));

/** The instruction sets of the addon on this machine; null without one. One that does not load is not "none". */
function nativeIsas(): string[] | null {
  if (!existsSync(addon)) return null;
  const module = { exports: {} as { isas(): string[] } };
  process.dlopen(module, addon);
  return module.exports.isas();
}

const isas = nativeIsas();
const forced = "test/support/forced.test.ts";
const once = [
  "test/packaging/**/*.test.ts",
  "test/lifecycle/**/*.test.ts",
  "test/reliability/**/*.test.ts",
  "test/examples/**/*.test.ts",
  "test/bench/**/*.test.ts",
  "test/unit/boundaries.test.ts",
];
const unit = "test/unit/**/*.test.ts";
const numbers = ["test/golden/**/*.test.ts", "test/property/**/*.test.ts", "test/parity/**/*.test.ts"];

function project(name: string, include: string[], env: Record<string, string>, skipped: string | null = null) {
  return {
    // The sources, not the compiled file that package.json names.
    resolve: { alias: { "#prebuilt": fileURLToPath(new URL("lib/backend/prebuilt.ts", import.meta.url)) } },
    test: {
      name,
      include: skipped === null ? include : [forced],
      exclude: name === "package" ? [] : once,
      env: { ...env, DEPTHWISE_TEST_PROJECT: name, DEPTHWISE_TEST_SKIPPED: skipped ?? "" },
      pool: "forks" as const,
      testTimeout: 60_000,
    },
  };
}

const noAddon = isas === null ? `there is no addon at ${addon}` : null;

function isaProject(isa: string) {
  const skipped = noAddon ?? (isas?.includes(isa) ? null : `this machine has no ${isa}`);
  return project(`native-${isa}`, [forced, ...numbers], { DEPTHWISE_BACKEND: "native", DEPTHWISE_ISA: isa }, skipped);
}

// CI counts tests from a JSON report beside the usual output.
const report = process.env["DEPTHWISE_TEST_REPORT"];

export default defineConfig({
  test: {
    reporters: report ? ["default", "json"] : ["default"],
    ...(report ? { outputFile: { json: report } } : {}),
    projects: [
      project("package", once, {}),
      project("native", [forced, unit, ...numbers], { DEPTHWISE_BACKEND: "native" }, noAddon),
      ...["scalar", "sse2", "avx2", "avx512", "neon"].map(isaProject),
      project("js", [forced, unit, ...numbers], { DEPTHWISE_BACKEND: "js" }),
    ],
  },
});
