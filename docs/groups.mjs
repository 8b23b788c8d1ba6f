// Draws the README's picture of groups, light and dark: node docs/groups.mjs
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const IN = 3;
const OUT = 6;
const PER = OUT / IN;
const WIDTH = 1016;
const START = -16; // room for the names of the rows
const HEIGHT = 560;
const COLUMN = 300;
const LEFT = [30, 360, 690];

const PALETTES = {
  light: {
    page: "#ffffff",
    panel: "#f5f6f8",
    text: "#1c1f24",
    quiet: "#5d636e",
    line: "#d3d7de",
    bank: "#767d8a",
    channels: ["#d9483b", "#2f9e5b", "#3170d6"],
  },
  dark: {
    page: "#0d1117",
    panel: "#161b22",
    text: "#e6e8eb",
    quiet: "#9aa1ac",
    line: "#343b45",
    bank: "#8e96a3",
    channels: ["#f2766b", "#56c983", "#6ea3ff"],
  },
};

const ROWS = { title: 44, input: 104, weight: 210, bias: 372, output: 432 };
const PLANE = 40; // an input or output channel
const TAP = 9; // one tap of a kernel
const KERNEL = 3 * TAP + 4;
const slot = (index) => 6 + index * 49; // the left edge of output column `index` in a panel
const inputX = (channel) => slot(channel * PER) + 49 / 2; // above the outputs that are its own

