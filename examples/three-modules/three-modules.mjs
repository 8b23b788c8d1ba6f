// Three ways to a depthwise convolution, side by side: node examples/three-modules/three-modules.mjs
import { backendInfo, functional as F, init, manualSeed, nn, Tensor, tensor, zeros } from "depthwise";

const BATCH = 2;
const IN = 3;
const OUT = 12;
const SIZE = 8;

const printed = []; // written at once, so that `| head` may stop reading
const print = (...lines) => printed.push(...lines);
const shape = (sizes) => `[${sizes.join(", ")}]`;
const randomInput = () => init.normal(zeros([BATCH, IN, SIZE, SIZE]));

/** The first three numbers of an output channel of the first image. */
const firstNumbers = (output, channel) =>
  [0, 1, 2].map((ow) => output.get(0, channel, 0, ow).toFixed(4).padStart(7)).join(" ");

/** The three modules for one kernel size, with the initialisations that each of them is known by. */
function makeModules(k) {
  const padding = Math.floor(k / 2);

  // 1. The function: a weight of standard normal numbers, no bias.
  const weight = init.normal(zeros([OUT, 1, k, k]));
  // 2. The layer with groups = inChannels, and its own initialisation.
  const grouped = new nn.Conv2d(IN, OUT, k, { padding, groups: IN });
  // 3. One bank of OUT / IN kernels for every input channel: weights from normal(0, 0.01), biases zero.
  const shared = new nn.SharedDepthwiseConv2d(IN, OUT, k);

  return [
    {
      name: "F.conv2d, groups = Cin",
      weight,
      bias: null,
      forward: (x) => F.conv2d(x, weight, null, { padding, groups: IN }),
    },
    { name: "nn.Conv2d, groups = Cin", weight: grouped.weight, bias: grouped.bias, forward: (x) => grouped.forward(x) },
    { name: "nn.SharedDepthwiseConv2d", weight: shared.weight, bias: shared.bias, forward: (x) => shared.forward(x) },
  ];
}

function describe(k) {
  manualSeed(1);
  const input = randomInput();
  print(`Kernel ${k}x${k}, padding floor(${k}/2) = ${Math.floor(k / 2)}, input ${shape(input.shape)}`);
  for (const { name, weight, bias, forward } of makeModules(k)) {
    const output = forward(input);
    const [, , oh, ow] = output.shape;
    const taps = k * k;
    print(
      `  ${name.padEnd(25)} weight ${shape(weight.shape).padEnd(14)} bias ${(bias ? shape(bias.shape) : "none").padEnd(5)}` +
        `  output ${shape(output.shape).padEnd(15)} weights ${String(weight.numel).padStart(4)}` +
        `  multiply-adds ${(OUT * oh * ow * taps).toLocaleString("en-US")} an image`,
      `    channel 0 begins ${firstNumbers(output, 0)}   channel ${OUT - 1} begins ${firstNumbers(output, OUT - 1)}`,
    );
  }
  print("");
}

function counts(k) {
  const [dense, depthwise, shared] = [
    new nn.Conv2d(IN, OUT, k, { bias: false }),
    new nn.DepthwiseConv2d(IN, OUT, k, { bias: false }),
    new nn.SharedDepthwiseConv2d(IN, OUT, k, { bias: false }),
  ].map((module) => module.parameterCount());
  print(
    `Weights of a ${k}x${k} layer from ${IN} to ${OUT} channels`,
    `  dense      Cout * Cin * k * k   = ${OUT} * ${IN} * ${k} * ${k}   = ${dense}`,
    `  depthwise  Cout * k * k         = ${OUT} * ${k} * ${k}       = ${depthwise}`,
    `  shared     (Cout / Cin) * k * k = (${OUT} / ${IN}) * ${k} * ${k} = ${shared}`,
    "The shared layer does the same multiply-adds as the depthwise one, with fewer parameters.",
    "",
  );
}

/** The same numbers through a plain layer: every channel becomes an image of its own. */
function equivalence(k) {
  manualSeed(2);
  const input = randomInput();
  const shared = new nn.SharedDepthwiseConv2d(IN, OUT, k);
  const M = OUT / IN;
  const plain = new nn.Conv2d(1, M, k, { padding: Math.floor(k / 2) });
  plain.loadStateDict(shared.stateDict());

  const one = shared.forward(input);
  const other = plain.forward(input.reshape([BATCH * IN, 1, SIZE, SIZE])).reshape(one.shape);
  print(
    "The shared bank through nn.Conv2d: B*Cin images of one channel",
    `  shared ${shape(input.shape)} -> ${shape(one.shape)};  Conv2d(1, ${M}, ${k}) ${shape([BATCH * IN, 1, SIZE, SIZE])} -> ${shape([BATCH * IN, M, SIZE, SIZE])}`,
    `  same numbers: ${one.allClose(other)}`,
    "",
  );
}

/** Output channel c*M + m is channel c with kernel m: a picture of that, small enough to check by eye. */
function order() {
  const input = tensor([
    [
      [1, 2],
      [3, 4],
    ],
    [
      [10, 20],
      [30, 40],
    ],
  ]); // two channels, unbatched
  const weight = new Tensor(new Float32Array([1, -1]), [2, 1, 1, 1]); // kernels "as it is" and "negated"
  const bias = tensor([0, 0.5]);
  print(
    "Output channel c*M + m is input channel c with kernel m (kernels 1 and -1, biases 0 and 0.5)",
    `${F.sharedDepthwiseConv2d(input, weight, bias)}`,
    "",
  );
}

function refusal() {
  print("Output channels that are no multiple of the input channels are refused");
  for (const make of [
    () => new nn.SharedDepthwiseConv2d(IN, 10, 3),
    () => new nn.DepthwiseConv2d(IN, 10, 3),
    () => F.conv2d(zeros([1, IN, SIZE, SIZE]), zeros([10, 1, 3, 3]), null, { groups: IN }),
  ]) {
    try {
      make();
      throw new Error("expected a refusal");
    } catch (error) {
      if (error.code === undefined) throw error;
      print(`  ${error.name} ${error.code}: ${error.message}`);
    }
  }
}

const { backend, isa } = backendInfo();
print(`Backend: ${backend}, ${isa}`, "");
describe(3);
describe(4); // an even kernel gives one row and one column more, as in PyTorch
counts(3);
equivalence(3);
order();
refusal();
process.stdout.write(`${printed.join("\n")}\n`);
