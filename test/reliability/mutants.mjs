// Mutants: one small change each to the code of borders and remainders, compiled and linked into kernel_check in place of
// the family that includes it. `bash scripts/native-tests.sh gcc` builds the rest.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const build = join(root, "build-native-gcc");
const PROBLEMS = 1500;
const SANITIZED_PROBLEMS = 300;
const KINDS = ["depthwise_core", "depthwise_threads_pool", "depthwise_test_support", "kernel_check"];

/**
 * Where borders and remainders are handled: a file, and the families that are compiled with it. For AVX2, or for wide16,
 * sixteen lanes of plain arrays that run everywhere, where AVX-512 alone has the code.
 */
const CODE = {
  "depthwise_columns.h": "depthwise2d_k3",
  "depthwise2d_k3_strip.h": "depthwise2d_k3",
  "depthwise2d_small.h": "depthwise2d_k3",
  "depthwise2d_planes.h": "depthwise2d_k5",
  "depthwise2d_tile_rows.h": "depthwise2d_k5",
  "depthwise2d_tile.h": ["depthwise2d_k5", "depthwise2d_k3"],
  "depthwise2d_s2_tile.h": "depthwise2d_s2",
  "depthwise2d_s2_rows.h": "depthwise2d_s2",
  "depthwise2d_wide.h": ["depthwise2d_s2_wide/wide16", "depthwise2d_k3/wide16", "depthwise2d_s2"],
  "depthwise2d_k3_wide.h": "depthwise2d_k3/wide16",
  "depthwise2d_s2_wide.h": "depthwise2d_s2_wide/wide16",
  "depthwise_any_bands.h": ["depthwise_any", "depthwise_large_w"],
  "depthwise_any_rows.h": ["depthwise_any", "depthwise_large_w"],
  "depthwise_nhwc_rows.h": "depthwise_nhwc",
  "depthwise_nhwc_tile.h": "depthwise_nhwc",
  "dense_copy.h": "dense",
  "grouped_copy.h": "grouped",
  "gemm_box.h": "dense",
  "gemm_pixels.h": "pointwise",
  "winograd_input.h": "winograd",
  "winograd_output.h": "winograd",
  "depthwise_fft.cc": "depthwise_fft",
  "fft_image.h": "depthwise_fft",
  "fft_channels.h": "depthwise_fft",
  "depthwise_nhwc_flat.cc": "depthwise_nhwc_flat",
  "depthwise2d_by_channels.cc": "depthwise2d_by_channels/wide16",
  "depthwise2d_s2_narrow.cc": "depthwise2d_s2_narrow/wide16",
};

const isaOf = (family) => family.split("/")[1] ?? "avx2";
const nameOf = (family) => family.split("/")[0];

const CHANGES = [
  [/ < /g, " <= "],
  [/ <= /g, " < "],
  [/ > /g, " >= "],
  [/ >= /g, " > "],
  [/ \+ 1\b/g, ""],
  [/ - 1\b/g, ""],
  [/ \+ (?!1\b)/g, " - "],
  [/ - (?!1\b)/g, " + "],
  [/ == /g, " != "],
  [/ != /g, " == "],
  [/ && /g, " || "],
  [/ \|\| /g, " && "],
  [/\bmin_of\(/g, "max_of("],
  [/\bmax_of\(/g, "min_of("],
  [/\bat_most\(/g, "at_least("],
  [/\bat_least\(/g, "at_most("],
];

/** Lines that decide on speed alone, or on nothing when the program runs. */
const SKIPPED = /^\s*(\/\/|#|template|static_assert|using )|prefetch|fetch|cost|cycles|constexpr bool|__builtin_expect/;

export const isReady =
  existsSync(join(build, "kernel-objects.txt")) && existsSync(join(build, "compile_commands.json"));

function mutantsOf(file) {
  const text = readFileSync(join(root, "native/kernels", file), "utf8");
  const lines = text.split("\n");
  const found = [];
  for (const [number, line] of lines.entries()) {
    if (SKIPPED.test(line)) continue;
    const code = line.replace(/\/\/.*/, "");
    for (const [pattern, with_] of CHANGES)
      for (const { index, 0: what } of code.matchAll(pattern)) {
        const changed = line.slice(0, index) + with_ + line.slice(index + what.length);
        found.push({ file, number, line, changed });
      }
  }
  return found;
}

export const describe = ({ file, line, changed }) => `${file}: ${line.trim()}  ->  ${changed.trim()}`;

/** All mutants, in an order that looks like chance and in which each keeps its place when code elsewhere changes. */
export function allMutants() {
  const mutants = Object.keys(CODE).flatMap(mutantsOf);
  for (const mutant of mutants) mutant.place = createHash("sha256").update(describe(mutant)).digest("hex");
  return mutants.sort((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : 0));
}

function run(command, args, timeoutMs) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: build, stdio: "ignore", timeout: timeoutMs, killSignal: "SIGKILL" });
    child.on("close", (code) => resolve(code));
  });
}

