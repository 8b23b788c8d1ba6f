// Control groups of our own, where this machine lets us make any.
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";

/**
 * The folder of a new group that has one of the `limits` ({ tree, file, value }), set to its value where there is one; null
 * where none can be made. `rmdirSync` removes it.
 */
export function makeGroup(limits) {
  for (const { tree, file, value } of limits) {
    const folder = `${tree}/depthwise-reliability-${process.pid}`;
    try {
      mkdirSync(folder);
      if (existsSync(`${folder}/${file}`)) {
        if (value !== undefined) writeFileSync(`${folder}/${file}`, value);
        return folder;
      }
    } catch {}
    if (existsSync(folder)) rmdirSync(folder);
  }
  return null;
}
