// A registry of one package on the loopback interface, so that an installation is the one a user gets: a `file:`
// tarball is treated differently by npm (scripts, warnings).
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Registry {
  readonly url: string;
  close(): void;
}

/** Serves `tarball` as the only version of the package whose package.json is `manifest`. */
export async function serveTarball(manifest: Record<string, unknown>, tarball: string): Promise<Registry> {
  const bytes = readFileSync(tarball);
  const name = String(manifest["name"]);
  const version = String(manifest["version"]);
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    if (request.url?.endsWith(".tgz")) {
      response.end(bytes);
    } else if (request.url === `/${name}`) {
      const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
      const dist = { tarball: `http://127.0.0.1:${port}/${name}.tgz`, integrity };
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({ name, "dist-tags": { latest: version }, versions: { [version]: { ...manifest, dist } } }),
      );
    } else {
      response.statusCode = 404;
      response.end("{}");
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}
