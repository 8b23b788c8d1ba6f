export interface Target {
  readonly name: string;
  readonly platform: "linux" | "win32" | "darwin";
  readonly arch: "x64" | "arm64";
  readonly libc: "glibc" | "musl" | null;
  readonly zig: string;
}
export const targets: readonly Target[];
export function binaryOf(target: Target): string;
