// What every bundler and runtime is given: one convolution, and which backend computed it.
import { backendInfo, functional as F, tensor } from "depthwise";

const y = F.conv2d(
  tensor([
    [
      [1, 2],
      [3, 4],
    ],
  ]),
  tensor([
    [
      [
        [1, 1],
        [1, 1],
      ],
    ],
  ]),
);
console.log(JSON.stringify({ sum: [...y.data], backend: backendInfo().backend }));
