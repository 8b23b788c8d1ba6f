// The package as a stranger gets it: packed, served by a registry, installed into an empty folder, imported.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { binaryOf, targets } from "../../scripts/prebuild/targets.mjs";
import { type Registry, serveTarball } from "./registry.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, unknown>;
const addon = join(root, "build", "Release", "depthwise.node");
const prebuilt = join("prebuilds", `linux-${process.arch}`, "depthwise.glibc.node");
const released = targets.map((target) => join(root, binaryOf(target)));
const areReleased = released.every((path) => existsSync(path));
const canRunPrebuilt = process.platform === "linux" && existsSync(addon);
const packedBinary = canRunPrebuilt ? statSync(addon).size : 0;

// Made by `beforeAll`, which has an `afterAll`: a run that selects none of these tests would leave it behind.
let folder: string;
let environment: Record<string, string | undefined>;
let registry: Registry;
let files: string[];

/** Packs the checkout as `npm publish` would, with the local build standing in for a prebuilt binary. */
function pack(withBinary: boolean): { tarball: string; files: string[]; unpackedSize: number } {
  const staged = join(folder, withBinary ? "staged" : "staged without binary");
  mkdirSync(staged);
  for (const entry of readdirSync(root))
    if (!/^(node_modules|build.*|\.git|prebuilds|coverage|docs|out)$/.test(entry))
      cpSync(join(root, entry), join(staged, entry), {
        recursive: true,
        filter: (source) => !/[\\/]node_modules$/.test(source), // those of bench/ and scripts/prebuild/
      });
  if (withBinary) {
    mkdirSync(join(staged, prebuilt, ".."), { recursive: true });
    copyFileSync(addon, join(staged, prebuilt));
  }
  const output = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    cwd: staged,
    env: environment,
    encoding: "utf8",
  });
  const parsed = JSON.parse(output) as unknown;
  // npm 11 prints an array, newer ones an object keyed by name.
  const [packed] = (Array.isArray(parsed) ? parsed : Object.values(parsed as object)) as [
    { filename: string; unpackedSize: number; files: { path: string }[] },
  ];
  const tarball = join(folder, `${withBinary ? "with" : "without"}-${packed.filename}`);
  copyFileSync(join(folder, packed.filename), tarball);
  return { tarball, files: packed.files.map((f) => f.path), unpackedSize: packed.unpackedSize };
}

// Not spawnSync: the registry that npm asks lives in this process.
async function install(
  into: string,
  from: Registry,
  options: string[] = [],
): Promise<{ status: number | null; output: string }> {
  const target = join(folder, into);
  mkdirSync(target);
  writeFileSync(join(target, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  const flags = ["install", "depthwise", "--no-audit", "--no-fund", "--no-update-notifier", "--registry", from.url];
  const child = spawn("npm", [...flags, ...options], { cwd: target, env: environment });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (output += text.toString()));
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { status, output };
}

function node(
  into: string,
  args: string[],
  env: Record<string, string> = {},
): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, args, {
    cwd: join(folder, into),
    env: { ...environment, ...env },
    encoding: "utf8",
  });
}

const convolve = `
  const y = F.conv2d(tensor([[[1, 2], [3, 4]]]), tensor([[[[1, 1], [1, 1]]]]));
  console.log(JSON.stringify({ sum: [...y.data], backend: backendInfo().backend }));`;
const asModule = `import { F, tensor, backendInfo } from "depthwise"; ${convolve}`.replace(
  "{ F,",
  "{ functional as F,",
);
const asCommonJs = `const { functional: F, tensor, backendInfo } = require("depthwise"); ${convolve}`;

let unpackedSize = 0;
let without: Registry;
beforeAll(async () => {
  // Spaces and letters outside ASCII: paths go through URLs and dlopen.
  folder = mkdtempSync(join(tmpdir(), "depthwise päckage "));
  environment = { PATH: process.env["PATH"], HOME: folder, npm_config_cache: join(folder, "cache") };
  const packed = pack(canRunPrebuilt);
  ({ files, unpackedSize } = packed);
  registry = await serveTarball(manifest, packed.tarball);
  without = canRunPrebuilt ? await serveTarball(manifest, pack(false).tarball) : registry;
}, 120_000);
afterAll(() => {
  registry?.close();
  without?.close();
  // npm's children may still be writing into its cache.
  if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}, 60_000);

