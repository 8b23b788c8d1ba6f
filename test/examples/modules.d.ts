// What the tests use of modules that bring no types.
declare module "pngjs" {
  interface Picture {
    width: number;
    height: number;
    data: Buffer;
  }
  export const PNG: { sync: { read(bytes: Buffer): Picture; write(picture: Picture): Buffer } };
}

declare module "*/progress.mjs" {
  interface Terminal {
    isTTY: boolean;
    columns: number;
    write(text: string): unknown;
    getColorDepth(): number;
  }
  export class Progress {
    constructor(stream: Terminal);
    show(done: number, total: number, what: string): void;
    clear(): void;
  }
  export function bold(stream: Terminal, environment?: Record<string, string>): (text: string) => string;
}
