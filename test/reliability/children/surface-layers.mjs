// The layers of the surface model, and what each way of calling them must give.
import { functional as F, nn, tensor } from "../../../dist/index.js";
import { numbers, sameBits } from "../../support/child-addon.mjs";

const CALLS = {
  conv1d: [F.conv1d, F.conv1dAsync, F.planConv1d],
  conv2d: [F.conv2d, F.conv2dAsync, F.planConv2d],
  conv3d: [F.conv3d, F.conv3dAsync, F.planConv3d],
  shared: [F.sharedDepthwiseConv2d, F.sharedDepthwiseConv2dAsync, F.planSharedDepthwiseConv2d],
};

const ROWS = [
  ["conv2d", [1, 4, 6, 7], [4, 1, 3, 3], { padding: 1, groups: 4 }],
  ["conv2d", [2, 3, 9, 5], [6, 1, 5, 5], { padding: 2, groups: 3, stride: 2 }],
  ["conv2d", [1, 8, 5, 5], [4, 4, 1, 1], { groups: 2, activation: "relu" }],
  ["conv2d", [6, 7, 6], [5, 6, 3, 3], { padding: [1, 0, 2, 1] }],
  ["conv2d", [1, 6, 7, 5], [5, 5, 2, 2], { layout: "NHWC" }],
  ["conv2d", [2, 8, 8, 9], [9, 1, 3, 3], { layout: "NHWC", groups: 9, padding: "same", dilation: 2 }],
  ["conv2d", [1, 2, 6, 6], [2, 1, 3, 3], { groups: 2, padding: 2, paddingMode: "reflect" }],
  ["conv1d", [1, 3, 40], [3, 1, 9], { groups: 3, padding: [8, 0] }],
  ["conv1d", [5, 33], [4, 5, 3], { paddingMode: "circular", padding: 1 }],
  ["conv3d", [1, 2, 3, 4, 5], [4, 1, 2, 3, 3], { groups: 2, padding: [0, 1, 1] }],
  ["shared", [1, 3, 8, 8], [2, 1, 3, 3], { padding: 1 }],
  ["shared", [2, 5, 6, 3], [4, 1, 3, 3], { layout: "NHWC", padding: 1, activation: "relu6" }],
];

const product = (shape) => shape.reduce((a, b) => a * b, 1);

/** A module with this layer's weights; null where the layer has no module of its own. */
function makeModule({ kind, shapes, options, weight, bias }, dtype) {
  const { layout = "NCHW", groups = 1, ...rest } = options;
  if (shapes.input.length === shapes.weight.length - 1 || kind === "conv3d") return null;
  const channels = layout === "NCHW" ? shapes.input[1] : shapes.input.at(-1);
  const [count] = shapes.weight;
  const kernel = shapes.weight.slice(2);
  const settings = { ...rest, layout, dtype };
  let made;
  if (kind === "shared") made = new nn.SharedDepthwiseConv2d(channels, count * channels, kernel, settings);
  else if (kind === "conv1d") made = new nn.Conv1d(channels, count, kernel, { ...settings, groups });
  else made = new nn.Conv2d(channels, count, kernel, { ...settings, groups });
  made.loadStateDict({ weight: tensor(weight, shapes.weight), bias: tensor(bias, shapes.bias) });
  return made;
}

function makeLayer([kind, input, weight, options], index) {
  const ArrayType = index % 4 === 3 ? Float64Array : Float32Array;
  const [call, callAsync, plan] = CALLS[kind];
  const shapes = { input, weight, bias: [weight[0]] };
  const data = {};
  for (const [seed, name] of Object.keys(shapes).entries()) {
    data[name] = numbers(product(shapes[name]), 17 * index + seed, ArrayType);
  }
  const layer = { kind, ArrayType, call, callAsync, shapes, options, ...data };
  const result = call(tensor(data.input, input), tensor(data.weight, weight), tensor(data.bias, shapes.bias), options);
  layer.expected = result.data;
  layer.shapes.out = [...result.shape];
  layer.plan = plan(input, tensor(data.weight, weight), tensor(data.bias, shapes.bias), options);
  layer.module = makeModule(layer, ArrayType === Float64Array ? "float64" : "float32");
  layer.isRight = (array) => sameBits(array, layer.expected);
  return layer;
}

export const LAYERS = ROWS.map(makeLayer);
