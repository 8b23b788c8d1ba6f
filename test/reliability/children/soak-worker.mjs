// A worker of the soak: computes until it is terminated, or answers once and ends.
import { parentPort, workerData } from "node:worker_threads";
import { functional as F, tensor } from "../../../dist/index.js";
import { numbers } from "../../support/child-addon.mjs";

const x = tensor(numbers(16 * 1600, 1), [1, 16, 40, 40]);
const w = tensor(numbers(144, 2), [16, 1, 3, 3]);
const options = { groups: 16, padding: 1 };
const result = await F.conv2dAsync(x, w, options);
if (workerData.answers) {
  parentPort.postMessage(result.data, [result.data.buffer]);
} else {
  parentPort.postMessage("started");
  for (let i = 0; ; ++i) {
    if (i % 3 === 0) F.conv2d(x, w, options);
    else await Promise.all([F.conv2dAsync(x, w, options), F.conv2dAsync(x, w, options)]);
  }
}
