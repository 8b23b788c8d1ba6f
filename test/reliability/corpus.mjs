// The fuzzer's corpus: test/native/fuzz_corpus.txt, a line of hexadecimal digits a case, and a folder of files that the
// fuzzer works with.  node test/reliability/corpus.mjs   keeps of the folder what reaches code that nothing else does.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const text = join(root, "test/native/fuzz_corpus.txt");
const folder = join(root, "build-native-fuzz/corpus");
export const fuzzer = join(root, "build-native-fuzz/fuzz_conv");

/** The folder that the fuzzer works in, begun from the committed cases. */
export function workingCorpus() {
  if (existsSync(folder)) return folder;
  mkdirSync(folder, { recursive: true });
  const cases = readFileSync(text, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  for (const [i, line] of cases.entries()) writeFileSync(join(folder, `committed-${i}`), Buffer.from(line, "hex"));
  return folder;
}

function minimise() {
  const least = mkdtempSync(join(tmpdir(), "depthwise-corpus-"));
  const done = spawnSync(fuzzer, ["-merge=1", least, workingCorpus()], { encoding: "utf8" });
  if (done.status !== 0) throw new Error(done.stderr);
  const cases = readdirSync(least).map((name) => readFileSync(join(least, name)).toString("hex"));
  // Zeros at the end are what the target reads when its bytes are used up.
  const short = [...new Set(cases.map((line) => line.replace(/(00)+$/, "")))].filter((line) => line !== "");
  writeFileSync(text, `${short.sort().join("\n")}\n`);
  rmSync(least, { recursive: true });
  console.log(`${short.length} cases`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) minimise();
