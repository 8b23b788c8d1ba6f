// Two SharedArrayBuffers over one memory, which JavaScript cannot tell apart from two memories: an output that lies over
// what is read is refused by its address; where it is not read in place, the result is that of the numbers at the call.
import { functional as F, tensor } from "../../../dist/index.js";
import { assert, numbers, report, sameBits, thrownBy } from "../../support/child-addon.mjs";

const shape = [1, 8, 16, 16];
const count = 8 * 256;
const buffer = new SharedArrayBuffer(8 * count);
const twin = structuredClone(buffer);
assert(twin !== buffer, "structuredClone gives the same object");
const input = new Float32Array(buffer, 0, count);
input.set(numbers(count, 1));
const weight = tensor(numbers(72, 2), [8, 1, 3, 3]);
const options = { groups: 8, padding: 1 };
const x = tensor(input, shape);
const expected = F.conv2d(x, weight, options).data;
const plan = F.planConv2d(shape, weight, options);
let refused = 0;
for (const offset of [0, 4, 4 * count - 4]) {
  const out = tensor(new Float32Array(twin, offset, count), shape);
  for (const call of [() => F.conv2d(x, weight, { ...options, out }), () => plan.run(input, out.data)]) {
    const thrown = thrownBy(call);
    assert(thrown?.code === "ERR_DEPTHWISE_OVERLAP", JSON.stringify(thrown));
    ++refused;
  }
}
// Side by side is apart.
const beside = tensor(new Float32Array(twin, 4 * count, count), shape);
assert(sameBits(F.conv2d(x, weight, { ...options, out: beside }).data.slice(), expected), "beside");
assert(sameBits(new Float32Array(buffer, 4 * count, count).slice(), expected), "the other view sees it");
// Weights and bias under the output, too.
const low = new Float32Array(buffer, 4 * count, 72);
low.set(weight.data);
const over = tensor(new Float32Array(twin, 4 * count, count), shape);
const bias = tensor(low.subarray(0, 8), [8]);
for (const call of [
  () => F.conv2d(x, tensor(low, [8, 1, 3, 3]), { ...options, out: over }),
  () => F.conv2d(x, weight, bias, { ...options, out: over }),
]) {
  const thrown = thrownBy(call);
  assert(thrown?.code === "ERR_DEPTHWISE_OVERLAP", JSON.stringify(thrown));
  ++refused;
}
// An asynchronous call writes `out` when it has read everything.
const out = tensor(new Float32Array(twin, 0, count), shape);
assert(sameBits((await F.conv2dAsync(x, weight, { ...options, out })).data.slice(), expected), "async");
report({ refused });
