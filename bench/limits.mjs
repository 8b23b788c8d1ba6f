// The limits of this machine, measured by the native benchmark in the same run: FMA peak and copy bandwidth by footprint.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../build-native-gcc/limits", import.meta.url));

/** { gflops, copy: [{ bytes, GBs }] } for this many threads, or null where the native benchmark is not built. */
export function measureLimits(threads) {
  if (!existsSync(program)) return null;
  const { status, stdout } = spawnSync(program, [String(threads)], { encoding: "utf8" });
  if (status !== 0) return null;
  return JSON.parse(stdout);
}

/** Copy bandwidth (read + write, GB/s) at a footprint, between the measured ones. */
export function copyBandwidth({ copy }, bytes) {
  const above = copy.findIndex((point) => point.bytes >= bytes);
  if (above <= 0) return copy.at(above).GBs;
  const [a, b] = [copy[above - 1], copy[above]];
  const t = Math.log(bytes / a.bytes) / Math.log(b.bytes / a.bytes);
  return a.GBs + t * (b.GBs - a.GBs);
}

/** Milliseconds that a layer takes at the limit: arithmetic or bytes, whichever is slower. */
export function rooflineMs({ flop, bytes }, limits) {
  return Math.max(flop / limits.gflops, bytes / copyBandwidth(limits, bytes)) / 1e6;
}
