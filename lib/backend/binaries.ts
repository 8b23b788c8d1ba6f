// Where the addon may lie, and which of the places serves. Everything is called inside a try: a host may forbid it.
import { closeSync, openSync, readSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { prebuilt } from "#prebuilt";
import { fileAt, type Place } from "./prebuilt.js";
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

function systemName(): string {
  const libc = process.platform === "linux" ? `-${linuxLibc()}` : "";
  return `${process.platform}-${process.arch}${libc}`;
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

const isMissing = (cause: unknown) => (cause as { code?: unknown } | null)?.code === "MODULE_NOT_FOUND";

/** Tries the named file alone or, without one, the local build and then the prebuilt binary of this platform. */
export function openBinary(named: string | null): Opened {
  const places: { readonly what: string; readonly find: () => Place | null }[] =
    named !== null
      ? [{ what: named, find: () => fileAt(resolve(named)) }]
      : [
          { what: "local build", find: () => fileAt(fileURLToPath(localBuild())) },
          {
            what: `prebuilt binary for ${process.platform}-${process.arch}`,
            find: () => prebuilt(systemName()),
          },
        ];
  const errors: LoadError[] = [];
  for (const { what, find } of places) {
    let path = what;
    let exists = false;
    try {
      const place = find();
      if (place === null) {
        errors.push({ path, exists, message: "there is none", cause: null });
        continue;
      }
      ({ path, exists } = place);
      const binding = exists ? place.open() : null;
      if (typeof binding?.createPlan === "function") return { binding, path, errors };
      const message = exists ? "it is no addon of this package" : "there is no such file";
      errors.push({ path, exists, message, cause: null });
    } catch (cause) {
      exists = exists && !isMissing(cause);
      errors.push({ path, exists, message: messageOf(cause), cause });
    }
  }
  return { binding: null, path: null, errors };
}
