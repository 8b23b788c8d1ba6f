// The other backend, in a thread of its own: a worker has its own environment, so DEPTHWISE_BACKEND=js holds only here.
import { parentPort, workerData } from "node:worker_threads";
import { makeJobs } from "./jobs.mjs";
import { timed } from "./measure.mjs";

const { layers, filters } = makeJobs(workerData.picture, workerData.options);
const jobs = [...layers, ...filters];
const outputs = [];

parentPort.on("message", ({ run, take }) => {
  if (run !== undefined) {
    const { milliseconds, output } = timed(jobs[run], outputs[run]);
    outputs[run] = output;
    parentPort.postMessage(milliseconds);
  } else {
    const { data } = outputs[take];
    outputs[take] = undefined;
    parentPort.postMessage(data, [data.buffer]);
  }
});
