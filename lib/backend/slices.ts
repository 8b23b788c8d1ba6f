// Async calls in JavaScript: one after the other, in slices between which the event loop turns.
import { detachedError } from "../errors.js";
import { onAbort } from "./abort.js";
import type { FloatArray } from "./types.js";

/** Milliseconds after which a slice ends; the item under way takes up to three more. */
const SLICE_MS = 6;

/** One call in flight: `items` pieces of work, then `finish`. */
export interface Job {
  readonly items: number;
  run(item: number): void;
  /** The result, or a throw. */
  finish(): unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (reason: unknown) => void;
  readonly signal: AbortSignal | null;
}

interface Entry {
  /** `null` once the call is settled: its arrays are free then, though the entry may still stand in line. */
  job: Job | null;
  next: number;
  stopWaiting: () => void;
}

const entries: Entry[] = [];
let isScheduled = false;

export function enqueue(job: Job): void {
  const entry: Entry = { job, next: 0, stopWaiting: () => {} };
  if (job.signal !== null) {
    entry.stopWaiting = onAbort(job.signal, () => settle(entry, () => job.reject(job.signal?.reason)));
  }
  entries.push(entry);
  schedule();
}

function schedule(): void {
  if (isScheduled || entries.length === 0) return;
  isScheduled = true;
  setImmediate(slice);
}

function slice(): void {
  isScheduled = false;
  const end = performance.now() + SLICE_MS;
  do {
    const entry = entries[0];
    if (entry === undefined) return;
    if (entry.job === null) entries.shift();
    else step(entry, entry.job);
  } while (performance.now() < end);
  schedule();
}

function step(entry: Entry, job: Job): void {
  try {
    if (entry.next < job.items) {
      job.run(entry.next++);
    } else {
      const result = job.finish();
      settle(entry, () => job.resolve(result as never));
    }
  } catch (error) {
    settle(entry, () => job.reject(error));
  }
}

function settle(entry: Entry, tell: () => void): void {
  if (entry.job === null) return;
  entry.stopWaiting();
  entry.job = null;
  tell();
}

/** Copies a finished result to `out`, which may have been transferred or given away while the call was pending. */
export function deliver(result: FloatArray, out: FloatArray): FloatArray {
  if (out.length !== result.length) {
    throw detachedError(
      `out was detached or shrunk while the call was pending: it holds ${out.length} of ${result.length} elements`,
    );
  }
  out.set(result);
  return out;
}
