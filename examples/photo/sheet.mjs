// The contact sheet: the photo and the filters above, the weights and the feature maps of the three layers below.
import { Canvas } from "./canvas.mjs";
import { colourPlanes, featureMap, gradientField, signedColour, signedMap } from "./colours.mjs";
import { compact, millions } from "./table.mjs";
import { drawText } from "./typeface.mjs";

const WIDTH = 2000;
const MARGIN = 64;
const GAP = 24;
const CAPTION = 40; // below a filter's picture
const RADIUS = 8;
const BACKGROUND = [15, 17, 21];
const PANEL = [23, 26, 32];
const TEXT = [240, 237, 230];
const QUIET = [150, 152, 162];
const ACCENT = [230, 81, 100];
const PRIMARIES = [
  [232, 84, 84],
  [96, 200, 112],
  [92, 148, 255],
];
const PRIMARY_NAMES = ["red", "green", "blue"];

const COLUMNS = 4; // feature maps in a row of a panel: the kernels of one input colour
const PANEL_PADDING = 24;
const TILE_GAP = 8;
const SWATCH_GAP = 6;
const ROW_MARK = 14; // a bar in the input's colour, left of its maps

/** How a filter's result becomes a picture; Emboss and Laplacian are signed, Sobel is two numbers a pixel. */
const SHOWN_AS = {
  Gaussian: (planes) => colourPlanes(planes),
  Sharpen: (planes) => colourPlanes(planes),
  Emboss: (planes) => colourPlanes(planes, 0.5),
  Sobel: (planes) => gradientField(mean(planes, 0, 2), mean(planes, 1, 2)),
  Laplacian: (planes) => signedMap(mean(planes, 0, 1)),
};
const LEGENDS = {
  Sobel: "hue: direction of the edge",
  Laplacian: "warm: brighter than around",
  Emboss: "lit from above left",
};

/** The mean over the three colours of planes `first`, `first + step`, `first + 2 * step`. */
function mean(planes, first, step) {
  return planes[first].map((value, i) => (value + planes[first + step][i] + planes[first + 2 * step][i]) / 3);
}

function planesOf({ data, shape }) {
  const [channels, height, width] = shape.slice(-3);
  return Array.from({ length: channels }, (_, c) => data.subarray(c * height * width, (c + 1) * height * width));
}

/** The middle of a picture, no longer or higher than is good for a sheet. */
function cropped({ data, width, height }) {
  const aspect = Math.min(1.4, Math.max(0.5, height / width));
  const toWidth = Math.min(width, Math.round(height / aspect));
  const toHeight = Math.min(height, Math.round(width * aspect));
  const [left, top] = [(width - toWidth) >> 1, (height - toHeight) >> 1];
  const out = new Uint8ClampedArray(toWidth * toHeight * 3);
  for (let y = 0; y < toHeight; y++) {
    const from = ((top + y) * width + left) * 3;
    out.set(data.subarray(from, from + toWidth * 3), y * toWidth * 3);
  }
  return { data: out, width: toWidth, height: toHeight };
}

/**
 * Draws everything that was computed. `layers` and `filters` are jobs (jobs.mjs) with their `output` tensor and the
 * `time` in words; `about` is the line below the title.
 */
