// Honest timing of several sides on a machine that other work shares: the sides alternate within each round, a
// round times a batch of calls long enough for the clock, and only ratios of one run are believed.

const now = () => performance.now();
const sorted = (values) => [...values].sort((a, b) => a - b);
export const median = (values) => {
  const s = sorted(values);
  return s.length % 2 ? s[(s.length - 1) / 2] : (s[s.length / 2 - 1] + s[s.length / 2]) / 2;
};

/**
 * Milliseconds of one of `calls` calls in a row. A side in another process has a clock of its own, `time(calls)`. A side with
 * `turns` lets the event loop turn once a millisecond meanwhile, as a program does; what the turns cost counts.
 */
async function timeBatch(side, calls) {
  if (side.time) return side.time(calls);
  await side.begin?.();
  const begin = now();
  let turned = begin;
  for (let i = 0; i < calls; ++i) {
    const result = side.run();
    if (result instanceof Promise) await result;
    if (!side.turns || now() - turned < 1) continue;
    await new Promise(setImmediate);
    turned = now();
  }
  return (now() - begin) / calls;
}

/** A first look: warms compilers and caches, and says how long one call takes. */
async function lookAt(side, { batchMs, warmMs, slowMs }) {
  // A first call that took seconds is not made again to find out the same.
  let one = side.firstMs > 3 * slowMs ? side.firstMs : await timeBatch(side, 1);
  if (one > slowMs) return { calls: 1, one };
  for (const begin = now(); now() - begin < warmMs; ) one = Math.min(one, await timeBatch(side, 1));
  return { calls: Math.max(1, Math.min(1e5, Math.round(batchMs / one))), one };
}

export function summary(rounds) {
  const s = sorted(rounds);
  const quartile = (q) => s[Math.round((s.length - 1) * q)];
  return { median: median(s), min: s[0], spread: (quartile(0.75) - quartile(0.25)) / median(s), rounds };
}

/**
 * Times `sides` ({ name, run, begin, turns } or { name, time }) in `rounds` rounds, in another order each round. A side whose call takes
 * longer than `slowMs` is timed once, one of a third of that three times: nobody doubts who is faster then. After a side
 * with threads of its own there is a pause of `settleMs`, in which they stop to spin (OpenMP's for some 10 ms, others' for longer). Returns by name:
 * { median, min, spread, rounds } in ms, spread = (q3 - q1) / median.
 */
export async function compareSides(
  sides,
  { rounds = 11, batchMs = 4, warmMs = 25, slowMs = 600, settleMs = 0, onRound = () => {} } = {},
) {
  const looks = new Map();
  const times = new Map(sides.map((side) => [side.name, []]));
  for (const side of sides) {
    const look = await lookAt(side, { batchMs, warmMs, slowMs });
    looks.set(side, { ...look, most: look.one > slowMs ? 1 : look.one > slowMs / 3 ? 3 : rounds });
    if (look.one > slowMs) times.get(side.name).push(look.one);
    await settle(side, settleMs);
  }
  for (let round = 0; round < rounds; ++round) {
    for (let i = 0; i < sides.length; ++i) {
      const side = sides[(i + round) % sides.length];
      const taken = times.get(side.name);
      const { calls, most } = looks.get(side);
      if (taken.length >= most) continue;
      // The event loop turns between batches, as in any program: finalizers that give memory back run there.
      await new Promise(setImmediate);
      // The other sides have used the caches meanwhile; what counts is the steady state.
      if (calls > 2) await timeBatch(side, 1);
      taken.push(await timeBatch(side, calls));
      await settle(side, settleMs);
    }
    onRound(round);
  }
  return Object.fromEntries([...times].map(([name, taken]) => [name, summary(taken)]));
}

const settle = (side, ms) => (ms > 0 && side.isForeign ? new Promise((resolve) => setTimeout(resolve, ms)) : null);

/** Median over the rounds of other / ours, each round's two sides having run side by side. */
export function ratio(other, ours) {
  const rounds = Math.min(other.rounds.length, ours.rounds.length);
  return median(Array.from({ length: rounds }, (_, i) => other.rounds[i] / ours.rounds[i]));
}

export const geomean = (values) => Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length);
