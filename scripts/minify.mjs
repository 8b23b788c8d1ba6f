// Makes the compiled JavaScript small: white space and the names of local variables go; names of functions and classes,
// which stack traces show, stay, and the source maps are carried on to the TypeScript.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { minifySync } from "rolldown/utils";

const names = { function: true, class: true };

/** Minifies every JavaScript file under `folder`, in place, with its map beside it. */
export function minifyFolder(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".js")) continue;
    const file = join(entry.parentPath, entry.name);
    const source = readFileSync(file, "utf8");
    const done = minifySync(entry.name, source.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n"), {
      module: true,
      sourcemap: true,
      inputMap: JSON.parse(readFileSync(`${file}.map`, "utf8")),
      compress: { keepNames: names },
      mangle: { toplevel: true, keepNames: names },
    });
    if (done.errors.length > 0) throw new AggregateError(done.errors, `${file} cannot be minified`);
    const map = typeof done.map === "string" ? JSON.parse(done.map) : done.map;
    delete map.sourcesContent; // the sources are in the package
    writeFileSync(file, `${done.code.trimEnd()}\n//# sourceMappingURL=${entry.name}.map\n`);
    writeFileSync(`${file}.map`, JSON.stringify(map));
  }
}