describe("the tarball", () => {
  test("holds what a user needs and nothing else", () => {
    for (const path of [
      "package.json",
      "README.md",
      "LICENSE",
      "CHANGELOG.md",
      "NOTICE.md",
      "dist/index.js",
      "dist/index.d.ts",
      "dist/index.js.map",
    ])
      expect(files, path).toContain(path);
    expect(files.filter((path) => /^(native|test|bench|examples|scripts|\.ci|docs)\//.test(path))).toEqual([]);
    expect(files.filter((path) => path.endsWith(".test.ts"))).toEqual([]);
  });

  test("is small: below 0.65 MB without binaries, JavaScript below 100 kB", () => {
    expect(unpackedSize - packedBinary).toBeLessThan(0.65e6);
    const scripts = files.filter((path) => path.startsWith("dist/") && path.endsWith(".js"));
    expect(scripts.reduce((sum, path) => sum + statSync(join(root, path)).size, 0)).toBeLessThan(100_000);
  });

  test.runIf(areReleased)("is below 8 MB with the binaries of all systems", () => {
    const bytes = released.reduce((sum, path) => sum + statSync(path).size, 0);
    expect(unpackedSize - packedBinary + bytes).toBeLessThan(8e6);
  });

  test("has no install script and no run-time dependency", () => {
    const scripts = manifest["scripts"] as Record<string, string>;
    for (const name of ["preinstall", "install", "postinstall"]) expect(scripts).not.toHaveProperty(name);
    expect(manifest["dependencies"] ?? {}).toEqual({});
  });
});

describe.skipIf(!canRunPrebuilt)("with a prebuilt binary (skipped: no local build to pack)", () => {
  beforeAll(async () => {
    const { status, output } = await install("with binary", registry);
    expect(output).not.toMatch(/warn|error/i);
    expect(status).toBe(0);
  }, 60_000);

  test("import computes natively and prints nothing of its own", () => {
    const { stdout, stderr } = node("with binary", ["--input-type=module", "-e", asModule]);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({ sum: [10], backend: "native" });
  });

  test("require() of the ES module works where Node has it", () => {
    const { stdout } = node("with binary", ["--input-type=commonjs", "--no-warnings", "-e", asCommonJs]);
    expect(JSON.parse(stdout)).toEqual({ sum: [10], backend: "native" });
  });

  test("a forced JavaScript backend is used", () => {
    const { stdout } = node("with binary", ["--input-type=module", "-e", asModule], { DEPTHWISE_BACKEND: "js" });
    expect(JSON.parse(stdout)).toEqual({ sum: [10], backend: "js" });
  });

  test("--no-addons falls back with one warning; a forced native backend is then an error", () => {
    const fallen = node("with binary", ["--no-addons", "--input-type=module", "-e", asModule]);
    expect(JSON.parse(fallen.stdout)).toEqual({ sum: [10], backend: "js" });
    const forced = node("with binary", ["--no-addons", "--input-type=module", "-e", asModule], {
      DEPTHWISE_BACKEND: "native",
    });
    expect(forced.status).toBe(1);
    expect(forced.stderr).toContain("ERR_DEPTHWISE_BACKEND");
  });

  test("works on a read-only installation", () => {
    const copy = join(folder, "read only");
    cpSync(join(folder, "with binary"), copy, { recursive: true });
    // Not through a link: that of the command leads to the installation that was copied.
    for (const entry of readdirSync(copy, { recursive: true, withFileTypes: true }))
      if (!entry.isSymbolicLink()) chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o555 : 0o444);
    const { stdout } = node("read only", ["--input-type=module", "-e", asModule]);
    for (const entry of readdirSync(copy, { recursive: true, withFileTypes: true }))
      if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o755);
    expect(JSON.parse(stdout)).toEqual({ sum: [10], backend: "native" });
  });

  test("its types compile in a strict project", () => {
    const file = `
      import { backendInfo, functional as F, nn, tensor, type Tensor } from "depthwise";
      const conv = new nn.DepthwiseConv2d(8, 16, 3, { stride: 2 });
      const y: Tensor = conv.forward(tensor(new Float32Array(8 * 64), [1, 8, 8, 8]));
      const z: Promise<Tensor> = F.conv2dAsync(y, y, null, { groups: 1, signal: AbortSignal.timeout(10) });
      const backend: "native" | "js" = backendInfo().backend;
      const sum: number = y.data.reduce((total, value) => total + value, 0);
      const text: string = y.data.reduceRight((all, value, index, data) => all + value / data.length, "");
      export { backend, sum, text, z };
      // @ts-expect-error: the option is called stride
      F.conv2d(y, y, null, { strides: 2 });
    `;
    writeFileSync(join(folder, "with binary", "user.ts"), file);
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    const { status, stdout } = node("with binary", [
      tsc,
      "--noEmit",
      "--strict",
      "--exactOptionalPropertyTypes",
      "--module",
      "nodenext",
      "--target",
      "es2022",
      "--lib",
      "es2022,dom", // what a user's types do not declare, the package may not ask for
      "user.ts",
    ]);
    expect(stdout).toBe("");
    expect(status).toBe(0);
  }, 60_000);

  test("depthwise doctor reports, with an exit code for scripts", () => {
    const cli = join(folder, "with binary", "node_modules", ".bin", "depthwise");
    const run = (args: string[], env: Record<string, string> = {}) =>
      spawnSync(cli, args, { env: { ...environment, ...env }, encoding: "utf8" });
    const report = run(["doctor", "--json"]);
    expect(report.status).toBe(0);
    expect(JSON.parse(report.stdout)).toMatchObject({ backend: "native", selfTest: { failures: [] } });
    expect(run(["doctor"], { DEPTHWISE_BACKEND: "js" }).status).toBe(0);
    expect(run(["doctor"], { DEPTHWISE_BINARY: "/no/such.node" }).status).toBe(1);
    expect(run(["doctor"], { NODE_OPTIONS: "--no-addons" }).status).toBe(2);
    expect(run(["docter"]).status).toBe(64);
  });

  test("stack traces lead to the TypeScript", () => {
    const { stderr } = node("with binary", [
      "--enable-source-maps",
      "--input-type=module",
      "-e",
      `import { zeros } from "depthwise"; zeros([-1]);`,
    ]);
    expect(stderr).toMatch(/lib\/errors\.ts:\d+/);
  });
});

describe("without a binary for this platform", () => {
  test("the fallback serves, silently, and says why on demand", async () => {
    const { status } = await install("without binary", without, ["--ignore-scripts"]);
    expect(status).toBe(0);
    const { stdout, stderr } = node("without binary", ["--input-type=module", "-e", asModule]);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({ sum: [10], backend: "js" });
    const why = node("without binary", [
      "--input-type=module",
      "-e",
      `import { backendInfo } from "depthwise"; console.log(backendInfo().loadErrors.length)`,
    ]);
    expect(Number(why.stdout)).toBeGreaterThan(0);
  }, 60_000);
});
