// What a 64-bit Mach-O library (macOS) asks of the system that loads it.
const ARCHES = { 16777223: "x64", 16777228: "arm64" };
const LC = { symtab: 2, loadDylib: 12, segment: 25, signature: 29, buildVersion: 50 };

/** See index.mjs for the fields. */
export function readMachO(bytes) {
  const u32 = (at) => bytes.readUInt32LE(at);
  const text = (at) => bytes.toString("latin1", at, bytes.indexOf(0, at));
  const version = (number) => `${number >>> 16}.${(number >>> 8) & 255}`;

  const commands = [];
  for (let i = 0, at = 32; i < u32(16); i++, at += u32(at + 4)) commands.push({ type: u32(at), at });
  const all = (type) => commands.filter((command) => command.type === type);
  const one = (type) => all(type)[0]?.at;

  // External symbols: defined ones are exports, undefined ones imports.
  const imports = [];
  const exports = [];
  const symtab = one(LC.symtab);
  const [symbols, count, strings] = [u32(symtab + 8), u32(symtab + 12), u32(symtab + 16)];
  for (let i = 0; i < count; i++) {
    const at = symbols + 16 * i;
    const type = bytes[at + 4];
    if ((type & 1) === 0 || (type & 0xe0) !== 0) continue; // local or for debuggers
    const name = text(strings + u32(at)).replace(/^_/, "");
    if ((type & 0x0e) !== 0) exports.push(name);
    // The high byte of the description is the number of the library; 0xfe: looked up at run time.
    else imports.push({ name, version: null, library: bytes[at + 7] === 0xfe ? "dynamic lookup" : "library" });
  }
  const build = one(LC.buildVersion);
  return {
    format: "macho",
    arch: ARCHES[u32(4)],
    needed: all(LC.loadDylib).map(({ at }) => text(at + u32(at + 8))),
    imports,
    exports,
    minimumSystem: build === undefined ? null : version(u32(build + 12)),
    flags: {
      signed: one(LC.signature) !== undefined,
      // Protection of each segment at the start: write 2, execute 4.
      writableCode: all(LC.segment).some(({ at }) => (u32(at + 60) & 6) === 6),
    },
  };
}
