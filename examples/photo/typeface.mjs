// Letters: the outlines of Lato (Open Font License), read from the package that carries it.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import opentype from "opentype.js";

const CURVE_STEPS = 6; // straight pieces per curve: no corner is visible at the sizes used here

function load(weight) {
  const url = import.meta.resolve(`@fontsource/lato/files/lato-latin-${weight}-normal.woff`);
  const bytes = readFileSync(fileURLToPath(url));
  return opentype.parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

const fonts = new Map();
function font(bold) {
  if (!fonts.has(bold)) fonts.set(bold, load(bold ? 700 : 400));
  return fonts.get(bold);
}

export const textWidth = (text, { size, bold = false }) => font(bold).getAdvanceWidth(text, size);

/** Draws one line with its baseline at `y`; `align` says what of it is at `x`. */
export function drawText(canvas, text, x, y, { size, bold = false, colour, align = "left" }) {
  const width = textWidth(text, { size, bold });
  const left = align === "right" ? x - width : align === "centre" ? x - width / 2 : x;
  const polygons = [];
  for (const command of font(bold).getPath(text, left, y, size).commands) {
    if (command.type === "M") polygons.push([command.x, command.y]);
    else if (command.type === "L") polygons.at(-1).push(command.x, command.y);
    else if (command.type !== "Z") curve(polygons.at(-1), command); // an outline closes itself
  }
  canvas.outlines(polygons, colour);
  return width;
}

/** Appends a quadratic (Q) or cubic (C) curve as straight pieces. */
function curve(points, { type, x1, y1, x2, y2, x, y }) {
  const [startX, startY] = points.slice(-2);
  // A quadratic curve is a cubic one whose control points lie two thirds of the way to its own.
  const [ax, ay, bx, by] =
    type === "C"
      ? [x1, y1, x2, y2]
      : [
          startX + ((x1 - startX) * 2) / 3,
          startY + ((y1 - startY) * 2) / 3,
          x + ((x1 - x) * 2) / 3,
          y + ((y1 - y) * 2) / 3,
        ];
  for (let step = 1; step <= CURVE_STEPS; step++) {
    const t = step / CURVE_STEPS;
    const s = 1 - t;
    points.push(
      s * s * s * startX + 3 * s * s * t * ax + 3 * s * t * t * bx + t * t * t * x,
      s * s * s * startY + 3 * s * s * t * ay + 3 * s * t * t * by + t * t * t * y,
    );
  }
}
