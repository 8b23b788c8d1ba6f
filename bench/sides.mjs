// Who takes part: this package in its modes, and the peers by the name that --peers knows. Each is loaded only when asked for.
const PEERS = {
  onnx: async () => [(await import("./peers/onnx.mjs")).onnx],
  wasm: async () => [(await import("./peers/tfjs.mjs")).tfjsWasm],
  torch: async () => (await import("./peers/installed.mjs")).torch,
  onednn: async () => (await import("./peers/installed.mjs")).onednn,
  xnnpack: async () => (await import("./peers/installed.mjs")).xnnpack,
  opencv: async () => (await import("./peers/installed.mjs")).opencv,
};
export const peerNames = Object.keys(PEERS);

/** The sides of the peers in `names`, loaded: { sides, versions, missing }; a peer that is not there is missing, with why. */
export async function loadPeers(names) {
  const sides = [];
  const versions = {};
  const missing = {};
  for (const name of names) {
    for (const side of await PEERS[name]()) {
      try {
        versions[side.name] = String(await side.load());
        sides.push(side);
      } catch (error) {
        missing[side.name] = error.message.split("\n")[0];
        side.close?.();
      }
    }
  }
  return { sides, versions, missing };
}
