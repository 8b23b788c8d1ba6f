// Honest timing of several sides on a machine that other work shares: the sides alternate within each round, a
// round times a batch of calls long enough for the clock, and only ratios of one run are believed.

const now = () => performance.now();
const sorted = (values) => [...values].sort((a, b) => a - b);
export const median = (values) => {
  const s = sorted(values);
  return s.length % 2 ? s[(s.length - 1) / 2] : (s[s.length / 2 - 1] + s[s.length / 2]) / 2;
};

/** Runs `calls` calls one after the other and gives the milliseconds of one. Awaits only what is a promise. */
async function timeBatch(run, calls) {
  const begin = now();
  for (let i = 0; i < calls; ++i) {
    const result = run();
    if (result instanceof Promise) await result;
  }
  return (now() - begin) / calls;
}

/** Calls that take about `batchMs` together, after a warm-up that lets compilers and caches settle. */
async function calibrate(run, batchMs, warmMs) {
  let one = await timeBatch(run, 1);
  for (const begin = now(); now() - begin < warmMs; ) one = Math.min(one, await timeBatch(run, 1));
  return Math.max(1, Math.min(1e5, Math.round(batchMs / one)));
}

/**
 * Times `sides` ({ name, run }) in `rounds` rounds. A side whose single call takes more than `slowMs` is timed in the
 * first rounds only, at least three. Returns by name: { median, min, spread, rounds } in ms, spread = (q3 - q1) / median.
 */
export async function compareSides(
  sides,
  { rounds = 21, batchMs = 6, warmMs = 60, slowMs = 400, onRound = () => {} } = {},
) {
  const calls = new Map();
  const times = new Map(sides.map((side) => [side.name, []]));
  for (const side of sides) calls.set(side, await calibrate(side.run, batchMs, warmMs));
  for (let round = 0; round < rounds; ++round) {
    for (const side of sides) {
      const taken = times.get(side.name);
      if (taken.length >= 3 && taken[0] > slowMs) continue;
      taken.push(await timeBatch(side.run, calls.get(side)));
    }
    onRound(round);
  }
  return Object.fromEntries(
    [...times].map(([name, taken]) => {
      const s = sorted(taken);
      const quartile = (q) => s[Math.round((s.length - 1) * q)];
      return [
        name,
        { median: median(s), min: s[0], spread: (quartile(0.75) - quartile(0.25)) / median(s), rounds: taken },
      ];
    }),
  );
}

/** Median over the rounds of other / ours, each round's two sides having run side by side. */
export function ratio(other, ours) {
  const rounds = Math.min(other.rounds.length, ours.rounds.length);
  return median(Array.from({ length: rounds }, (_, i) => other.rounds[i] / ours.rounds[i]));
}

export const geomean = (values) => Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length);