function draw(p) {
  const parts = [];
  const add = (...lines) => parts.push(...lines);
  const text = (x, y, words, { size = 13, fill = p.text, weight = 400, anchor = "start", mono = false } = {}) =>
    add(
      `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" font-weight="${weight}" text-anchor="${anchor}"` +
        `${mono ? ' font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace"' : ""}>${words}</text>`,
    );
  const box = (x, y, w, h, fill, extra = "") =>
    add(`<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="4" fill="${fill}" ${extra}/>`);
  const line = (x1, y1, x2, y2, stroke, opacity = 0.75) =>
    add(
      `<path d="M${x1} ${y1} C${x1} ${(y1 + y2) / 2} ${x2} ${(y1 + y2) / 2} ${x2} ${y2}" fill="none" stroke="${stroke}" stroke-opacity="${opacity}" stroke-width="1.6"/>`,
    );

  /** A 3x3 kernel; `shades` varies so that two kernels of one colour differ. */
  const kernel = (x, y, fill, shades) => {
    for (let tap = 0; tap < 9; tap++) {
      const opacity = 0.35 + 0.65 * (((tap * 7 + shades * 5) % 9) / 8);
      add(
        `<rect x="${x + (tap % 3) * (TAP + 2)}" y="${y + Math.floor(tap / 3) * (TAP + 2)}" width="${TAP}" height="${TAP}" rx="1.5"` +
          ` fill="${fill}" fill-opacity="${opacity.toFixed(2)}"/>`,
      );
    }
  };
  const inputs = (left) => {
    for (let c = 0; c < IN; c++) box(left + inputX(c) - PLANE / 2, ROWS.input, PLANE, PLANE, p.channels[c]);
  };
  const biases = (left, label) => {
    for (let o = 0; o < OUT; o++) {
      const x = left + slot(o) + KERNEL / 2;
      add(`<circle cx="${x}" cy="${ROWS.bias}" r="11" fill="${p.panel}" stroke="${p.quiet}"/>`);
      text(x, ROWS.bias + 4, label(o), { size: 11, fill: p.text, anchor: "middle" });
    }
  };
  const outputs = (left, fill) => {
    for (let o = 0; o < OUT; o++) {
      const x = left + slot(o) + KERNEL / 2 - PLANE / 2;
      line(left + slot(o) + KERNEL / 2, ROWS.bias + 12, x + PLANE / 2, ROWS.output, p.quiet);
      box(x, ROWS.output, PLANE, PLANE, fill(o));
    }
  };
  const panel = (index, title, shape, foot) => {
    box(LEFT[index] - 14, 14, COLUMN + 20, HEIGHT - 28, p.panel, `stroke="${p.line}"`);
    text(LEFT[index], ROWS.title, title, { size: 18, weight: 600 });
    text(LEFT[index], ROWS.title + 24, shape, { size: 12.5, fill: p.quiet, mono: true });
    foot.forEach((words, i) => {
      text(LEFT[index], ROWS.output + PLANE + 26 + i * 18, words, { size: 13, fill: i === 0 ? p.text : p.quiet });
    });
  };

  add(`<rect x="${START}" width="${WIDTH}" height="${HEIGHT}" fill="${p.page}"/>`);
  add(
    `<defs><linearGradient id="mixed" x2="1" y2="1">${p.channels
      .map((colour, i) => `<stop offset="${[0.1, 0.5, 0.9][i]}" stop-color="${colour}"/>`)
      .join("")}</linearGradient></defs>`,
  );

  // groups = 1: every output has a kernel for every input.
  let left = LEFT[0];
  panel(0, "groups = 1", "weight [6, 3, k, k]  bias [6]", [
    "Every output sees every input channel,",
    "through a kernel for each: 18 kernels.",
  ]);
  for (let c = 0; c < IN; c++)
    for (let o = 0; o < OUT; o++)
      line(left + inputX(c), ROWS.input + PLANE, left + slot(o) + KERNEL / 2, ROWS.weight - 6, p.channels[c], 0.35);
  inputs(left);
  for (let o = 0; o < OUT; o++)
    for (let c = 0; c < IN; c++) kernel(left + slot(o), ROWS.weight + c * (KERNEL + 12), p.channels[c], o * IN + c);
  biases(left, (o) => `b${o}`);
  outputs(left, () => "url(#mixed)");

  // groups = Cin: the weight is cut as well; a group's outputs have kernels for its own input only.
  left = LEFT[1];
  panel(1, "groups = 3: depthwise", "weight [6, 1, k, k]  bias [6]", [
    "groups cuts the input and the weight:",
    "an output sees one channel. 6 kernels.",
  ]);
  for (let o = 0; o < OUT; o++) {
    const c = Math.floor(o / PER);
    line(left + inputX(c), ROWS.input + PLANE, left + slot(o) + KERNEL / 2, ROWS.weight + KERNEL + 6, p.channels[c]);
  }
  inputs(left);
  for (let o = 0; o < OUT; o++) kernel(left + slot(o), ROWS.weight + KERNEL + 12, p.channels[Math.floor(o / PER)], o);
  for (let cut = 1; cut < IN; cut++) {
    const x = left + slot(cut * PER) - 9;
    add(
      `<path d="M${x} ${ROWS.input - 6} V${ROWS.output + PLANE + 4}" stroke="${p.quiet}" stroke-width="1.2" stroke-dasharray="4 4"/>`,
    );
  }
  biases(left, (o) => `b${o}`);
  outputs(left, (o) => p.channels[Math.floor(o / PER)]);

  // A shared bank: two kernels and two biases for all three channels.
  left = LEFT[2];
  panel(2, "shared bank", "weight [2, 1, k, k]  bias [2]", [
    "Every channel uses the same 2 kernels,",
    "and the same 2 biases: output c*M + m",
    "gets bias m. Repeat one, repeat both.",
  ]);
  const bankLeft = left + slot(2) + 4;
  const bankY = ROWS.weight + KERNEL + 12;
  const kernelX = (m) => bankLeft + m * 49;
  for (let c = 0; c < IN; c++) line(left + inputX(c), ROWS.input + PLANE, bankLeft + 40, bankY - 14, p.channels[c]);
  inputs(left);
  add(
    `<rect x="${bankLeft - 12}" y="${bankY - 14}" width="104" height="${KERNEL + 26}" rx="8" fill="${p.page}" stroke="${p.quiet}"/>`,
  );
  for (let m = 0; m < PER; m++) kernel(kernelX(m), bankY, p.bank, m * 2 + 1);
  for (let o = 0; o < OUT; o++) {
    const x = left + slot(o) + KERNEL / 2;
    line(kernelX(o % PER) + KERNEL / 2, bankY + KERNEL + 12, x, ROWS.bias - 12, p.channels[Math.floor(o / PER)]);
  }
  biases(left, (o) => `b${o % PER}`);
  outputs(left, (o) => p.channels[Math.floor(o / PER)]);

  for (const [words, y] of [
    ["input", ROWS.input + 24],
    ["weight", ROWS.weight + 64],
    ["bias", ROWS.bias + 4],
    ["output", ROWS.output + 24],
  ]) {
    add(
      `<text x="6" y="${y}" font-size="12" fill="${p.quiet}" text-anchor="middle" transform="rotate(-90 6 ${y})">${words}</text>`,
    );
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${START} 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif" role="img">`,
    "<title>What groups does to the input and to the weight</title>",
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

for (const [name, palette] of Object.entries(PALETTES)) {
  writeFileSync(fileURLToPath(new URL(`groups-${name}.svg`, import.meta.url)), draw(palette));
}