function* objectsUnder(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* objectsUnder(path);
    else if (entry.name.endsWith(".o")) yield path;
  }
}

function objects(family) {
  const kernels = readFileSync(join(build, "kernel-objects.txt"), "utf8").trim().split("\n");
  const others = KINDS.map((kind) => `${kind}.dir`).flatMap((name) =>
    ["CMakeFiles", "test/native/CMakeFiles"]
      .map((folder) => join(build, folder, name))
      .filter(existsSync)
      .flatMap((folder) => [...objectsUnder(folder)]),
  );
  const isReplaced = (path) =>
    path.includes(`kernels_${isaOf(family)}.dir`) && path.endsWith(`/${nameOf(family)}.cc.o`);
  return [...kernels.filter((path) => !isReplaced(path)), ...others];
}

/** The names of the family's kernels, as kernel_check knows them. */
function kernelsOf(family) {
  const source = readFileSync(join(root, "native/kernels", `${nameOf(family)}.cc`), "utf8");
  return [...new Set([...source.matchAll(/"([a-z]+[a-z0-9_]*)"/g)].map((match) => match[1]))];
}

/** What each kernel of a family comes to in a program: 0 where it is right, null where it does not end. */
async function check(program, family, flags) {
  const count = flags.length > 0 ? SANITIZED_PROBLEMS : PROBLEMS;
  for (const kernel of kernelsOf(family)) {
    const args = ["--isa", isaOf(family), "--kernel", kernel, "--count", String(count)];
    const code = await run(program, args, 300_000);
    if (code !== 0) return code;
  }
  return 0;
}

/** A program with the family as it is, or with one line of it changed; null where that does not compile. */
async function compile(family, mutant, flags, folder) {
  const isa = isaOf(family);
  const commands = JSON.parse(readFileSync(join(build, "compile_commands.json"), "utf8"));
  const { command, file: source } = commands.find(
    (each) => each.file.endsWith(`/${nameOf(family)}.cc`) && each.command.includes(`ISA=${isa} `),
  );
  let changed = source;
  if (mutant) {
    const { file, number } = mutant;
    const lines = readFileSync(join(root, "native/kernels", file), "utf8").split("\n");
    lines[number] = mutant.changed;
    const path = join(folder, "kernels", file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, lines.join("\n"));
    if (file.endsWith(".cc")) changed = path;
  }
  const [compiler, ...rest] = command.split(" ");
  const args = rest
    .filter((word, i) => word !== "-o" && rest[i - 1] !== "-o")
    .map((word) => (word === source ? changed : word));
  // Quick to compile; lanes in plain arrays are so only without optimisation, which their command says.
  if (isa !== "wide16") args.push("-O1");
  const object = join(folder, "family.o");
  if ((await run(compiler, [`-I${folder}`, ...args, ...flags, "-w", "-o", object], 600_000)) !== 0) return null;
  const program = join(folder, "kernel_check");
  const linked = await run(compiler, [...flags, "-o", program, object, ...objects(family), "-lpthread"], 600_000);
  return linked === 0 ? program : null;
}

async function inFolder(body) {
  const folder = mkdtempSync(join(tmpdir(), "depthwise-mutant-"));
  try {
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Unoptimised: a number that is read and not used is read then. */
const SANITIZED = ["-O0", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

const sound = new Set();
/** A kernel that fails unchanged, or that no problem reaches, would kill every mutant. */
async function checkUnchanged(family, flags) {
  const name = [family, ...flags].join(" ");
  if (sound.has(name)) return;
  const code = await inFolder(async (folder) => check(await compile(family, null, flags, folder), family, flags));
  if (code !== 0) throw new Error(`kernel_check ends with ${code} for ${family} as it is`);
  sound.add(name);
}

async function tryIn(family, mutant, flags) {
  await checkUnchanged(family, flags);
  return inFolder(async (folder) => {
    const program = await compile(family, mutant, flags, folder);
    if (!program) return null;
    const code = await check(program, family, flags);
    return code === 0 ? "survived" : code === null ? "hangs" : "killed";
  });
}

/**
 * "killed", "hangs" or "survived"; null where it does not compile. One that the numbers do not show is tried under the
 * sanitizers: they see an index that leaves an array on the stack, which no guard page does.
 */
export async function tryMutant(mutant) {
  const families = [CODE[mutant.file]].flat();
  let outcome = null;
  for (const flags of [[], SANITIZED])
    for (const family of families) {
      outcome = await tryIn(family, mutant, flags);
      if (outcome !== "survived") return outcome;
    }
  return outcome;
}
