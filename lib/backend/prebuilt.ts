// The released binary for this system. Each is named by a literal path, which bundlers and file tracers can see; webpack
// carries it along, and nothing that does not breaks. Bun has prebuilt-bun.cts instead (package.json, "imports").
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { NativeBinding } from "./types.js";

/** A place where an addon may lie. */
export interface Place {
  readonly path: string;
  readonly exists: boolean;
  open(): NativeBinding;
}

/** The addon in a file. */
export function fileAt(path: string): Place {
  const open = () => {
    const module = { exports: {} as NativeBinding };
    process.dlopen(module, path);
    return module.exports;
  };
  return { path, exists: existsSync(path), open };
}

function url(system: string): URL | null {
  switch (system) {
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

/** Null where no binary is released for the system. */
export function prebuilt(system: string): Place | null {
  const found = url(system);
  return found && fileAt(fileURLToPath(found));
}
