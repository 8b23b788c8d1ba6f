// Times a job on both backends in turn, so that a busy moment of the machine touches both.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { median } from "./table.mjs";

const BUDGET = 2500; // milliseconds for one job; a large photo gets fewer runs, but three in any case

/** One run into `out`, or into new memory the first time. */
export function timed(job, out) {
  const started = performance.now();
  const output = job.forward(out);
  return { milliseconds: performance.now() - started, output };
}

/** The JavaScript backend, asked from outside. */
export class Fallback {
  #worker;

  constructor(picture, options) {
    this.#worker = new Worker(new URL("./fallback-worker.mjs", import.meta.url), {
      workerData: { picture, options },
      // What is forced for the native backend has no meaning there.
      env: { ...process.env, DEPTHWISE_BACKEND: "js", DEPTHWISE_ISA: "", DEPTHWISE_KERNEL: "" },
    });
  }

  async #ask(question) {
    this.#worker.postMessage(question);
    const [answer] = await once(this.#worker, "message"); // rejects when the worker fails
    return answer;
  }

  run = (index) => this.#ask({ run: index });
  take = (index) => this.#ask({ take: index });
  close = () => this.#worker.terminate();
}

/**
 * Runs one job `runs` times on this thread's backend and as often on `fallback`, if there is one. The first round
 * makes the plans and warms the caches; it is not counted.
 */
export async function measure(job, index, fallback, runs) {
  const here = [];
  const there = [];
  let { output } = timed(job);
  if (fallback) await fallback.run(index);
  const started = performance.now();
  for (let run = 0; run < runs && (run < 3 || performance.now() - started < BUDGET); run++) {
    const measured = timed(job, output);
    output = measured.output;
    here.push(measured.milliseconds);
    if (fallback) there.push(await fallback.run(index));
  }
  return {
    output,
    here: median(here),
    fallback: fallback ? median(there) : null,
    difference: fallback ? largestDifference(output.data, await fallback.take(index)) : null,
  };
}

function largestDifference(a, b) {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    if (!(difference <= largest)) largest = difference; // a NaN stays, and is seen
  }
  return largest;
}
