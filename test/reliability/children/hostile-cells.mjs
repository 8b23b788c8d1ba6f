// The cells of the hostile-buffer matrix: what is done, to which operand, when, through which door.

const hasTransfer = typeof ArrayBuffer.prototype.transfer === "function";

/** `memory` is what the operand lies in; `after` and `drop` only make sense once the call has its copy. */
export const ACTIONS = {
  structuredClone: { memory: "plain", act: (buffer) => structuredClone(buffer, { transfer: [buffer] }) },
  postMessage: {
    memory: "plain",
    act: (buffer) => {
      const { port1, port2 } = new MessageChannel();
      port1.postMessage(buffer, [buffer]);
      port1.close();
      port2.close();
    },
  },
  ...(hasTransfer
    ? {
        transfer: { memory: "plain", act: (buffer) => buffer.transfer() },
        "transfer to less": { memory: "plain", act: (buffer) => buffer.transfer(8) },
        "transfer, resizable": { memory: "resizable", act: (buffer) => buffer.transferToFixedLength() },
      }
    : {}),
  "resize to nothing": { memory: "resizable", act: (buffer) => buffer.resize(0) },
  "resize to half": { memory: "resizable", act: (buffer) => buffer.resize(buffer.byteLength / 2) },
  "grow, resizable": { memory: "resizable", act: (buffer) => buffer.resize(buffer.maxByteLength) },
  share: { memory: "shared", act: (buffer, worker) => worker.postMessage(buffer) },
  "share and write": { memory: "shared", act: (buffer) => new Uint8Array(buffer).fill(0x7f) },
  "grow, shared": { memory: "growable", act: (buffer) => buffer.grow(buffer.maxByteLength) },
  overwrite: { memory: "plain", after: true, act: (buffer) => new Uint8Array(buffer).fill(0xff) },
  collect: { memory: "plain", drop: true, act: () => {} },
};

const EARLY = ["before the call", "in a getter of the options", "in the operand's own getter", "in a later getter"];
const IN_SIGNAL = "in the signal";
const LATE = ["at once", "after a microtask", "after a turn", "after 1 ms", "after 8 ms"];

// Which operands each door has, and where its caller's code can run within the call.
const DOORS = {
  addon: { operands: ["input", "weight", "bias", "out"], getters: [] },
  functional: { operands: ["input", "weight", "bias", "out"], getters: EARLY.slice(1) },
  "functional on the fallback": { operands: ["input", "weight", "bias", "out"], getters: EARLY.slice(1) },
  plan: { operands: ["input", "out"], getters: EARLY.slice(1, 2) },
  planning: { operands: ["weight", "bias"], getters: EARLY.slice(1) },
  module: { operands: ["input", "weight", "bias", "out"], getters: EARLY.slice(1) },
};

function momentsOf(door, mode) {
  const { getters } = DOORS[door];
  if (mode === "sync") return door === "plan" ? [EARLY[0]] : [EARLY[0], ...getters];
  return [EARLY[0], ...getters, ...(door === "addon" ? [] : [IN_SIGNAL]), ...LATE];
}

function* allCells() {
  for (const door of Object.keys(DOORS)) {
    for (const mode of door === "planning" ? ["sync"] : ["sync", "async"]) {
      for (const operand of DOORS[door].operands) {
        for (const [action, { after = false, drop = false }] of Object.entries(ACTIONS)) {
          for (const moment of momentsOf(door, mode)) {
            if ((after || drop) && !LATE.includes(moment)) continue;
            for (const dtype of ["float32", "float64"]) yield { door, mode, operand, action, moment, dtype };
          }
        }
      }
    }
  }
}

export const CELLS = [...allCells()];
