// A plan needs no image, so its sizes may be anything below 2^53 elements: 2^64 multiply-adds a row had divided by zero.
import { functional as F, zeros } from "../../../dist/index.js";
import { assert, report } from "../../support/child-addon.mjs";

const [width, channels] = [2 ** 26, 2 ** 26];
const options = { layout: "NHWC", padding: [32, 32, 31, 31] };
const plan = F.planSharedDepthwiseConv2d([1, 1, width, channels], zeros([1, 1, 64, 64]), null, options);
assert(plan.outputShape.join() === [1, 1, width, channels].join(), `an output of [${plan.outputShape}]`);
report({ kernel: plan.kernel });
