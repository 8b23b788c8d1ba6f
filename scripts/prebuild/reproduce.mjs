// Proves that a commit gives the same bytes twice: builds HEAD in two folders of different names, from nothing, and
// compares.  node scripts/prebuild/reproduce.mjs [--target linux-x64-glibc]...
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { binaryOf, targets } from "./targets.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { values } = parseArgs({
  options: { target: { type: "string", multiple: true, default: ["linux-x64-glibc"] } },
});
const scratch = mkdtempSync(join(tmpdir(), "depthwise-reproduce-"));

/** SHA-256 of each binary that HEAD gives in a folder of this name. */
function hashes(name) {
  const folder = join(scratch, name);
  mkdirSync(folder);
  execFileSync("sh", ["-c", 'git archive HEAD | tar x -C "$1"', "sh", folder], { cwd: root });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const args = values.target.flatMap((target) => ["--target", target]);
  execFileSync(process.execPath, [join(folder, "scripts", "prebuild", "prebuild.mjs"), ...args], { stdio: "inherit" });
  const built = values.target.map((wanted) => targets.find((target) => target.name === wanted));
  return built.map((target) =>
    createHash("sha256")
      .update(readFileSync(join(folder, binaryOf(target))))
      .digest("hex"),
  );
}

try {
  const [first, second] = [hashes("one"), hashes("another folder")];
  for (const [i, target] of values.target.entries()) {
    const same = first[i] === second[i];
    console.log(`${target}: ${same ? `the same bytes twice, sha256 ${first[i]}` : `${first[i]} and ${second[i]}`}`);
    if (!same) process.exitCode = 1;
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