export function drawSheet(photo, { layers, filters, title, about }) {
  const shown = cropped(photo);
  const aspect = shown.height / shown.width;
  // An even kernel's output has one row and one column more than the photo.
  const asPicture = (rgb, { shape }) => cropped({ data: rgb, width: shape.at(-1), height: shape.at(-2) });

  // The photo is as high as two filters with what is between them: five filters' widths and a rest fill the line.
  const cell = Math.floor((WIDTH - 2 * MARGIN - 3 * GAP - (CAPTION + GAP) / aspect) / 5);
  const cellHeight = Math.round(cell * aspect);
  const photoHeight = 2 * cellHeight + CAPTION + GAP;
  const photoWidth = WIDTH - 2 * MARGIN - 3 * GAP - 3 * cell;
  const top = 168;

  const panelWidth = Math.floor((WIDTH - 2 * MARGIN - 2 * GAP) / 3);
  const tile = Math.floor((panelWidth - 2 * PANEL_PADDING - ROW_MARK - (COLUMNS - 1) * TILE_GAP) / COLUMNS);
  const tileHeight = Math.round(tile * aspect);
  const swatch = Math.floor((panelWidth - 2 * PANEL_PADDING - ROW_MARK - 11 * SWATCH_GAP) / 12);
  const banks = 116; // where the weights begin in a panel
  const maps = banks + 3 * (swatch + SWATCH_GAP) + 24;
  const panelHeight = maps + 3 * (tileHeight + TILE_GAP) - TILE_GAP + PANEL_PADDING;
  const panelTop = top + photoHeight + CAPTION + 24;

  const canvas = new Canvas(WIDTH, panelTop + panelHeight + MARGIN, BACKGROUND);
  drawText(canvas, title, MARGIN, 92, { size: 46, bold: true, colour: TEXT });
  drawText(canvas, about, MARGIN, 132, { size: 22, colour: QUIET });

  canvas.picture(shown, MARGIN, top, photoWidth, photoHeight, { radius: RADIUS });
  caption(canvas, "The photo", `${photo.width} x ${photo.height}`, MARGIN, top + photoHeight, photoWidth);
  const right = MARGIN + photoWidth + GAP;
  filters.forEach((filter, index) => {
    const x = right + (index % 3) * (cell + GAP);
    const y = top + Math.floor(index / 3) * (cellHeight + CAPTION + GAP);
    canvas.picture(asPicture(SHOWN_AS[filter.name](planesOf(filter.output)), filter.output), x, y, cell, cellHeight, {
      radius: RADIUS,
    });
    caption(canvas, filter.name, LEGENDS[filter.name] ?? filter.note, x, y + cellHeight, cell);
  });
  facts(canvas, layers, right + 2 * (cell + GAP), top + cellHeight + CAPTION + GAP, cell, cellHeight + CAPTION - 10);

  layers.forEach((layer, index) => {
    const x = MARGIN + index * (panelWidth + GAP);
    canvas.rectangle(x, panelTop, panelWidth, panelHeight, PANEL, { radius: 14 });
    const left = x + PANEL_PADDING;
    drawText(canvas, layer.name, left, panelTop + 48, { size: 28, bold: true, colour: TEXT });
    drawText(canvas, `${layer.note} · ${layer.time}`, left, panelTop + 82, { size: 19, colour: QUIET });
    drawBank(canvas, layer.weight, left + ROW_MARK, panelTop + banks, swatch);
    planesOf(layer.output).forEach((plane, output) => {
      const [row, column] = [Math.floor(output / COLUMNS), output % COLUMNS];
      const tileX = left + ROW_MARK + column * (tile + TILE_GAP);
      const tileY = panelTop + maps + row * (tileHeight + TILE_GAP);
      canvas.picture(asPicture(featureMap(plane), layer.output), tileX, tileY, tile, tileHeight, { radius: 4 });
      const sees = layer.weight.shape[1] === 1; // one input colour a map: the row tells which
      if (sees && column === 0) canvas.rectangle(left, tileY, 5, tileHeight, PRIMARIES[row], { radius: 2 });
    });
  });
  return canvas;
}

function caption(canvas, name, note, x, y, width) {
  drawText(canvas, name, x, y + 30, { size: 21, bold: true, colour: TEXT });
  drawText(canvas, note, x + width, y + 30, { size: 17, colour: QUIET, align: "right" });
}

/** The weight itself, a square a kernel: one column an output channel, one row an input channel that it sees. */
function drawBank(canvas, weight, left, top, size) {
  const [outputs, inputs, height, width] = weight.shape;
  const limit = weight.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let oc = 0; oc < outputs; oc++) {
    for (let ic = 0; ic < inputs; ic++) {
      const at = (oc * inputs + ic) * height * width;
      const rgb = new Uint8ClampedArray(size * size * 3);
      for (let y = 0; y < size; y++) {
        for (let x = 0; x < size; x++) {
          const tap = Math.floor((y * height) / size) * width + Math.floor((x * width) / size);
          rgb.set(signedColour(weight.data[at + tap], limit), (y * size + x) * 3);
        }
      }
      const [x, y] = [left + oc * (size + SWATCH_GAP), top + ic * (size + SWATCH_GAP)];
      canvas.picture({ data: rgb, width: size, height: size }, x, y, size, size, { radius: 3 });
      if (inputs > 1 && oc === 0) canvas.rectangle(x - ROW_MARK, y, 5, size, PRIMARIES[ic], { radius: 2 });
      if (inputs === 1 && outputs > COLUMNS) {
        canvas.rectangle(x, y + size + 5, size, 4, PRIMARIES[Math.floor(oc / COLUMNS)], { radius: 2 });
      }
    }
  }
  const words =
    inputs > 1
      ? ""
      : outputs > COLUMNS
        ? `${COLUMNS} kernels for each of ${PRIMARY_NAMES.join(", ")}`
        : `these ${outputs} kernels for every colour`;
  if (words) drawText(canvas, words, left, top + size + 40, { size: 18, colour: QUIET });
}

/** What the three layers cost, as bars: the shared bank saves parameters, not multiply-adds. */
function facts(canvas, layers, x, y, width, height) {
  const line = Math.floor(height / (2 * (layers.length + 1)));
  const [size, thick] = line < 36 ? [15, 4] : [17, 6]; // beside a wide photo there is little height
  const bars = (title, top, count, words) => {
    drawText(canvas, title, x, top + 20, { size: 21, bold: true, colour: TEXT });
    const most = Math.max(...layers.map(count));
    layers.forEach((layer, index) => {
      const under = top + (index + 1) * line + 20;
      const value = count(layer);
      drawText(canvas, layer.name, x, under - 7, { size, colour: QUIET });
      drawText(canvas, words(value), x + width, under - 7, { size, bold: true, colour: TEXT, align: "right" });
      canvas.rectangle(x, under, width, thick, PANEL, { radius: thick / 2 });
      canvas.rectangle(x, under, Math.max(6, Math.round((width * value) / most)), thick, ACCENT, { radius: thick / 2 });
    });
  };
  bars("Parameters", y, ({ parameters }) => parameters, compact);
  bars("Multiply-adds", y + (layers.length + 1) * line + 10, ({ multiplyAdds }) => multiplyAdds, millions);
}
