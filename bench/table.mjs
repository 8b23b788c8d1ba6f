// What the benchmark prints: the layers, the goals, and the shares of the roofline.
import { bestPeer, isAny, isPlain, rowsOn } from "./goals.mjs";
import { geomean } from "./timing.mjs";

const right = (text, width) => String(text).padStart(width);

function peerCell(best) {
  return best ? `${best.ratio.toFixed(2)}x ${best.name}` : "-";
}

export function layersTable(result, threads) {
  const rows = rowsOn(result, threads);
  if (rows.length === 0) return [];
  const limits = result.limits[threads];
  const lines = [
    "",
    `${threads} thread${threads > 1 ? "s" : ""}: median us of module.forward(x, { out }); peer time / our time of the fastest peer` +
      (limits ? `; FMA peak ${limits.gflops.toFixed(1)} GFLOP/s, measured in this run` : ""),
    `${"layer".padEnd(24)}${right("us", 9)}${right("GFLOP/s", 9)}${right("of roof", 9)}  ${"plain NCHW".padEnd(24)}  ${"any layout".padEnd(28)}  kernel`,
  ];
  for (const row of rows) {
    lines.push(
      [
        row.name.padEnd(24),
        right((row.mine.median * 1e3).toFixed(1), 9),
        right((row.flop / row.mine.median / 1e6).toFixed(1), 9),
        right(row.share === null ? "-" : `${(100 * row.share).toFixed(0)} %`, 9),
        `  ${peerCell(bestPeer(row, result.sides, isPlain)).padEnd(24)}`,
        `  ${peerCell(bestPeer(row, result.sides, isAny)).padEnd(28)}`,
        `  ${row.kernel}`,
      ].join(""),
    );
  }
  for (const kind of new Set(rows.map((row) => row.kind))) {
    const means = Object.keys(result.versions).flatMap((name) => {
      const ratios = rows.filter((row) => row.kind === kind && row.ratios[name]).map((row) => row.ratios[name]);
      return ratios.length ? [`${name} ${geomean(ratios).toFixed(2)}x`] : [];
    });
    if (means.length) lines.push(`${kind.padEnd(10)} geometric mean of peer / ours: ${means.join(", ")}`);
  }
  return lines;
}

const verdict = (met) => (met === null ? "-" : met ? "met" : "LOST");

export function goalsTable(result) {
  const lines = ["", "goals"];
  for (const { what, goal, measured, met, losses } of result.goals) {
    if (met === null) continue;
    lines.push(`${verdict(met).padEnd(5)} ${what}: ${goal}; ${measured}`);
    for (const loss of losses) lines.push(`        ${loss}`);
  }
  const shares = result.roofline;
  const lost = shares.filter(({ met }) => !met);
  if (shares.length) {
    lines.push("", `share of the roofline, 1 thread: ${shares.length - lost.length} of ${shares.length} goals met`);
    for (const { name, mode, goal, share } of lost)
      lines.push(`LOST  ${name} ${mode}: ${(100 * share).toFixed(0)} % of ${(100 * goal).toFixed(0)} %`);
  }
  return lines;
}
