// The choice of a backend: what the environment asks for, what is said where it cannot be had, and when.
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Choice } from "../../lib/backend/load.js";
import { createBackend } from "../../lib/backend/load.js";
import { thrownBy } from "../support/thrown.js";

const NAMES = ["DEPTHWISE_BACKEND", "DEPTHWISE_ISA", "DEPTHWISE_KERNEL", "DEPTHWISE_BINARY", "DEPTHWISE_TRACE"];
const hasAddon = process.env["DEPTHWISE_BACKEND"] === "native";
const addon = process.env["DEPTHWISE_BINARY"] ?? null;
const saved = new Map(NAMES.map((name) => [name, process.env[name]]));

function choice(wanted: Partial<Choice>): Choice {
  return { backend: null, isa: null, kernel: null, binary: addon, ...wanted };
}

/** The library as a new process would have it, in the environment given and nothing else. */
async function fresh(
  env: Record<string, string>,
  failing: readonly { exists: boolean; message: string }[] | null = null,
) {
  for (const name of NAMES) delete process.env[name];
  Object.assign(process.env, env);
  vi.resetModules();
  const errors = failing?.map((error) => ({ path: "/somewhere/depthwise.node", cause: null, ...error }));
  if (errors)
    vi.doMock("../../lib/backend/binaries.js", () => ({ openBinary: () => ({ binding: null, path: null, errors }) }));
  return await import("../../lib/index.js");
}

beforeEach(() => {
  vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  vi.spyOn(process.stderr, "write").mockImplementation(() => true);
});

