// Links the Windows addon:  link-windows.mjs <zig> <zig's target> <result> <objects>...
// zig knows which of its libraries a DLL needs and prints its call of lld; the same call with Node's symbols delayed makes
// an addon that also loads into a program that is not called node.exe (native/binding/win_delay_load_hook.cc).
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const [zig, target, result, ...objects] = process.argv.slice(2);

function run(command, args, env = {}) {
  const done = spawnSync(command, args, { encoding: "utf8", env: { ...process.env, ...env }, maxBuffer: 1 << 28 });
  if (done.status !== 0) throw new Error(`${command} failed: ${done.error?.message ?? done.stderr.slice(-4000)}`);
  return done.stderr;
}

// Short imports: lld delays no others.
const headers = dirname(createRequire(import.meta.url).resolve("node-api-headers/package.json"));
const machine = target.startsWith("aarch64") ? "arm64" : "i386:x86-64";
const library = `${result}.node.lib`;
run("llvm-dlltool-19", ["-m", machine, "-d", join(headers, "def", "node_api.def"), "-D", "node.exe", "-l", library]);

const trial = `${result}.trial`;
const args = ["cc", "-target", target, "-O3", "-g0", "-s", "-shared", ...objects, library, "-o", trial];
const lines = run(zig, args, { ZIG_VERBOSE_LINK: "1" }).split("\n");
const line = lines.find((text) => text.startsWith("lld-link "));
if (!line) throw new Error("zig printed no call of lld-link");
const [, ...options] = line.split(" ").filter((word) => !/^-(OUT|IMPLIB):/.test(word));
run("lld-link-19", [...options, "-delayload:node.exe", "-opt:ref,icf", "-noimplib", `-out:${result}`]);
for (const name of [trial, library]) rmSync(name, { force: true });
