export interface Binary {
  readonly format: "elf" | "pe" | "macho";
  readonly arch: "x64" | "arm64";
  /** Libraries that are loaded with it. */
  readonly needed: readonly string[];
  /** PE: libraries that are looked for at their first use. */
  readonly delayed?: readonly string[];
  readonly imports: readonly { readonly name: string; readonly version: string | null; readonly library?: string }[];
  readonly exports: readonly string[];
  /** Mach-O: the oldest macOS. */
  readonly minimumSystem?: string | null;
  readonly flags: Readonly<Record<string, boolean>>;
}
export function inspect(path: string): Binary;
export function glibcFloor(binary: Binary): string | null;
