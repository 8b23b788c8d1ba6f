// A plan needs no image, so its sizes may be anything below 2^53 elements: 2^64 multiply-adds a row had divided by zero.
import { functional as F, zeros } from "../../../dist/index.js";
import { assert, report } from "../../support/child-addon.mjs";

const [width, channels] = [2 ** 26, 2 ** 26];
const options = { layout: "NHWC", padding: [32, 32, 31, 31] };
const plan = F.planSharedDepthwiseConv2d([1, 1, width, channels], zeros([1, 1, 64, 64]), null, options);
assert(plan.outputShape.join() === [1, 1, width, channels].join(), `an output of [${plan.outputShape}]`);

// From 2^30 on two sizes pass 32 bits, added: only the formula computes so far.
const vast = 2 ** 30;
for (const [isVast, size, kernel, more] of [
  [false, [vast - 3, 9], [3, 3], { padding: 1 }],
  [true, [vast - 2, 9], [3, 3], { padding: 1 }],
  [true, [1, 2 * vast - 3], [1, 3], { padding: [0, 1] }],
  [true, [9, 9], [1, 1], { stride: 2 * vast - 1 }],
  [true, [9, 9], [1, 1], { padding: 1, dilation: 2 * vast - 1 }],
]) {
  const planned = F.planConv2d([1, 1, ...size], zeros([1, 1, ...kernel]), null, more);
  assert(planned.kernel.startsWith("reference/") === isVast, `${planned.kernel} takes ${size}`);
}
report({ kernel: plan.kernel });
