// Chooses the backend, once, at the first use; the only reader of the environment. Importing does nothing.
import { backendError, requirePositiveInteger, tooLargeError } from "../errors.js";
import { type LoadError, openBinary } from "./binaries.js";
import { createFallbackBackend } from "./fallback.js";
import { createNativeBackend } from "./native.js";
import type { Backend, BackendPlan, Forced, Geometry, Host, KernelInfo } from "./types.js";

export type { LoadError } from "./binaries.js";

/** What is asked for by name; `null` leaves the choice free. */
export interface Choice extends Forced {
  readonly backend: string | null;
  /** Path of the addon. */
  readonly binary: string | null;
}

export interface Loaded {
  readonly backend: Backend;
  /** Path of the addon in use. */
  readonly binary: string | null;
  readonly errors: readonly LoadError[];
}

function listReasons(errors: readonly LoadError[]): string {
  return errors.map(({ path, message }) => `${path}: ${message}`).join("; ");
}

/** Makes a backend, with no memory of earlier ones; what was forced and cannot serve is an error with the reasons. */
export function createBackend(choice: Choice): Loaded {
  const { backend, isa, kernel, binary } = choice;
  if (backend !== null && backend !== "native" && backend !== "js") {
    throw backendError(`no backend is called '${backend}'; there are native and js`);
  }
  const wanted = backend ?? (isa === "js" || kernel?.endsWith("/js") ? "js" : null);
  if (wanted === "js") return { backend: createFallbackBackend({ isa, kernel }), binary: null, errors: [] };
  const { binding, path, errors } = openBinary(binary);
  if (binding !== null) return { backend: createNativeBackend(binding, { isa, kernel }), binary: path, errors };
  if (wanted === "native" || isa !== null || binary !== null) {
    throw backendError(
      `the native backend was asked for but did not load: ${listReasons(errors)}`,
      errors.at(-1)?.cause,
    );
  }
  return { backend: createFallbackBackend({ isa, kernel }), binary: null, errors };
}

/** One wish of the environment; a host that does not let it be read (Deno without a permission) has none. */
function wish(name: string): string | null {
  try {
    return process.env[name] || null;
  } catch {
    return null;
  }
}

let loaded: Loaded | null = null;
let isTracing = false;
let hasWarned = false;

function load(): Loaded {
  if (loaded !== null) return loaded;
  const trace = wish("DEPTHWISE_TRACE");
  isTracing = trace !== null && trace !== "0";
  loaded = createBackend({
    backend: wish("DEPTHWISE_BACKEND"),
    isa: wish("DEPTHWISE_ISA"),
    kernel: wish("DEPTHWISE_KERNEL"),
    binary: wish("DEPTHWISE_BINARY"),
  });
  return loaded;
}

/** Someone is about to compute on a slow path that a binary was there to avoid: say so, once. */
function warnOnce({ backend, errors }: Loaded): void {
  if (hasWarned) return;
  hasWarned = true;
  const broken = errors.filter(({ exists }) => exists);
  if (backend.name !== "js" || broken.length === 0) return;
  const message = `the native binary did not load, so the slower JavaScript backend serves: ${listReasons(broken)}`;
  process.emitWarning(message, { type: "DepthwiseWarning", code: "DEPTHWISE_FALLBACK" });
}

/** A plan of the backend in use; `DEPTHWISE_TRACE=1` shows each on stderr. */
export function createPlan(geometry: Geometry): BackendPlan {
  const current = load();
  warnOnce(current);
  const plan = current.backend.plan(geometry);
  if (isTracing) process.stderr.write(`${plan.describe()}\n\n`);
  return plan;
}

/** The answer of `backendInfo()`. */
export interface BackendInfo {
  readonly backend: "native" | "js";
  /** The best instruction set in use: `avx512`, `avx2`, `sse2`, `neon`, `scalar`, or `js`. */
  readonly isa: string;
  /** Path of the addon in use; null on the JavaScript backend. */
  readonly binary: string | null;
  readonly threads: number;
  readonly kernels: readonly KernelInfo[];
  /** Why each binary that was looked for is not in use. */
  readonly loadErrors: readonly LoadError[];
}

/**
 * Which backend computes, and why not another.
 *
 * @example
 * ```ts
 * const { backend, isa, loadErrors } = backendInfo();
 * if (backend === "js") console.log(loadErrors.map((error) => error.message));
 * ```
 *
 * @throws `ERR_DEPTHWISE_BACKEND` where `DEPTHWISE_BACKEND`, `DEPTHWISE_ISA`, `DEPTHWISE_KERNEL` or `DEPTHWISE_BINARY` ask
 * for what cannot be had.
 */
export function backendInfo(): BackendInfo {
  const { backend, binary, errors } = load();
  return {
    backend: backend.name,
    isa: backend.isa,
    binary,
    threads: backend.getNumThreads(),
    kernels: backend.kernels,
    loadErrors: errors,
  };
}

const WISHES = ["DEPTHWISE_BACKEND", "DEPTHWISE_ISA", "DEPTHWISE_KERNEL", "DEPTHWISE_BINARY", "DEPTHWISE_TRACE"];

/** What `depthwise doctor` prints beside `backendInfo()`: the machine, and what the environment asks for. */
export function hostInfo(): { host: Host | null; wishes: Record<string, string> } {
  const wishes = WISHES.map((name) => [name, wish(name)] as const).filter(([, value]) => value !== null);
  return { host: load().backend.host(), wishes: Object.fromEntries(wishes) as Record<string, string> };
}

// What the addon takes; more than any machine gains from.
const MOST_THREADS = 1024;

/**
 * Sets how many threads one call may use, from 1 to 1024, in the whole process. Results have the same bits for any
 * number. The JavaScript backend computes on one, whatever is set.
 *
 * @throws `ERR_DEPTHWISE_TYPE` or `ERR_DEPTHWISE_VALUE` for anything but a positive integer, `ERR_DEPTHWISE_TOO_LARGE`
 * above 1024.
 */
export function setNumThreads(threads: number): void {
  const name = "setNumThreads";
  const count = requirePositiveInteger(name, "threads", threads);
  if (count > MOST_THREADS) throw tooLargeError(name, `threads must be at most ${MOST_THREADS}, but got ${count}`);
  load().backend.setNumThreads(count);
}

/** How many threads one call may use: at first as many as this process has CPUs (affinity and cgroup quota). */
export function getNumThreads(): number {
  return load().backend.getNumThreads();
}