afterEach(() => {
  vi.doUnmock("../../lib/backend/binaries.js");
  vi.restoreAllMocks();
  for (const [name, value] of saved) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

function expectBackendError(call: () => unknown, ...mentions: string[]): void {
  const error = thrownBy(call);
  expect(error.code, error.message).toBe("ERR_DEPTHWISE_BACKEND");
  for (const mention of mentions) expect(error.message).toContain(mention);
}

describe("what is forced and cannot be had is an error that says why", () => {
  test("a backend that does not exist", () => {
    expectBackendError(() => createBackend(choice({ backend: "wasm" })), "'wasm'", "native and js");
  });

  test("an ISA that the backend does not have", () => {
    expectBackendError(() => createBackend(choice({ backend: "js", isa: "avx2" })), "avx2");
  });

  test("a kernel that does not exist", () => {
    expectBackendError(() => createBackend(choice({ backend: "js", kernel: "conv9d" })), "conv9d", "depthwise");
  });

  test("a binary that is not there, or is none", () => {
    const missing = join(tmpdir(), "no such depthwise.node");
    expectBackendError(() => createBackend(choice({ binary: missing })), missing, "no such file");
    const broken = join(tmpdir(), `depthwise broken ${process.pid}.node`);
    try {
      writeFileSync(broken, "not a shared object");
      expectBackendError(() => createBackend(choice({ backend: "native", binary: broken })), broken);
    } finally {
      rmSync(broken, { force: true });
    }
  });

  test("by the environment, at the first use and at every later one", async () => {
    const { backendInfo, functional: F, ones } = await fresh({ DEPTHWISE_BACKEND: "cuda" });
    expectBackendError(backendInfo, "'cuda'");
    expectBackendError(() => F.conv2d(ones([1, 1, 1]), ones([1, 1, 1, 1])), "'cuda'");
  });

  test.runIf(hasAddon)("native: an ISA or a kernel that does not exist or does not fit", () => {
    expectBackendError(() => createBackend(choice({ isa: "sse9" })), "'sse9'", "no kernels for it", "scalar");
    expectBackendError(() => createBackend(choice({ kernel: "conv9d" })), "'conv9d'", "reference");
  });

  test.runIf(hasAddon)("native: a kernel that an ISA leaves to another one belongs to it", () => {
    const isas = createBackend(choice({})).backend.kernels.map((kernel) => kernel.isa);
    if (isas.includes("avx512"))
      expect(() => createBackend(choice({ isa: "avx512", kernel: "depthwise_any" }))).not.toThrow();
  });
});

describe("without a binary", () => {
  const none = [{ exists: false, message: "there is no such file" }];

  test("the fallback serves without a word, and the reasons can be asked for", async () => {
    const { backendInfo, functional: F, ones } = await fresh({}, none);
    expect(F.conv2d(ones([1, 1, 1]), ones([1, 1, 1, 1])).get(0, 0, 0)).toBe(1);
    expect(backendInfo()).toMatchObject({ backend: "js", isa: "js" });
    expect(backendInfo().loadErrors[0]?.message).toBe("there is no such file");
    expect(process.emitWarning).not.toHaveBeenCalled();
    expect(process.stderr.write).not.toHaveBeenCalled();
  });

  test("one that is there and does not load is worth one warning, at the first computation", async () => {
    const broken = [{ exists: true, message: "invalid ELF header" }];
    const { backendInfo, functional: F, ones } = await fresh({}, broken);
    backendInfo();
    expect(process.emitWarning).not.toHaveBeenCalled();
    for (let call = 0; call < 3; call++) F.conv2d(ones([1, 1, 1]), ones([1, 1, 1, 1]));
    expect(process.emitWarning).toHaveBeenCalledTimes(1);
    expect(process.emitWarning).toHaveBeenCalledWith(
      expect.stringContaining("/somewhere/depthwise.node: invalid ELF header"),
      expect.objectContaining({ code: "DEPTHWISE_FALLBACK" }),
    );
  });

  test("a forced native backend or ISA is an error with every reason", async () => {
    for (const env of [{ DEPTHWISE_BACKEND: "native" }, { DEPTHWISE_ISA: "avx2" }] as Record<string, string>[]) {
      const { backendInfo } = await fresh(env, none);
      expectBackendError(backendInfo, "/somewhere/depthwise.node: there is no such file");
    }
  });
});

describe("DEPTHWISE_TRACE", () => {
  test("shows each new plan on stderr", async () => {
    const backend = saved.get("DEPTHWISE_BACKEND") ?? "js";
    const env = { DEPTHWISE_TRACE: "1", DEPTHWISE_BACKEND: backend, ...(addon && { DEPTHWISE_BINARY: addon }) };
    const { functional: F, ones } = await fresh(env);
    const plan = F.planConv2d([1, 3, 3], ones([1, 1, 3, 3]));
    plan.run(new Float32Array(9));
    expect(process.stderr.write).toHaveBeenCalledTimes(1);
    expect(process.stderr.write).toHaveBeenCalledWith(expect.stringContaining(`kernel: ${plan.kernel}`));
  });

  test("set to 0 or nothing is silent", async () => {
    for (const value of ["0", ""]) {
      const { functional: F, ones } = await fresh({ DEPTHWISE_TRACE: value, DEPTHWISE_BACKEND: "js" });
      F.conv2d(ones([1, 1, 1]), ones([1, 1, 1, 1]));
    }
    expect(process.stderr.write).not.toHaveBeenCalled();
  });
});

describe("threads", () => {
  test("are set for the process, and answered", async () => {
    for (const env of [{ DEPTHWISE_BACKEND: "js" }, ...(addon ? [{ DEPTHWISE_BINARY: addon }] : [])]) {
      const { getNumThreads, setNumThreads } = await fresh(env);
      expect(getNumThreads()).toBeGreaterThanOrEqual(1);
      for (const [value, code] of [
        [0, "VALUE"],
        [1.5, "VALUE"],
        ["2", "TYPE"],
        [1025, "TOO_LARGE"],
        [2 ** 40, "TOO_LARGE"],
      ] as const) {
        // biome-ignore format: a table
        expect(thrownBy(() => setNumThreads(value as number)).code).toBe(`ERR_DEPTHWISE_${code}`);
      }
      const before = getNumThreads();
      setNumThreads(1024);
      setNumThreads(before);
    }
  });
});
