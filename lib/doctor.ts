// `depthwise doctor`: what was loaded and why not another, where the number of threads comes from, and whether
// convolutions come out right here. It knows the public surface, and what backend/load.ts tells of this process.
import { backendInfo, hostInfo } from "./backend/load.js";
import { selfTest } from "./self-test.js";
import { version } from "./version.js";

/** What `depthwise doctor --json` prints. */
export interface Report {
  readonly version: string;
  readonly node: string;
  readonly system: string;
  readonly backend: "native" | "js";
  readonly binary: string | null;
  readonly isa: string;
  /** What this CPU and operating system allow, and what the binary has kernels for; null without a binary. */
  readonly isas: readonly string[] | null;
  readonly compiledIsas: readonly string[] | null;
  readonly threads: number;
  /** CPUs by affinity and by the cgroup's quota (null: no quota); null without a binary. */
  readonly cpus: { readonly affinity: number; readonly quota: number | null } | null;
  /** The DEPTHWISE_ variables that are set. */
  readonly environment: Record<string, string>;
  /** The places that were looked at in vain. */
  readonly passedOver: readonly { readonly path: string; readonly exists: boolean; readonly reason: string }[];
  readonly selfTest: { readonly problems: number; readonly failures: readonly string[] };
}

/** 0: a binary serves and is right; 1: results are wrong; 2: right, but on the slower JavaScript backend unasked. */
export type ExitCode = 0 | 1 | 2;

/** Examines this process; what the environment asks for and cannot be had is thrown. */
export async function examine(): Promise<Report> {
  const { backend, binary, isa, threads, loadErrors } = backendInfo();
  const { host, wishes } = hostInfo();
  return {
    version,
    node: process.version,
    system: `${process.platform}-${process.arch}`,
    backend,
    binary,
    isa,
    isas: host?.isas ?? null,
    compiledIsas: host?.compiledIsas ?? null,
    threads,
    cpus: host && { affinity: host.affinity, quota: host.quota > 0 ? host.quota : null },
    environment: wishes,
    passedOver: loadErrors.map(({ path, exists, message }) => ({ path, exists, reason: message })),
    selfTest: await selfTest(),
  };
}

export function exitCodeOf({ backend, environment, selfTest: { failures } }: Report): ExitCode {
  if (failures.length > 0) return 1;
  const asked = environment["DEPTHWISE_BACKEND"] === "js" || environment["DEPTHWISE_ISA"] === "js";
  return backend === "js" && !asked ? 2 : 0;
}

function threadsLine({ threads, cpus }: Report): string {
  if (cpus === null) return `${threads} (the JavaScript backend has one)`;
  const affinity = `${cpus.affinity} by affinity`;
  return `${threads}: ${affinity}, ${cpus.quota === null ? "no quota" : `a quota of ${cpus.quota}`} of the cgroup`;
}

/** The report for people, one fact a line. */
export function printed(report: Report): string {
  const { selfTest, environment, isas, compiledIsas } = report;
  const lines = [
    ["depthwise", `${report.version}, Node ${report.node}, ${report.system}`],
    ["backend", report.backend === "native" ? `native, ${report.binary}` : "js, no binary in use"],
    ...report.passedOver.map(({ path, reason }) => ["passed over", `${path}: ${reason}`]),
    ["ISA", isas ? `${report.isa}; this CPU has ${isas.join(" ")} of ${compiledIsas?.join(" ")}` : report.isa],
    ["threads", threadsLine(report)],
    ...Object.entries(environment).map(([name, value]) => [name, value]),
    ["self-test", `${selfTest.problems} problems, ${selfTest.failures.length} wrong`],
    ...selfTest.failures.map((failure) => ["wrong", failure]),
  ];
  return lines.map(([name = "", value = ""]) => `${name.padEnd(12)} ${value}\n`).join("");
}
