// All goals, in the order of the table in SECURITY.md.

import abort from "./goals/abort.mjs";
import cpuLimits from "./goals/cpu-limits.mjs";
import faults from "./goals/faults.mjs";
import fuzz from "./goals/fuzz.mjs";
import hostState from "./goals/host-state.mjs";
import hostileBuffers from "./goals/hostile-buffers.mjs";
import inFlight from "./goals/in-flight.mjs";
import limits from "./goals/limits.mjs";
import mutants from "./goals/mutants.mjs";
import nodeFaults from "./goals/node-faults.mjs";
import onlyWorkers from "./goals/only-workers.mjs";
import processEnd from "./goals/process-end.mjs";
import randomCases from "./goals/random-cases.mjs";
import sameBits from "./goals/same-bits.mjs";
import soak from "./goals/soak.mjs";
import surfaceModel from "./goals/surface-model.mjs";

export const goals = [
  fuzz,
  randomCases,
  hostileBuffers,
  surfaceModel,
  onlyWorkers,
  processEnd,
  faults,
  nodeFaults,
  limits,
  inFlight,
  abort,
  sameBits,
  cpuLimits,
  hostState,
  mutants,
  soak,
];

export function findGoal(name) {
  const goal = goals.find((each) => each.name === name);
  if (goal !== undefined) return goal;
  throw new Error(`no goal is called '${name}'; there are ${goals.map((each) => each.name).join(", ")}`);
}
