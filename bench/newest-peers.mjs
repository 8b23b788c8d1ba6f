// The figures of newest-peers.tsv by layer: { any: { 1, 2, who }, plain: { 1, 2, who } }, shares of the roofline.
import { readFileSync } from "node:fs";

export function readNewestPeers() {
  const lines = readFileSync(new URL("newest-peers.tsv", import.meta.url), "utf8").split("\n");
  const share = (percent) => Number(percent) / 100;
  return Object.fromEntries(
    lines
      .filter((line) => line && !line.startsWith("#"))
      .map((line) => {
        const [name, any1, any2, anyWho, plain1, plain2, plainWho] = line.split("\t");
        return [
          name,
          {
            any: { 1: share(any1), 2: share(any2), who: anyWho },
            plain: { 1: share(plain1), 2: share(plain2), who: plainWho },
          },
        ];
      }),
  );
}
