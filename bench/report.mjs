// Results as one self-contained page: node bench/report.mjs results.json [report.html]
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { copyBandwidth, rooflineMs } from "./limits.mjs";
import { ratio } from "./timing.mjs";

const require = createRequire(import.meta.url);

/** What the page draws, one object a layer; nothing is computed in the browser but the filter. */
function layersOf({ rows, limits }) {
  return rows.map((row) => {
    const [ours] = Object.keys(row.times);
    const mine = row.times[ours];
    return {
      name: row.name,
      kind: row.kind,
      descriptor: row.descriptor,
      kernel: row.kernel,
      us: mine.median * 1e3,
      spread: mine.spread,
      gflops: row.flop / mine.median / 1e6,
      intensity: row.flop / row.bytes,
      share: limits ? rooflineMs(row, limits) / mine.median : null,
      limitGflops: limits ? row.flop / rooflineMs(row, limits) / 1e6 : null,
      ratios: Object.fromEntries(
        Object.entries(row.times)
          .filter(([name]) => name !== ours)
          .map(([name, other]) => [name, ratio(other, mine)]),
      ),
    };
  });
}

/** Writes the page and returns its path. */
export function writeReport(result, path) {
  const library = readFileSync(require.resolve("chart.js/dist/chart.umd.min.js"), "utf8");
  const template = readFileSync(new URL("report.html.in", import.meta.url), "utf8");
  const page = readFileSync(new URL("report.page.js", import.meta.url), "utf8");
  const { rows: _rows, limits, ...about } = result;
  const ceilings = limits && {
    gflops: limits.gflops,
    bandwidths: [64 << 10, 4 << 20, 64 << 20].map((bytes) => ({ bytes, GBs: copyBandwidth(limits, bytes) })),
  };
  // "</" inside a script element would end it.
  const data = JSON.stringify({ about, ceilings, layers: layersOf(result) }).replaceAll("</", "<\\/");
  const fill = { library: library.replaceAll("</script", "<\\/script"), data, page };
  writeFileSync(
    path,
    template.replace(/\{\{(\w+)\}\}/g, (_, key) => fill[key]),
  );
  return path;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [input, output = "bench/report.html"] = process.argv.slice(2);
  if (!input) {
    console.error("usage: node bench/report.mjs results.json [report.html]");
    process.exit(1);
  }
  console.log(writeReport(JSON.parse(readFileSync(input, "utf8")), output));
}
