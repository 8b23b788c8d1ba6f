// A line through points, and the points drawn.

/** The slope of the least-squares line through [x, y] points. */
export function fitSlope(points) {
  const mean = (pick) => points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const mx = mean(([x]) => x);
  const my = mean(([, y]) => y);
  const above = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  const below = points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  return below === 0 ? 0 : above / below;
}

const WIDTH = 720;
const HEIGHT = 260;
const LEFT = 54;
const BOTTOM = 226;
const TOP = 30;

/** Megabytes over minutes as an SVG that reads on light and on dark. */
export function drawCurve(points, { warmUp, slope, commit }) {
  const last = points.at(-1)[0];
  const most = Math.max(...points.map(([, y]) => y));
  const step = most > 400 ? 100 : most > 150 ? 50 : 20;
  const top = step * Math.ceil((1.1 * most) / step);
  const at = (x, y) =>
    [LEFT + ((WIDTH - LEFT - 16) * x) / last, BOTTOM - ((BOTTOM - TOP) * y) / top].map((n) => n.toFixed(1));
  const lines = [];
  for (let y = 0; y <= top; y += step) {
    const [, height] = at(0, y);
    lines.push(`<path d="M${LEFT} ${height}H${WIDTH - 16}" stroke="#8884"/>`);
    lines.push(`<text x="${LEFT - 8}" y="${height}" dy="4" text-anchor="end">${y}</text>`);
  }
  const minutes = last > 20 ? 10 : last > 4 ? 2 : 0.5;
  for (let x = 0; x <= last + 0.01; x += minutes) {
    lines.push(`<text x="${at(x, 0)[0]}" y="${BOTTOM + 18}" text-anchor="middle">${x}</text>`);
  }
  const curve = points.map(([x, y], index) => `${index === 0 ? "M" : "L"}${at(x, y).join(" ")}`).join("");
  const [from] = at(warmUp, 0);
  const title = `Resident memory in MB over minutes: ${slope.toFixed(2)} MB an hour after the first ${warmUp.toFixed(0)} (commit ${commit})`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#777" role="img">
<title>${title}</title>
<text x="${LEFT}" y="16">${title}</text>
${lines.join("\n")}
<path d="M${from} ${TOP}V${BOTTOM}" stroke="#888" stroke-dasharray="3 4"/>
<path d="${curve}" fill="none" stroke="#2a78d6" stroke-width="1.6"/>
</svg>
`;
}
