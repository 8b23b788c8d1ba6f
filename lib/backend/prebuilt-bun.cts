// prebuilt.ts for Bun, whose bundler takes addons along (also into `bun build --compile`) where they are required by a
// literal path. Only the one that is asked for is opened.
import type { Place } from "./prebuilt.js" with { "resolution-mode": "import" };

function opener(system: string): Place["open"] | null {
  switch (system) {
    case "linux-x64-glibc":
      return () => require("../../prebuilds/linux-x64/depthwise.glibc.node");
    case "linux-x64-musl":
      return () => require("../../prebuilds/linux-x64/depthwise.musl.node");
    case "linux-arm64-glibc":
      return () => require("../../prebuilds/linux-arm64/depthwise.glibc.node");
    case "linux-arm64-musl":
      return () => require("../../prebuilds/linux-arm64/depthwise.musl.node");
    case "darwin-x64":
      return () => require("../../prebuilds/darwin-x64/depthwise.node");
    case "darwin-arm64":
      return () => require("../../prebuilds/darwin-arm64/depthwise.node");
    case "win32-x64":
      return () => require("../../prebuilds/win32-x64/depthwise.node");
    case "win32-arm64":
      return () => require("../../prebuilds/win32-arm64/depthwise.node");
    default:
      return null;
  }
}

/** The loader tells a file that is missing from one that does not load by the error's code. */
function prebuilt(system: string): Place | null {
  const open = opener(system);
  return open && { path: `prebuilt binary for ${system}`, exists: true, open };
}

export = { prebuilt };
