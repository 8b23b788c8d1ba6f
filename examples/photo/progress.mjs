// One line that is written over and over on a terminal, and nothing at all elsewhere.

export class Progress {
  #stream;
  #shown = false;

  constructor(stream) {
    this.#stream = stream.isTTY ? stream : null;
  }

  /** Shows that step `done` of `total` has begun. */
  show(done, total, what) {
    if (this.#stream === null) return;
    const cells = 24;
    const filled = Math.round((cells * done) / total);
    const line = ` ${"█".repeat(filled)}${"░".repeat(cells - filled)}  ${what}`;
    const room = Math.max(1, (this.#stream.columns || 80) - 1);
    this.#stream.write(`\r\x1b[K${line.slice(0, room)}`);
    this.#shown = true;
  }

  /** Takes the line away, so that what is printed next stands alone. */
  clear() {
    if (this.#shown) this.#stream?.write("\r\x1b[K");
    this.#shown = false;
  }
}

/** Bold on a terminal that shows it; NO_COLOR and a pipe get plain text. */
export function bold(stream, environment = process.env) {
  const plain = !stream.isTTY || environment.NO_COLOR || stream.getColorDepth() === 1;
  return plain ? (text) => text : (text) => `\x1b[1m${text}\x1b[22m`;
}
