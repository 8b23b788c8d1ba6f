// What scripts/coverage.sh shows, from llvm-cov's export: branches of each file that went both ways.
import { readFileSync } from "node:fs";

const [file, option] = process.argv.slice(2);
const total = { reached: 0, all: 0 };
for (const { filename, branches } of JSON.parse(readFileSync(file, "utf8")).data[0].files) {
  // One place in the source may be instantiated often.
  const places = new Map();
  for (const [line, column, , , taken, notTaken] of branches) {
    const place = places.get(`${line}:${column}`) ?? { line, taken: 0, notTaken: 0 };
    places.set(`${line}:${column}`, { line, taken: place.taken + taken, notTaken: place.notTaken + notTaken });
  }
  const all = 2 * places.size;
  if (all === 0) continue;
  const reached = [...places.values()].reduce((sum, place) => sum + (place.taken > 0) + (place.notTaken > 0), 0);
  total.reached += reached;
  total.all += all;
  const name = filename.replace(/.*\/native\//, "native/");
  console.log(`${name.padEnd(36)} ${String(reached).padStart(4)} of ${String(all).padStart(4)}`);
  if (option !== "--missed") continue;
  const lines = readFileSync(filename, "utf8").split("\n");
  for (const [place, { line, taken, notTaken }] of places)
    if (taken === 0 || notTaken === 0)
      console.log(`    ${place.padEnd(8)} never ${taken === 0 ? "true " : "false"}  ${lines[line - 1].trim()}`);
}
console.log(`${total.reached} of ${total.all} branches`);
