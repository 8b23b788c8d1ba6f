// Where the addon may lie, and how one is opened. Each prebuilt binary is named by a literal path, which bundlers and
// file tracers can see; everything is called inside a try.
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { NativeBinding } from "./types.js";

/** The C library of this process, from the interpreter that its executable names: no process is started. */
function linuxLibc(): "glibc" | "musl" {
  const head = Buffer.alloc(4096);
  const file = openSync(process.execPath, "r");
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  return head.includes("ld-musl-") ? "musl" : "glibc";
}

function prebuilt(): URL | null {
  const libc = process.platform === "linux" ? `-${linuxLibc()}` : "";
  switch (`${process.platform}-${process.arch}${libc}`) {
    case "linux-x64-glibc":
      return new URL("../../prebuilds/linux-x64/depthwise.glibc.node", import.meta.url);
    case "linux-x64-musl":
      return new URL("../../prebuilds/linux-x64/depthwise.musl.node", import.meta.url);
    case "linux-arm64-glibc":
      return new URL("../../prebuilds/linux-arm64/depthwise.glibc.node", import.meta.url);
    case "linux-arm64-musl":
      return new URL("../../prebuilds/linux-arm64/depthwise.musl.node", import.meta.url);
    case "darwin-x64":
      return new URL("../../prebuilds/darwin-x64/depthwise.node", import.meta.url);
    case "darwin-arm64":
      return new URL("../../prebuilds/darwin-arm64/depthwise.node", import.meta.url);
    case "win32-x64":
      return new URL("../../prebuilds/win32-x64/depthwise.node", import.meta.url);
    case "win32-arm64":
      return new URL("../../prebuilds/win32-arm64/depthwise.node", import.meta.url);
    default:
      return null;
  }
}

/** The build of a checkout. Not a literal: no published package has it, and a bundler would miss the file. */
function localBuild(): URL {
  const here = import.meta.url;
  return new URL("../../build/Release/depthwise.node", here);
}

/** One place where an addon was looked for, and why it does not serve. */
export interface LoadError {
  /** The file, or what was looked for. */
  readonly path: string;
  /** False where there is no such file; true where there is one that does not load. */
  readonly exists: boolean;
  readonly message: string;
  readonly cause: unknown;
}

export interface Opened {
  readonly binding: NativeBinding | null;
  readonly path: string | null;
  readonly errors: readonly LoadError[];
}

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));

/** Tries the named file alone or, without one, the local build and then the prebuilt binary of this platform. */
export function openBinary(named: string | null): Opened {
  const places: { readonly what: string; readonly find: () => string | null }[] =
    named !== null
      ? [{ what: named, find: () => resolve(named) }]
      : [
          { what: "local build", find: () => fileURLToPath(localBuild()) },
          {
            what: `prebuilt binary for ${process.platform}-${process.arch}`,
            find: () => {
              const url = prebuilt();
              return url && fileURLToPath(url);
            },
          },
        ];
  const errors: LoadError[] = [];
  for (const { what, find } of places) {
    let path = what;
    let exists = false;
    try {
      const found = find();
      if (found === null) {
        errors.push({ path, exists, message: "there is none", cause: null });
        continue;
      }
      path = found;
      exists = existsSync(path);
      if (!exists) {
        errors.push({ path, exists, message: "there is no such file", cause: null });
        continue;
      }
      const module = { exports: {} as NativeBinding };
      process.dlopen(module, path);
      return { binding: module.exports, path, errors };
    } catch (cause) {
      errors.push({ path, exists, message: messageOf(cause), cause });
    }
  }
  return { binding: null, path: null, errors };
}
