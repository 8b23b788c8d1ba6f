// The arrows between the rooms, each found by its words.
import { readdirSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The files of a room, as paths from the root, with their text; line comments are left out. */
function filesOf(room: string, ending: RegExp): { path: string; text: string }[] {
  const entries = readdirSync(`${root}${room}`, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .map((path) => ({
      path: relative(root, path).replaceAll("\\", "/"),
      text: readFileSync(path, "utf8").replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, ""),
    }));
}

const native = filesOf("native", /\.(h|cc)$/);
const lib = filesOf("lib", /\.ts$/);

function holders(files: { path: string; text: string }[], pattern: RegExp): string[] {
  return files.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
}

const outside = (paths: string[], allowed: RegExp) => paths.filter((path) => !allowed.test(path));

test("the rooms have files", () => {
  expect(native.length).toBeGreaterThan(20);
  expect(lib.length).toBeGreaterThan(10);
});

test("Node-API stays in the binding", () => {
  const includes = /#include <(napi|node_api|js_native_api)/;
  expect(outside(holders(native, includes), /^native\/(addon\.cc|binding\/)/)).toEqual([]);
});

test("the omp pragma stands in one file", () => {
  expect(holders(native, /#pragma\s+omp/)).toEqual(["native/threads/parallel_omp.cc"]);
});

test("intrinsics stay in simd/", () => {
  const intrinsics = /\b(_mm(256|512)?_\w+\(|v(ld1|st1|fma)q?_\w+\()/;
  expect(outside(holders(native, intrinsics), /^native\/simd\//)).toEqual([]);
});

test("kernels and simd know no containers and no exceptions", () => {
  const inner = native.filter(({ path }) => /^native\/(kernels|simd)\//.test(path));
  expect(holders(inner, /#include <(vector|string|map|memory|functional|algorithm|array|unordered_map)>/)).toEqual([]);
  expect(holders(inner, /\b(throw|try|catch)\b/)).toEqual([]);
});

test("native code reads no environment variable", () => {
  expect(holders(native, /\bgetenv\b/)).toEqual([]);
});

test("arrows point inwards", () => {
  const forbidden: [room: RegExp, includes: RegExp][] = [
    [/^native\/simd\//, /#include "(binding|conv|dispatch|kernels|threads)\//],
    [/^native\/kernels\//, /#include "(binding|dispatch|threads|conv\/(?!geometry\.h))/],
    [/^native\/dispatch\//, /#include "(binding|threads)\//],
    [/^native\/conv\//, /#include "binding\//],
    [/^native\/threads\//, /#include "(binding|conv|dispatch|kernels|simd)\//],
  ];
  for (const [room, includes] of forbidden) {
    expect(
      holders(
        native.filter(({ path }) => room.test(path)),
        includes,
      ),
      String(room),
    ).toEqual([]);
  }
});

test("the environment is read in one file of lib", () => {
  expect(holders(lib, /process\.env\b|\benv\b[^\n]*=\s*process\b/)).toEqual(["lib/backend/load.ts"]);
});

test("errors are made in one file of lib", () => {
  expect(holders(lib, /new \w*Error\(/)).toEqual(["lib/errors.ts"]);
});

test("lib has no any, no top-level await and prints nothing by console", () => {
  expect(holders(lib, /(:|as|<)\s*any\b/)).toEqual([]);
  expect(holders(lib, /^await\b/m)).toEqual([]);
  expect(holders(lib, /\bconsole\./)).toEqual([]);
});

test("nothing of lib outside backend/ knows which backend computes", () => {
  const outsideBackend = lib.filter(({ path }) => !path.startsWith("lib/backend/"));
  expect(holders(outsideBackend, /backend\/(native|fallback|binaries)/)).toEqual([]);
});
