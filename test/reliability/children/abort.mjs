// Calls whose signals abort at every moment of their lives, several waiting for one signal.
import { getEventListeners } from "node:events";
import { functional as F, nn, tensor } from "../../../dist/index.js";
import { argument, assert, numbers, report, sameBits, sleep, turn } from "../../support/child-addon.mjs";

const from = Number(argument(0));
const count = Number(argument(1));
const shape = [1, 16, 40, 40];
const x = tensor(numbers(16 * 1600, 1), shape);
const w = tensor(numbers(16 * 9, 2), [16, 1, 3, 3]);
const options = { groups: 16, padding: 1 };
const expected = F.conv2d(x, w, options).data;
const plan = F.planConv2d(shape, w, options);
const module = new nn.DepthwiseConv2d(16, 16, 3, { bias: false });
module.loadStateDict({ weight: w });
const big = tensor(new Float32Array(64 * 112 * 112), [1, 64, 112, 112]);
const bigWeight = tensor(new Float32Array(64 * 9), [64, 1, 3, 3]);

const doors = [
  (signal) => F.conv2dAsync(x, w, { ...options, signal }).then((result) => result.data),
  (signal) => plan.runAsync(x.data, null, { signal }),
  (signal) => module.forwardAsync(x, { signal }).then((result) => result.data),
];
const MOMENTS = [
  "before",
  "at once",
  "after a microtask",
  "after a turn",
  "after 1 ms",
  "after 4 ms",
  "after the end",
  "never",
];
const pauses = [() => {}, () => {}, () => null, turn, () => sleep(1), () => sleep(4)];
const outcomes = {};

async function attempt(index) {
  const moment = MOMENTS[index % MOMENTS.length];
  const controller = new AbortController();
  const { signal } = controller;
  const reason = index % 3 === 0 ? { its: "own" } : new Error("stopped");
  const abort = () => (index % 5 === 0 ? controller.abort() : controller.abort(reason));
  if (moment === "before") abort();
  // Work in front keeps every second lot waiting.
  const front = index % 2 === 0 ? F.conv2dAsync(big, bigWeight, { groups: 64, padding: 1 }) : null;
  const calls = Array.from({ length: 1 + (index % 13) }, (_, i) => doors[(index + i) % doors.length](signal));
  const settled = Promise.allSettled(calls);
  if (moment === "after the end") await settled;
  else if (moment !== "never" && moment !== "before") await pauses[MOMENTS.indexOf(moment)]();
  if (moment !== "before" && moment !== "never") abort();
  const answers = await settled;
  for (const { status, value, reason: came } of answers) {
    if (status === "fulfilled") {
      assert(moment !== "before" && moment !== "at once", `a call went on although its signal aborted ${moment}`);
      assert(sameBits(value, expected), "wrong numbers");
    } else {
      assert(moment !== "never" && moment !== "after the end", `rejected: ${came}`);
      assert(came === signal.reason, "another reason than the signal's");
    }
    const key = `${moment}: ${status === "fulfilled" ? "result" : "reason"}`;
    outcomes[key] = (outcomes[key] ?? 0) + 1;
  }
  assert(getEventListeners(signal, "abort").length === 0, `a listener stayed, aborted ${moment}`);
  await front;
  return answers.length;
}

let tries = 0;
for (let index = from; tries < count; ++index) tries += await attempt(index);
report({ tries, outcomes });
