// Options as the caller wrote them: each is read once, and a name that does not exist is refused.
import { show, typeError } from "./errors.js";

export type OptionValues = Readonly<Record<string, unknown>>;

// Names from other libraries and habits, where the spelling alone does not lead to the right one.
const KNOWN_AS: Readonly<Record<string, string>> = {
  dataformat: "layout",
  format: "layout",
  act: "activation",
  fusedactivation: "activation",
  nonlinearity: "activation",
  output: "out",
  rate: "dilation",
  dilationrate: "dilation",
  atrous: "dilation",
  pads: "padding",
  abortsignal: "signal",
};

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

/** The name that was probably meant, if one is near. */
function nearest(name: string, names: readonly string[]): string | undefined {
  const plain = name.toLowerCase().replaceAll(/[_-]/g, "");
  const known = KNOWN_AS[plain];
  if (known !== undefined && names.includes(known)) return known;
  const near = names
    .map((candidate) => ({ candidate, distance: editDistance(plain, candidate.toLowerCase()) }))
    .filter(
      ({ candidate, distance }) => distance <= 2 || (plain.length > 2 && candidate.toLowerCase().startsWith(plain)),
    )
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.candidate;
}

/**
 * Reads the options named in `names`, each once and in this order; `undefined` options are left out. Any other name
 * is refused, with the nearest right one.
 */
export function readOptions(operation: string, names: readonly string[], options: unknown): OptionValues {
  if (options === undefined || options === null) return {};
  if (typeof options !== "object" || Array.isArray(options) || ArrayBuffer.isView(options)) {
    throw typeError(operation, `options must be an object such as { ${names[0]}: ... }, but got ${show(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    const meant = nearest(name, names);
    const hint = meant === undefined ? `the options are ${names.join(", ")}` : `did you mean '${meant}'?`;
    throw typeError(operation, `there is no option '${name}'; ${hint}`, "ERR_DEPTHWISE_OPTION");
  }
  const values: Record<string, unknown> = {};
  for (const name of names) {
    const value = (options as Record<string, unknown>)[name];
    if (value !== undefined) values[name] = value;
  }
  return values;
}
