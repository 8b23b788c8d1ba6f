// What an ELF64 shared object asks of the system that loads it.
const PT = { load: 1, dynamic: 2, tls: 7, stack: 0x6474e551, relro: 0x6474e552 };
const DT = { needed: 1, hash: 4, strtab: 5, symtab: 6, flags: 30, flags1: 0x6ffffffb, verneed: 0x6ffffffe };
const DT_MORE = { verneednum: 0x6fffffff, versym: 0x6ffffff0, textrel: 22 };
const MACHINES = { 62: "x64", 183: "arm64" };

/** The part of a file that is described by a buffer; see index.mjs for the fields. */
export function readElf(bytes) {
  const u16 = (at) => bytes.readUInt16LE(at);
  const u32 = (at) => bytes.readUInt32LE(at);
  const u64 = (at) => Number(bytes.readBigUInt64LE(at));
  const text = (at) => bytes.toString("latin1", at, bytes.indexOf(0, at));

  const segments = Array.from({ length: u16(56) }, (_, i) => {
    const at = u64(32) + i * u16(54);
    const [type, flags, offset, address, size] = [u32(at), u32(at + 4), u64(at + 8), u64(at + 16), u64(at + 32)];
    return { type, flags, offset, address, size };
  });
  const find = (type) => segments.find((segment) => segment.type === type);
  const fileOffset = (address) => {
    const inside = ({ type, address: start, size }) => type === PT.load && address >= start && address < start + size;
    const segment = segments.find(inside);
    return segment.offset + address - segment.address;
  };

  const dynamic = find(PT.dynamic);
  const entries = [];
  for (let at = dynamic.offset; u64(at) !== 0; at += 16) entries.push([u64(at), u64(at + 8)]);
  const value = (tag) => entries.find(([entry]) => entry === tag)?.[1] ?? 0;
  const strings = fileOffset(value(DT.strtab));

  // Version names by the index that the symbols carry.
  const versions = new Map();
  let need = value(DT.verneed) && fileOffset(value(DT.verneed));
  for (let i = value(DT_MORE.verneednum); i > 0; i--) {
    let aux = need + u32(need + 8);
    for (let k = u16(need + 2); k > 0; k--) {
      versions.set(u16(aux + 6), text(strings + u32(aux + 8)));
      aux += u32(aux + 12);
    }
    need += u32(need + 12);
  }

  const symbols = fileOffset(value(DT.symtab));
  const versym = value(DT_MORE.versym) && fileOffset(value(DT_MORE.versym));
  const count = u32(fileOffset(value(DT.hash)) + 4);
  const imports = [];
  const exports = [];
  for (let i = 1; i < count; i++) {
    const at = symbols + i * 24;
    const name = text(strings + u32(at));
    const isWeak = bytes[at + 4] >> 4 === 2;
    if (u16(at + 6) !== 0) exports.push(name);
    else if (!isWeak) imports.push({ name, version: versym ? (versions.get(u16(versym + 2 * i)) ?? null) : null });
  }
  const flags = value(DT.flags);
  const flags1 = value(DT.flags1);
  return {
    format: "elf",
    arch: MACHINES[u16(18)],
    needed: entries.filter(([tag]) => tag === DT.needed).map(([, name]) => text(strings + name)),
    imports,
    exports,
    flags: {
      nodelete: (flags1 & 8) !== 0,
      bindNow: (flags & 8) !== 0 && (flags1 & 1) !== 0,
      relro: find(PT.relro) !== undefined,
      staticTls: (flags & 16) !== 0,
      threadLocal: find(PT.tls) !== undefined,
      textRelocations: (flags & 4) !== 0 || entries.some(([tag]) => tag === DT_MORE.textrel),
      // Without the segment the loader would make the stack executable.
      executableStack: ((find(PT.stack)?.flags ?? 1) & 1) !== 0,
      writableCode: segments.some(({ type, flags: f }) => type === PT.load && (f & 3) === 3),
    },
  };
}
