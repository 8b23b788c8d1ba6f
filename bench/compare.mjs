// Two results, layer by layer: npm run bench:compare before.json after.json
//
// What counts as a change. Machines drift from run to run, so the change of a layer is taken after subtracting the drift: the
// median change of all peers that both runs timed in the same version, whose code has not changed. The noise of a layer is the
// standard error of both of its medians (from the spread of their rounds: 1.25 * sigma / sqrt(rounds), sigma = quartile
// distance / 1.35) and the scatter of the peers' changes around the drift (1.48 times their median deviation), added as squares.
// Marked is what exceeds twice the noise and two percent. Without peers in common only the rounds speak, and that is said.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { median } from "./timing.mjs";

const OWN = "depthwise";
const LEAST = 0.02;

/** Relative standard error of a median, from the quartile distance of its rounds. */
const standardError = ({ spread, rounds }) => (1.25 * (spread / 1.35)) / Math.sqrt(rounds.length);

function pairs(before, after) {
  const old = new Map(before.layers.map((layer) => [layer.name, layer]));
  return after.layers.flatMap((layer) => {
    const was = old.get(layer.name);
    if (!was || was.descriptor !== layer.descriptor) return [];
    return Object.keys(layer.threads)
      .filter((threads) => was.threads[threads])
      .flatMap((threads) => {
        const [a, b] = [was.threads[threads].times, layer.threads[threads].times];
        return Object.keys(b)
          .filter((side) => a[side])
          .map((side) => ({
            layer: layer.name,
            threads,
            side,
            a: a[side],
            b: b[side],
            kernels: [was.kernel, layer.kernel],
          }));
      });
  });
}

/** { rows: [{ layer, threads, side, before, after, change, noise, mark }], drift, scatter, peers }; mark: "faster", "slower" or "". */
export function compareResults(before, after) {
  const all = pairs(before, after).map((pair) => ({ ...pair, change: Math.log(pair.b.median / pair.a.median) }));
  const isSame = (side) => before.versions[side] !== undefined && before.versions[side] === after.versions[side];
  const foreign = all.filter(({ side }) => !side.startsWith(OWN) && isSame(side)).map(({ change }) => change);
  const drift = foreign.length ? median(foreign) : 0;
  const scatter = foreign.length ? 1.48 * median(foreign.map((change) => Math.abs(change - drift))) : 0;
  const rows = all
    .filter(({ side }) => side.startsWith(OWN))
    .map(({ layer, threads, side, a, b, change, kernels }) => {
      const own = change - drift;
      const noise = Math.hypot(standardError(a), standardError(b), scatter);
      const isChange = Math.abs(own) > Math.max(2 * noise, LEAST);
      const mark = isChange ? (own < 0 ? "faster" : "slower") : "";
      return {
        layer,
        threads,
        side,
        before: a.median,
        after: b.median,
        change: Math.exp(own) - 1,
        noise,
        mark,
        kernels,
      };
    });
  return { rows, drift: Math.exp(drift) - 1, scatter, peers: foreign.length };
}

const percent = (value) => `${value > 0 ? "+" : ""}${(100 * value).toFixed(1)} %`;

export function compareTable({ rows, drift, scatter, peers }) {
  const lines = [
    peers
      ? `drift of the machine ${percent(drift)}, scatter ${(100 * scatter).toFixed(1)} %, from ${peers} times of unchanged peers`
      : "no peer was timed in the same version in both runs: the drift of the machine is not known and counts as change",
    `${"layer".padEnd(24)}${"threads".padStart(8)}  ${"side".padEnd(22)}${"before us".padStart(11)}${"after us".padStart(11)}${"time".padStart(10)}${"noise".padStart(9)}`,
  ];
  for (const { layer, threads, side, before, after, change, noise, mark, kernels } of rows) {
    const moved = kernels[0] === kernels[1] ? "" : `  ${kernels[0]} -> ${kernels[1]}`;
    lines.push(
      `${layer.padEnd(24)}${String(threads).padStart(8)}  ${side.padEnd(22)}${(before * 1e3).toFixed(1).padStart(11)}${(after * 1e3).toFixed(1).padStart(11)}${percent(change).padStart(10)}${`${(100 * noise).toFixed(1)} %`.padStart(9)}  ${mark}${moved}`,
    );
  }
  const count = (mark) => rows.filter((row) => row.mark === mark).length;
  lines.push(`${count("faster")} faster, ${count("slower")} slower, ${count("")} within the noise`);
  return lines;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const files = process.argv.slice(2);
  if (files.length !== 2) {
    console.error("usage: npm run bench:compare before.json after.json");
    process.exit(1);
  }
  const [before, after] = files.map((file) => JSON.parse(readFileSync(file, "utf8")));
  for (const line of compareTable(compareResults(before, after))) console.log(line);
}
