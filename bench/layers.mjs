// Every layer against its peers: prepared, verified against the formula, then timed side by side.
import { largestError, makeOperands } from "./shapes.mjs";
import { compareSides } from "./timing.mjs";

/** A side whose answer is further from the formula than the golden tolerance is wrong, whatever its speed. */
export class WrongAnswer extends Error {}

/** Times one shape on the sides that take it. Returns { times, how, refused, error }, each by the side's name. */
export async function timeShape(shape, sides, threads, timing, operands = makeOperands(shape)) {
  const ready = [];
  const how = {};
  const refused = {};
  const error = {};
  try {
    for (const side of sides) {
      if (!side.takes(shape)) continue;
      const prepared = await side.prepare(shape, operands, threads);
      if (prepared.refused) {
        refused[side.name] = prepared.refused;
        continue;
      }
      ready.push({ name: side.name, isForeign: side.isForeign, ...prepared });
      if (prepared.how) how[side.name] = prepared.how;
      error[side.name] = largestError(shape, operands, await prepared.output());
      if (error[side.name] <= 1) continue;
      const message = `${side.name} is wrong on ${shape.name}: ${error[side.name].toFixed(2)} times the tolerance`;
      if (side.layout === "own") throw new WrongAnswer(message);
      // A peer that is wrong is not timed, and the report says why.
      refused[side.name] = message;
      await ready.pop().release();
    }
    // XNNPACK's threads spin for more than 20 ms on a Zen 4: with such a pause they took half of the next side's second core.
    const times = await compareSides(ready, { settleMs: threads > 1 ? 80 : 0, ...timing });
    return { times, how, refused, error };
  } finally {
    for (const side of ready) await side.release();
  }
}

/** The kernel that the library chose, from its own description. */
export function kernelOf(library, shape, layout = "NCHW") {
  const { inputShape, weightShape, stride, pad, dilation, groups } = shape;
  const [n, c, ...space] = inputShape;
  const plan = library.functional[`planConv${shape.rank}d`](
    layout === "NHWC" ? [n, ...space, c] : inputShape,
    library.zeros(weightShape),
    library.zeros([shape.outChannels]),
    { stride, padding: pad, dilation, groups, layout },
  );
  return plan.kernel;
}
