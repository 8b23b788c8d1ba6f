// How many threads the package takes under the limits of this process, and whether it computes the right thing with them.
import { readdirSync } from "node:fs";
import { functional as F, getNumThreads, tensor } from "../../../dist/index.js";
import { assert, numbers, report, sameBits } from "../../support/child-addon.mjs";

const x = tensor(numbers(64 * 3136, 1), [1, 64, 56, 56]);
const w = tensor(numbers(576, 2), [64, 1, 3, 3]);
const options = { groups: 64, padding: 1 };
const tasks = () => readdirSync("/proc/self/task").length;
const before = tasks();
const expected = F.conv2d(x, w, options).data;
const forSync = tasks() - before;
for (let i = 0; i < 20; ++i) {
  assert(sameBits(F.conv2d(x, w, options).data, expected), "sync");
  assert(sameBits((await F.conv2dAsync(x, w, options)).data, expected), "async");
}
let sum = 0;
for (let c = 0; c < 64; ++c) sum += expected[c * 3136 + 57];
report({ threads: getNumThreads(), forSync, sum });
