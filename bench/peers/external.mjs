// Peers in processes of their own, over the line protocol of driver.h: the C++ programs of this folder, PyTorch, and this
// package with another backend.
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** One line to the process, one line back. */
class Conversation {
  #waiting = [];
  #ended = null;

  constructor(command, args, env) {
    this.process = spawn(command, args, { stdio: ["pipe", "pipe", "ignore"], env: { ...process.env, ...env } });
    createInterface({ input: this.process.stdout }).on("line", (line) => this.#waiting.shift()?.resolve(line));
    const end = (why) => {
      this.#ended ??= new Error(`${command} ended: ${why}`);
      for (const { reject } of this.#waiting.splice(0)) reject(this.#ended);
    };
    this.process.on("error", (error) => end(error.message));
    this.process.on("exit", (code, signal) => end(signal ?? `code ${code}`));
    this.process.stdin.on("error", () => {});
  }

  /** The next line. */
  listen() {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  ask(...words) {
    const answer = this.listen();
    this.process.stdin.write(`${words.join("\t")}\n`);
    return answer;
  }

  end() {
    this.process.stdin.end();
  }
}

function writeArrays(path, arrays) {
  const file = openSync(path, "w");
  for (const { buffer, byteOffset, byteLength } of arrays) {
    for (let at = 0; at < byteLength; ) at += writeSync(file, new Uint8Array(buffer, byteOffset + at, byteLength - at));
  }
  closeSync(file);
}

/**
 * One side of a peer: `layout` is "plain" (channels first in and out, everything counted) or "best" (whatever suits it).
 * `start` says what to run, or null where it is not installed; `remedy` is what to tell then.
 */
export function externalSide({ name, layout, start, remedy, takes = () => true }) {
  let talk = null;
  let folder = null;
  return {
    name,
    layout,
    takes,
    isForeign: true,
    async load() {
      const found = start();
      if (found === null) throw new Error(remedy);
      talk = new Conversation(found.command, found.args ?? [], found.env ?? {});
      const line = await talk.listen();
      if (!line.startsWith("ready ")) throw new Error(line);
      folder = mkdtempSync(join(tmpdir(), "depthwise-bench-"));
      return line.slice("ready ".length);
    },
    close() {
      talk?.end();
      if (folder) rmSync(folder, { recursive: true, force: true });
    },
    async prepare(shape, { input, weight, bias }, threads) {
      const arrays = join(folder, "arrays");
      const output = join(folder, "output");
      writeArrays(arrays, [input, weight, bias]);
      const { descriptor, batch, inChannels, outChannels, groups, kernel, stride, dilation, pad } = shape;
      const sizes = { in: shape.input, out: shape.output, kernel, stride, dilation, pad };
      const fields = { layout, threads, arrays, output, descriptor, batch, inChannels, outChannels, groups, ...sizes };
      const answer = await talk.ask("prepare", ...Object.entries(fields).map(([key, value]) => `${key}=${value}`));
      if (!answer.startsWith("ok")) return { refused: answer.replace(/^no /, "") };
      const [, firstMs, how] = /^ok (\S+) (.*)$/.exec(answer) ?? [];
      return {
        how,
        firstMs: Number(firstMs),
        async time(calls) {
          const line = await talk.ask("run", calls);
          const ms = Number(line);
          if (!(ms > 0)) throw new Error(`${name}: ${line}`);
          return ms;
        },
        async output() {
          const bytes = readFileSync(output);
          return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
        },
        release: () => talk.ask("release"),
      };
    },
  };
}
