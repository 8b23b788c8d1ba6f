// What is done with the photo: three layers that look alike and cost differently, and filters that everybody knows.
import { functional as F, fromImage, manualSeed, nn, tensor } from "depthwise";

export const FEATURES = 12; // outputs of each layer: four for each of red, green and blue

/** A square of samples of `f(x, y)` around zero. */
const sampled = (reach, f) =>
  Array.from({ length: 2 * reach + 1 }, (_, y) =>
    Array.from({ length: 2 * reach + 1 }, (_, x) => f(x - reach, y - reach)),
  );
const sum = (kernel) => kernel.flat().reduce((a, b) => a + b, 0);

function gaussian(sigma) {
  const bell = sampled(Math.ceil(3 * sigma), (x, y) => Math.exp(-(x * x + y * y) / (2 * sigma ** 2)));
  return bell.map((row) => row.map((tap) => tap / sum(bell)));
}

/** The Laplacian of a Gaussian, which does not mistake the noise of a JPEG for edges; bright on dark is positive. */
function laplacian(sigma) {
  const reach = Math.ceil(3 * sigma);
  const hat = sampled(reach, (x, y) => {
    const squared = (x * x + y * y) / (2 * sigma ** 2);
    return (1 - squared) * Math.exp(-squared);
  });
  const mean = sum(hat) / hat.length ** 2; // an even surface must give zero, also with a cut-off hat
  return hat.map((row) => row.map((tap) => tap - mean));
}

// One bank for all three colours. A photo has no black frame, so its border is continued: mirrored where the kernel
// is wide, repeated where it takes differences (a mirrored border would hide them).
const FILTERS = [
  { name: "Gaussian", kernels: [gaussian(2.5)], paddingMode: "reflect" },
  {
    name: "Sharpen",
    kernels: [
      [
        [0, -1, 0],
        [-1, 5, -1],
        [0, -1, 0],
      ],
    ],
    paddingMode: "replicate",
  },
  {
    name: "Emboss",
    kernels: [
      [
        [-2, -1, 0],
        [-1, 0, 1],
        [0, 1, 2],
      ],
    ],
    paddingMode: "replicate",
  },
  {
    name: "Sobel",
    kernels: [
      [
        [-1, 0, 1],
        [-2, 0, 2],
        [-1, 0, 1],
      ],
      [
        [-1, -2, -1],
        [0, 0, 0],
        [1, 2, 1],
      ],
    ],
    paddingMode: "replicate",
  },
  { name: "Laplacian", kernels: [laplacian(1.4)], paddingMode: "replicate" },
];

function layerJob(name, note, layer, photo) {
  const [kernel] = layer.kernelSize;
  const more = kernel % 2 === 0 ? 1 : 0; // rows and columns that padding of floor(kernel / 2) adds
  const pixels = (photo.shape[2] + more) * (photo.shape[3] + more);
  return {
    name,
    note,
    weight: layer.weight,
    parameters: layer.parameterCount(),
    // Each output element sums the taps of the input channels that it sees.
    multiplyAdds: pixels * layer.outChannels * layer.weight.shape[1] * kernel ** 2,
    forward: (out) => layer.forward(photo, { out }),
  };
}

function filterJob({ name, kernels, paddingMode }, photo) {
  const [height, width] = [kernels[0].length, kernels[0][0].length];
  const weight = tensor(kernels.map((kernel) => [kernel])); // [M, 1, height, width]
  return {
    name,
    note: `${width}x${height}, border ${paddingMode === "reflect" ? "mirrored" : "repeated"}`,
    parameters: weight.numel,
    multiplyAdds: photo.numel * weight.numel,
    forward: (out) =>
      F.sharedDepthwiseConv2d(photo, weight, null, { padding: [(height - 1) / 2, (width - 1) / 2], paddingMode, out }),
  };
}

/** The photo as floats from 0 to 1, `[1, 3, height, width]`, and everything that is computed from it. */
export function makeJobs(picture, { kernel, seed }) {
  const pixels = fromImage(picture, { scale: 1 / 255 });
  const photo = pixels.reshape([1, 3, picture.height, picture.width]);
  manualSeed(seed);
  const dense = new nn.Conv2d(3, FEATURES, kernel, { padding: Math.floor(kernel / 2) });
  const depthwise = new nn.DepthwiseConv2d(3, FEATURES, kernel);
  const shared = new nn.SharedDepthwiseConv2d(3, FEATURES, kernel);
  return {
    photo,
    layers: [
      layerJob("Conv2d", "every map sees all colours", dense, photo),
      layerJob("DepthwiseConv2d", "every map sees one colour", depthwise, photo),
      layerJob("SharedDepthwiseConv2d", "one bank of kernels for all colours", shared, photo),
    ],
    filters: FILTERS.map((filter) => filterJob(filter, photo)),
  };
}
