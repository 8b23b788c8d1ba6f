// The systems that a binary is released for. `zig` is what the compiler is told; glibc's number there is the oldest
// version whose symbols may be used, macOS's the oldest system.
export const targets = [
  { name: "linux-x64-glibc", platform: "linux", arch: "x64", libc: "glibc", zig: "x86_64-linux-gnu.2.28" },
  { name: "linux-arm64-glibc", platform: "linux", arch: "arm64", libc: "glibc", zig: "aarch64-linux-gnu.2.28" },
  { name: "linux-x64-musl", platform: "linux", arch: "x64", libc: "musl", zig: "x86_64-linux-musl" },
  { name: "linux-arm64-musl", platform: "linux", arch: "arm64", libc: "musl", zig: "aarch64-linux-musl" },
  { name: "win32-x64", platform: "win32", arch: "x64", libc: null, zig: "x86_64-windows-gnu" },
  { name: "win32-arm64", platform: "win32", arch: "arm64", libc: null, zig: "aarch64-windows-gnu" },
  { name: "darwin-x64", platform: "darwin", arch: "x64", libc: null, zig: "x86_64-macos.11.0" },
  { name: "darwin-arm64", platform: "darwin", arch: "arm64", libc: null, zig: "aarch64-macos.11.0" },
];

/** Where the binary of a target lies, from the root of the package: the paths of lib/backend/binaries.ts. */
export const binaryOf = ({ platform, arch, libc }) =>
  `prebuilds/${platform}-${arch}/depthwise${libc ? `.${libc}` : ""}.node`;
