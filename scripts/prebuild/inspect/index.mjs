// Reads what a binary asks of its system: architecture, libraries, imports (with symbol versions), exports, flags.
import { readFileSync } from "node:fs";
import { readElf } from "./elf.mjs";
import { readMachO } from "./macho.mjs";
import { readPe } from "./pe.mjs";

/** Reads the file at `path`; the shape is declared in index.d.mts. */
export function inspect(path) {
  const bytes = readFileSync(path);
  if (bytes.readUInt32BE(0) === 0x7f454c46) return readElf(bytes);
  if (bytes.readUInt16BE(0) === 0x4d5a) return readPe(bytes);
  if (bytes.readUInt32LE(0) === 0xfeedfacf) return readMachO(bytes);
  throw new Error(`${path} is no ELF, PE or Mach-O file`);
}

/** The newest glibc version that is asked for, such as "2.17", or null. */
export function glibcFloor({ imports }) {
  const numbers = imports.flatMap(({ version }) => version?.match(/^GLIBC_2\.(\d+)/)?.[1] ?? []).map(Number);
  return numbers.length > 0 ? `2.${Math.max(...numbers)}` : null;
}
