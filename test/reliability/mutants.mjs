// Small changes of the code that decides about borders: each is compiled into the native tests, which must fail.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const build = join(root, "build-mutants");

/** What is mutated, and the tests that must notice it: program and arguments. */
const GEOMETRY = [["geometry_test"], ["plan_test", "60"]];
const FILES = {
  "native/conv/geometry.cc": GEOMETRY,
  "native/conv/pad_image.cc": [["plan_test", "120"]],
  "native/conv/run.cc": [["plan_test", "60"]],
  "native/kernels/reference.cc": [["kernel_check", "--isa", "scalar", "--kernel", "reference", "--count", "150"]],
  "native/kernels/depthwise_any.cc": [
    ["kernel_check", "--isa", "scalar", "--kernel", "depthwise_any", "--count", "400"],
  ],
};

const SWAPS = [
  [/ < (?!<)/g, " <= "],
  [/ <= /g, " < "],
  [/ > (?!>)/g, " >= "],
  [/ >= /g, " > "],
  [/ == /g, " != "],
  [/ != /g, " == "],
  [/ \+ /g, " - "],
  [/ - /g, " + "],
  [/ \* (?!const)/g, " + "],
  [/ && /g, " || "],
  [/ \|\| /g, " && "],
  [/ % /g, " / "],
  [/(?<=[ (])0(?=[;,) ])/g, "1"],
  [/(?<=[ (])1(?=[;,) ])/g, "0"],
  [/(?<=[ (])1(?=[;,) ])/g, "2"],
  [/\bfalse\b/g, "true"],
  [/\btrue\b/g, "false"],
  [/\+= /g, "-= "],
  [/(?<=return )([a-z_]+);/g, "0;"],
];

const isCode = (line) =>
  !/^\s*(\/\/|#|template|using|namespace|static_assert|case .*break;$)/.test(line) && !/constexpr (?!int)/.test(line);

/** Every mutant of a file: the line, what stood there and what stands there now. */
export function mutantsOf(file) {
  const lines = readFileSync(join(root, file), "utf8").split("\n");
  const mutants = [];
  for (const [index, line] of lines.entries()) {
    if (!isCode(line)) continue;
    const code = line.replace(/\/\/.*$/, "");
    for (const [pattern, replacement] of SWAPS) {
      for (const match of code.matchAll(pattern)) {
        // Words between quotation marks are messages.
        if ((code.slice(0, match.index).match(/"/g) ?? []).length % 2 === 1) continue;
        const changed = code.slice(0, match.index) + replacement + code.slice(match.index + match[0].length);
        if (changed === code) continue;
        const text = [...lines.slice(0, index), changed, ...lines.slice(index + 1)].join("\n");
        mutants.push({ file, line: index + 1, before: line.trim(), after: changed.trim(), text });
      }
    }
  }
  return mutants;
}

/** All of them, the files in turn, each spread over its lines. */
export function allMutants() {
  const lists = Object.keys(FILES).map((file) => {
    const mutants = mutantsOf(file);
    // A stride that shares no factor with the length visits each once, far apart.
    const stride = [37, 41, 43, 47].find((step) => mutants.length % step !== 0);
    return mutants.map((_, i) => mutants[(i * stride) % mutants.length]);
  });
  const most = Math.max(...lists.map((list) => list.length));
  const all = [];
  for (let i = 0; i < most; ++i) for (const list of lists) if (i < list.length) all.push(list[i]);
  return all;
}

function run(command, args, options = {}) {
  return spawnSync(command, args, { encoding: "utf8", timeout: 120_000, ...options });
}

/** Configures and builds the tests, on one lane: mutants are many, and quick to compile then. */
export function prepare() {
  const configured = run("cmake", [
    "-S",
    root,
    "-B",
    build,
    "-G",
    "Unix Makefiles",
    "-DDEPTHWISE_TESTS=ON",
    "-DDEPTHWISE_ISAS=scalar",
  ]);
  if (configured.status !== 0) throw new Error(configured.stderr);
  const targets = ["geometry_test", "plan_test", "kernel_check"];
  const built = run("cmake", ["--build", build, "--target", ...targets, "--parallel", process.env.JOBS ?? "2"], {
    timeout: 3_600_000,
  });
  if (built.status !== 0) throw new Error(built.stdout.slice(-4000) + built.stderr.slice(-4000));
  mkdirSync(join(build, "mutant"), { recursive: true });
}

const commands = () => JSON.parse(readFileSync(join(build, "compile_commands.json"), "utf8"));

/** "killed", "does not compile" or "survived". */
export function judge({ file, text }) {
  const source = join(build, "mutant", file.replaceAll("/", "_"));
  writeFileSync(source, text);
  const entry = commands().find(
    (each) => each.file === join(root, file) && !/avx|neon|sse|wide/.test(each.output ?? each.command),
  );
  const object = join(build, "mutant", "mutant.o");
  const words = entry.command.split(" ");
  const original = words[words.indexOf("-o") + 1];
  words[words.indexOf("-o") + 1] = object;
  words[words.indexOf("-c") + 1] = source;
  const compiled = run("sh", ["-c", words.join(" ")], { cwd: entry.directory });
  if (compiled.status !== 0) return "does not compile";
  for (const [program, ...args] of FILES[file]) {
    const folder = join(build, "test/native");
    const link = readFileSync(join(folder, `CMakeFiles/${program}.dir/link.txt`), "utf8").trim();
    const made = join(build, "mutant", program);
    const place = link.split(" ").find((word) => join(folder, word) === join(entry.directory, original));
    if (place === undefined) throw new Error(`${program} is not linked with ${original}`);
    const command = link.replace(place, object).replace(/-o \S+/, `-o ${made}`);
    const linked = run("sh", ["-c", command], { cwd: folder });
    if (linked.status !== 0) throw new Error(linked.stderr);
    if (run(made, args).status !== 0) return "killed";
  }
  return "survived";
}

export const canMutate = !spawnSync("cmake", ["--version"]).error && existsSync(dirname(build));
