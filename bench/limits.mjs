// The limits of this machine, measured by the native benchmark in the same run: FMA peak and copy bandwidth by footprint.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { nativeFolder } from "./native-build.mjs";

const program = `${nativeFolder}/limits`;

/**
 * { isa, gflops, copy: [{ bytes, GBs }] } of an instruction set for this many threads, or null where the native benchmark
 * is not built.
 */
export function measureLimits(threads, isa) {
  if (!existsSync(program)) return null;
  const { status, stdout } = spawnSync(program, [String(threads), isa], { encoding: "utf8" });
  return status === 0 ? JSON.parse(stdout) : null;
}

/** The higher of two measurements, point by point: a limit is what nothing disturbed. */
export function higher(a, b) {
  if (!a || !b) return a ?? b;
  return {
    ...a,
    gflops: Math.max(a.gflops, b.gflops),
    copy: a.copy.map((point, i) => ({ ...point, GBs: Math.max(point.GBs, b.copy[i].GBs) })),
  };
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

/** The same in float64: half the lanes, twice the bytes. */
export function rooflineMs64({ flop, bytes }, limits) {
  return Math.max((2 * flop) / limits.gflops, (2 * bytes) / copyBandwidth(limits, 2 * bytes)) / 1e6;
}

/** "C": arithmetic binds, "M": bytes bind. */
export const bound = ({ flop, bytes }, limits) =>
  flop / limits.gflops > bytes / copyBandwidth(limits, bytes) ? "C" : "M";
