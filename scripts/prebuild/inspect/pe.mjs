// What a PE32+ library (Windows) asks of the system that loads it.
const MACHINES = { 34404: "x64", 43620: "arm64" };
const CHARACTERISTICS = { highEntropy: 0x20, dynamicBase: 0x40, noExecute: 0x100 };

/** See index.mjs for the fields. */
export function readPe(bytes) {
  const u16 = (at) => bytes.readUInt16LE(at);
  const u32 = (at) => bytes.readUInt32LE(at);
  const u64 = (at) => bytes.readBigUInt64LE(at);
  const text = (at) => bytes.toString("latin1", at, bytes.indexOf(0, at));

  const header = u32(60);
  const optional = header + 24;
  const sections = Array.from({ length: u16(header + 6) }, (_, i) => {
    const at = optional + u16(header + 20) + i * 40;
    const [size, address, offset, flags] = [u32(at + 8), u32(at + 12), u32(at + 20), u32(at + 36)];
    return { size, address, offset, flags };
  });
  const fileOffset = (address) => {
    const section = sections.find((s) => address >= s.address && address < s.address + s.size);
    return section.offset + address - section.address;
  };
  const directory = (index) => u32(optional + 112 + index * 8);

  // Names in a table of thunks; an ordinal has the highest bit set.
  const names = (table) => {
    const found = [];
    for (let at = fileOffset(table); u64(at) !== 0n; at += 8)
      found.push(u64(at) >> 63n ? `#${u64(at) & 0xffffn}` : text(fileOffset(Number(u64(at))) + 2));
    return found;
  };
  const libraries = [];
  if (directory(1))
    for (let at = fileOffset(directory(1)); u32(at + 12) !== 0; at += 20)
      libraries.push({
        library: text(fileOffset(u32(at + 12))),
        delayed: false,
        names: names(u32(at) || u32(at + 16)),
      });
  if (directory(13))
    for (let at = fileOffset(directory(13)); u32(at + 4) !== 0; at += 32)
      libraries.push({ library: text(fileOffset(u32(at + 4))), delayed: true, names: names(u32(at + 16)) });

  const exports = [];
  if (directory(0)) {
    const at = fileOffset(directory(0));
    const table = fileOffset(u32(at + 32));
    for (let i = 0; i < u32(at + 24); i++) exports.push(text(fileOffset(u32(table + 4 * i))));
  }
  const characteristics = u16(optional + 70);
  const has = (bit) => (characteristics & bit) !== 0;
  return {
    format: "pe",
    arch: MACHINES[u16(header + 4)],
    needed: libraries.filter(({ delayed }) => !delayed).map(({ library }) => library),
    delayed: libraries.filter(({ delayed }) => delayed).map(({ library }) => library),
    imports: libraries.flatMap(({ library, names: all }) => all.map((name) => ({ name, version: null, library }))),
    exports,
    flags: {
      highEntropy: has(CHARACTERISTICS.highEntropy),
      dynamicBase: has(CHARACTERISTICS.dynamicBase),
      noExecute: has(CHARACTERISTICS.noExecute),
      writableCode: sections.some(({ flags }) => (flags & 0x20000000) !== 0 && (flags & 0x80000000) !== 0),
    },
  };
}
