// All goals, in the order of the table in SECURITY.md.

import abort from "./goals/abort.mjs";
import hostileBuffers from "./goals/hostile-buffers.mjs";
import onlyWorkers from "./goals/only-workers.mjs";
import processEnd from "./goals/process-end.mjs";
import surfaceModel from "./goals/surface-model.mjs";

export const goals = [hostileBuffers, surfaceModel, onlyWorkers, processEnd, abort];

export function findGoal(name) {
  const goal = goals.find((each) => each.name === name);
  if (goal !== undefined) return goal;
  throw new Error(`no goal is called '${name}'; there are ${goals.map((each) => each.name).join(", ")}`);
}
