// Peers that a system's package manager installs: what is there is compared, what is not is named with its remedy.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { nativeFolder } from "../native-build.mjs";
import { externalSide } from "./external.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

function program(name) {
  const path = `${nativeFolder}/peers/peer_${name}`;
  return existsSync(path) ? { command: path } : null;
}

/** A Python that can import PyTorch: Debian's own may not be the first on the path. */
function pythonWithTorch() {
  const fits = (python) => spawnSync(python, ["-c", "import torch, numpy"], { stdio: "ignore" }).status === 0;
  const python = [process.env.PYTHON, "/usr/bin/python3", "python3"].find((name) => name && fits(name));
  return python ? { command: python, args: [here("torch_peer.py")] } : null;
}

const flat = (shape) => shape.rank < 3;
const isDepthwise = ({ groups, inChannels }) => groups > 1 && groups === inChannels;
// What filter2D can say: it keeps the size of the image.
const isFilter = (shape) =>
  flat(shape) &&
  isDepthwise(shape) &&
  shape.outChannels === shape.inChannels &&
  shape.stride.every((step) => step === 1) &&
  shape.dilation.every((step) => step === 1) &&
  shape.input.every((size, axis) => size === shape.output[axis]);

const side = (name, layout, start, remedy, takes) => externalSide({ name, layout, start, remedy, takes });
const apt = (packages) => `not installed: apt-get install ${packages}`;

export const torch = [
  side("PyTorch", "plain", pythonWithTorch, apt("python3-torch")),
  side("PyTorch channels_last", "best", pythonWithTorch, apt("python3-torch")),
];
export const onednn = [
  side("oneDNN nchw", "plain", () => program("onednn"), apt("libdnnl-dev")),
  side("oneDNN any", "best", () => program("onednn"), apt("libdnnl-dev")),
];
export const xnnpack = [
  side("XNNPACK nchw", "plain", () => program("xnnpack"), apt("libxnnpack-dev libpthreadpool-dev"), flat),
  side("XNNPACK nhwc", "best", () => program("xnnpack"), apt("libxnnpack-dev libpthreadpool-dev"), flat),
];
export const opencv = [side("OpenCV", "plain", () => program("opencv"), apt("libopencv-dev"), isFilter)];

/** This package without its addon, in a process of its own: the backend is chosen once a process. */
export const fallback = [
  externalSide({
    name: "depthwise js",
    layout: "plain",
    start: () => ({ command: process.execPath, args: [here("fallback.mjs")], env: { DEPTHWISE_BACKEND: "js" } }),
    remedy: "",
  }),
];
