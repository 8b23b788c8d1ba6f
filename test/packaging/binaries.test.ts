// What each released binary asks of its system and shows to it. A binary that has not been built (`npm run prebuild`) is
// skipped by name; DEPTHWISE_PREBUILDS names another folder than prebuilds/.
import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Binary, glibcFloor, inspect } from "../../scripts/prebuild/inspect/index.mjs";
import { binaryOf, type Target, targets } from "../../scripts/prebuild/targets.mjs";

const root = process.env["DEPTHWISE_PREBUILDS"] ?? fileURLToPath(new URL("../..", import.meta.url));
const { symbols } = createRequire(import.meta.url)("node-api-headers") as {
  symbols: Record<string, { js_native_api_symbols: string[]; node_api_symbols: string[] }>;
};

/** Everything of one Node-API version: what any Node since then has. */
const NODE_API_8 = new Set([...symbols["v8"]!.js_native_api_symbols, ...symbols["v8"]!.node_api_symbols]);
const ENTRY = ["napi_register_module_v1", "node_api_module_get_api_version_v1"];

/** Libraries that every system of the kind has. Old glibc keeps threads in a library of their own. */
const LIBRARIES: Record<string, RegExp> = {
  glibc: /^(libc\.so\.6|libm\.so\.6|libpthread\.so\.0|libdl\.so\.2|ld-linux-(x86-64|aarch64)\.so\.[12])$/,
  musl: /^libc\.so$/,
  win32: /^(KERNEL32\.dll|api-ms-win-crt-[a-z0-9-]+\.dll|ucrtbase\.dll)$/i,
  darwin: /^\/usr\/lib\/libSystem\.B\.dylib$/,
};
const GOOD_FLAGS: Record<Binary["format"], Record<string, boolean>> = {
  elf: {
    nodelete: true,
    bindNow: true,
    relro: true,
    staticTls: false,
    textRelocations: false,
    executableStack: false,
    writableCode: false,
  },
  pe: { highEntropy: true, dynamicBase: true, noExecute: true, writableCode: false },
  macho: { signed: true, writableCode: false },
};

const isNode = (name: string) => /^(napi|node_api|node|uv|v8)_|^_ZN?.*(v8|node)/.test(name);

function check(target: Target, path: string): void {
  const binary = inspect(path);

  test("is for this processor", () => expect(binary.arch).toBe(target.arch));

  test("needs no library but the system's own", () => {
    const allowed = LIBRARIES[target.libc ?? target.platform] as RegExp;
    expect(binary.needed.filter((library) => !allowed.test(library))).toEqual([]);
    expect(binary.delayed ?? []).toEqual(target.platform === "win32" ? ["node.exe"] : []);
  });

  test("shows Node-API's entry and nothing else", () => expect([...binary.exports].sort()).toEqual(ENTRY));

  test("takes from Node what Node-API 8 has and nothing else", () => {
    const taken = binary.imports.map(({ name }) => name).filter(isNode);
    expect(taken.length).toBeGreaterThan(20);
    expect(taken.filter((name) => !NODE_API_8.has(name))).toEqual([]);
  });

  test("takes nothing of a C++ library, of OpenMP or of the unwinder", () => {
    const foreign = /^(_Z|__cxa_|_Unwind|GOMP_|omp_|__kmpc|__gxx)/;
    expect(binary.imports.map(({ name }) => name).filter((name) => foreign.test(name))).toEqual([]);
  });

  test("is hardened, and stays loaded under its own threads", () =>
    expect(binary.flags).toMatchObject(GOOD_FLAGS[binary.format]));

  test.runIf(target.libc === "glibc")("runs on glibc 2.28 and newer", () => {
    const floor = glibcFloor(binary);
    expect(Number(floor?.split(".")[1]), `the floor is ${floor}`).toBeLessThanOrEqual(28);
  });

  test.runIf(target.platform === "darwin")("runs on macOS 11 and newer", () =>
    expect(binary.minimumSystem).toBe("11.0"),
  );

  test("is small enough", () => expect(statSync(path).size).toBeLessThan(8e6));
}

describe.each(targets)("$name", (target) => {
  const path = join(root, binaryOf(target));
  if (existsSync(path)) check(target, path);
  else test.skip(`${target.name}: not built`, () => {});
});
