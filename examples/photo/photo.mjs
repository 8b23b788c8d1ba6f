// A photo through three layers and five filters, on both backends: `npm start`, `npm start -- --help`.
import { relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { backendInfo, setNumThreads } from "depthwise";
import { makeJobs } from "./jobs.mjs";
import { Fallback, measure } from "./measure.mjs";
import { defaultPhoto, PictureError, readPhoto, writePicture } from "./picture.mjs";
import { bold, Progress } from "./progress.mjs";
import { drawSheet } from "./sheet.mjs";
import { compact, formatTable, millions, milliseconds } from "./table.mjs";

const HELP = `Usage: npm start -- [photo] [options]

Sends a photo through a standard, a depthwise and a shared-kernel convolution layer and through five classic filters,
on the native and on the JavaScript backend, and draws what comes out.

  photo            a JPEG or PNG of at least 64x64 pixels; without one, a puppy

  --out FILE       where the contact sheet goes, .png or .jpg      (out/contact-sheet.png)
  --kernel SIZE    kernel size of the three layers, 1 to 31        (5)
  --seed NUMBER    seed of the layers' weights                     (2)
  --runs NUMBER    timed runs of each row and backend              (9)
  --threads NUMBER threads of the native backend                   (all that this process may use)
  --help           this text
`;

/** A mistake in the arguments; its message is all that is shown. */
class UsageError extends Error {}

function readArguments(argv) {
  const string = (name) => ({ type: "string", default: name });
  let parsed;
  try {
    parsed = parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        out: string("out/contact-sheet.png"),
        kernel: string("5"),
        seed: string("2"),
        runs: string("9"),
        threads: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`${error.message.split(". ")[0]}; --help lists the options`);
  }
  const { values, positionals } = parsed;
  if (positionals.length > 1) throw new UsageError(`one photo at a time, but got ${positionals.join(" and ")}`);
  const integer = (name, least, most) => {
    const value = Number(values[name]);
    if (values[name] !== "" && Number.isInteger(value) && value >= least && value <= most) return value;
    throw new UsageError(`--${name} must be a whole number from ${least} to ${most}, but got '${values[name]}'`);
  };
  if (!/\.(png|jpe?g)$/i.test(values.out))
    throw new UsageError(`--out must end in .png or .jpg, but got '${values.out}'`);
  return {
    help: values.help,
    photo: positionals[0] ?? defaultPhoto(),
    out: resolve(values.out),
    kernel: integer("kernel", 1, 31),
    seed: integer("seed", 0, 2 ** 31 - 1),
    runs: integer("runs", 1, 1000),
    threads: values.threads === undefined ? null : integer("threads", 1, 256),
  };
}

/** A path as seen from here, where that is shorter. */
function nearby(path) {
  const seen = relative(process.cwd(), path);
  return seen.length < path.length ? seen : path;
}

/** Why there is no native backend, in one line. */
function whyNotNative({ loadErrors }) {
  if (process.env.DEPTHWISE_BACKEND === "js") return "DEPTHWISE_BACKEND=js: the native backend is switched off";
  const broken = loadErrors.find(({ exists }) => exists);
  return broken === undefined
    ? "No native addon here (`npm run compile` makes one with CMake and a C++ compiler): the JavaScript backend did the work"
    : `The native addon did not load (${broken.message.split("\n")[0]}): the JavaScript backend did the work`;
}

async function main() {
  const options = readArguments(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  const progress = new Progress(process.stderr);
  progress.show(0, 1, "reading the photo");
  const picture = readPhoto(options.photo);
  if (options.threads !== null) setNumThreads(options.threads);
  const info = backendInfo();
  const isNative = info.backend === "native";
  const fallback = isNative ? new Fallback(picture, options) : null;
  const { layers, filters } = makeJobs(picture, options);
  const jobs = [...layers, ...filters];

  try {
    for (const [index, job] of jobs.entries()) {
      progress.show(index, jobs.length + 1, `${job.name} (${index + 1} of ${jobs.length})`);
      Object.assign(job, await measure(job, index, fallback, options.runs));
    }
  } finally {
    await fallback?.close();
  }
  progress.show(jobs.length, jobs.length + 1, "drawing the contact sheet");
  const threads = `${info.threads} thread${info.threads === 1 ? "" : "s"}`;
  const backend = isNative ? `native, ${info.isa}, ${threads}` : "JavaScript";
  for (const job of jobs) {
    job.time = milliseconds(job.here) + (isNative ? `, in JavaScript ${milliseconds(job.fallback)}` : "");
  }
  const sheet = drawSheet(picture, {
    layers,
    filters,
    title: "One photo, three layers, five filters",
    about: `depthwise · ${options.kernel}x${options.kernel} kernels, seed ${options.seed} · ${backend}`,
  });
  writePicture(options.out, sheet);
  progress.clear();

  const scaled = picture.original === `${picture.width}x${picture.height}` ? "" : ` (scaled from ${picture.original})`;
  const rows = jobs.map((job) => [
    job.name,
    compact(job.parameters),
    millions(job.multiplyAdds),
    isNative ? milliseconds(job.here) : "-",
    milliseconds(isNative ? job.fallback : job.here),
    isNative ? `${(job.fallback / job.here).toFixed(1)}x` : "-",
    isNative ? job.difference.toExponential(1) : "-",
  ]);
  const headings = ["layer", "parameters", "multiply-adds", "native", "JavaScript", "faster", "largest difference"];
  const report = [
    `${nearby(options.photo)}: ${picture.width}x${picture.height}${scaled}, ${options.kernel}x${options.kernel} kernels, ` +
      `${isNative ? backend : "no native backend"}; median times`,
    "",
    formatTable(headings, rows, bold(process.stdout)),
    "",
    ...(isNative ? [] : [whyNotNative(info)]),
    `Contact sheet: ${options.out}`,
  ];
  process.stdout.write(`${report.join("\n")}\n`);
}

try {
  await main();
} catch (error) {
  const expected =
    error instanceof UsageError || error instanceof PictureError || error.code === "ERR_DEPTHWISE_BACKEND";
  process.stderr.write(`${process.stderr.isTTY ? "\r\x1b[K" : ""}${expected ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
