// Numbers as a person reads them, and rows of them in columns.

/** 1234567 as `1,234,567`. */
export const compact = (value) => value.toLocaleString("en-US");

/** Millions with three digits that count: 111, 33.4, 0.52. */
export const millions = (value) => `${Number((value / 1e6).toPrecision(3))} M`;

/** Milliseconds with three digits that count. */
export const milliseconds = (value) => `${value < 100 ? value.toPrecision(3) : value.toFixed(0)} ms`;

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Rows of strings under headings; the first column is set to the left, numbers to the right. `emphasise` wraps the
 * headings where a terminal shows it.
 */
export function formatTable(headings, rows, emphasise = (text) => text) {
  const widths = headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => row[column].length)));
  const line = (cells) =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join("   ")
      .trimEnd();
  return [emphasise(line(headings)), widths.map((width) => "-".repeat(width)).join("   "), ...rows.map(line)].join(
    "\n",
  );
}
