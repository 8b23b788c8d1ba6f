import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import { afterAll, describe, expect, test } from "vitest";
import { controlCharacters, runExample } from "./run-example.js";

const folder = mkdtempSync(join(tmpdir(), "depthwise-photo-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const inFolder = (name: string) => join(folder, name);
const photo = (args: string[], env?: Record<string, string>) => runExample("photo/photo.mjs", args, env);
const JS = { DEPTHWISE_BACKEND: "js" };
const hasAddon = existsSync(fileURLToPath(new URL("../../build/Release/depthwise.node", import.meta.url)));

/** RGBA bytes of a soft gradient with an edge in it. */
function pixels(width: number, height: number, alpha = 255) {
  const data = Buffer.alloc(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    data.set([(255 * x) / width, (255 * y) / height, x > y ? 200 : 40, alpha], i * 4);
  }
  return { data, width, height };
}

function pngFile(name: string, width: number, height: number, alpha = 255): string {
  writeFileSync(inFolder(name), PNG.sync.write(pixels(width, height, alpha)));
  return inFolder(name);
}

/** The cells of each row of the table by the row's name. */
function tableOf(stdout: string): Map<string, string[]> {
  const lines = stdout.split("\n").map((line) => line.split(/ {2,}/));
  return new Map(lines.filter((cells) => cells.length === 7).map(([name = "", ...cells]) => [name, cells]));
}

const PARAMETERS = {
  Conv2d: "912", // 12 * 3 * 5 * 5 + 12
  DepthwiseConv2d: "312", // 12 * 5 * 5 + 12
  SharedDepthwiseConv2d: "104", // (12 / 3) * 5 * 5 + 12 / 3
  Gaussian: "289",
  Sharpen: "9",
  Emboss: "9",
  Sobel: "18",
  Laplacian: "121",
};

describe("the photo example", () => {
  test("on the JavaScript backend: table, missing addon in one line, contact sheet", async () => {
    const out = inFolder("sheet.png");
    const { code, stdout, stderr } = await photo(["--runs", "1", "--out", out], JS);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(controlCharacters(stdout)).toEqual([]);
    expect(stdout).toContain("580x640");
    const table = tableOf(stdout);
    for (const [name, parameters] of Object.entries(PARAMETERS)) {
      expect(table.get(name)?.[0], name).toBe(parameters);
      expect(table.get(name)?.[3], name).toMatch(/^[\d.]+ ms$/);
    }
    // 580 * 640 pixels, 12 outputs, 25 taps, and the dense layer three input channels.
    expect(table.get("Conv2d")?.[1]).toBe("334 M");
    expect(table.get("DepthwiseConv2d")?.[1]).toBe("111 M");
    expect(table.get("SharedDepthwiseConv2d")?.[1]).toBe("111 M");
    expect(stdout.split("\n").filter((line) => /native backend is switched off/.test(line))).toHaveLength(1);
    expect(stdout).toContain(`Contact sheet: ${out}`);
    const sheet = PNG.sync.read(readFileSync(out));
    expect(sheet.width).toBe(2000);
    expect(sheet.height).toBeGreaterThan(1500);
    expect(new Set(sheet.data).size).toBeGreaterThan(200); // a picture, not a blank page
  });

  test.skipIf(!hasAddon)("on both backends: the numbers agree", async () => {
    const { code, stdout } = await photo([
      pngFile("both.png", 160, 120),
      "--runs",
      "3",
      "--out",
      inFolder("both-sheet.png"),
    ]);
    expect(code).toBe(0);
    const table = tableOf(stdout);
    for (const name of Object.keys(PARAMETERS)) {
      const [, , native, fallback, faster, difference] = table.get(name) ?? [];
      expect(native, name).toMatch(/^[\d.]+ ms$/);
      expect(fallback, name).toMatch(/^[\d.]+ ms$/);
      expect(faster, name).toMatch(/^[\d.]+x$/);
      expect(Number(difference), name).toBeLessThan(2e-5); // sums of at most 289 products of numbers up to about 1
    }
  });

  test("writes JPEG by the name's ending, and takes a transparent PNG and another kernel size", async () => {
    const out = inFolder("sheet.jpg");
    const { code, stdout } = await photo(
      [pngFile("alpha.png", 96, 80, 128), "--kernel", "3", "--runs", "1", "--out", out],
      JS,
    );
    expect(code).toBe(0);
    expect(stdout).toContain("96x80, 3x3 kernels");
    expect(jpeg.decode(readFileSync(out)).width).toBe(2000);
  });

  test("turns a JPEG as its Exif block says", async () => {
    const plain = jpeg.encode(pixels(120, 72), 90).data;
    // APP1 "Exif", one entry in the first directory: orientation 6.
    const tiff = "4949 2a00 08000000 0100 1201 0300 01000000 0600 0000 00000000".replaceAll(" ", "");
    const block = Buffer.from(`457869660000${tiff}`, "hex");
    const header = Buffer.from([0xff, 0xe1, 0, block.length + 2]);
    writeFileSync(inFolder("turned.jpg"), Buffer.concat([plain.subarray(0, 2), header, block, plain.subarray(2)]));
    const { code, stdout } = await photo([inFolder("turned.jpg"), "--runs", "1", "--out", inFolder("turned.png")], JS);
    expect(code).toBe(0);
    expect(stdout).toContain("72x120");
  });

  test("--help explains itself", async () => {
    const { code, stdout } = await photo(["--help"]);
    expect(code).toBe(0);
    for (const word of ["Usage", "JPEG or PNG", "--out", "--kernel", "--seed", "--runs", "--threads"])
      expect(stdout).toContain(word);
  });

  test("a mistake gives one clear line and exit code 1", async () => {
    writeFileSync(inFolder("text.jpg"), "no picture");
    writeFileSync(inFolder("cut.jpg"), jpeg.encode(pixels(80, 80), 90).data.subarray(0, 300));
    writeFileSync(inFolder("cut.png"), readFileSync(pngFile("whole.png", 80, 80)).subarray(0, 200));
    const good = pngFile("good.png", 80, 80);
    const cases: [string[], RegExp][] = [
      [[inFolder("nowhere.jpg")], /nowhere\.jpg does not exist/],
      [[folder], /is a folder/],
      [[inFolder("text.jpg")], /neither a JPEG nor a PNG/],
      [[inFolder("cut.jpg")], /cut\.jpg cannot be decoded/],
      [[inFolder("cut.png")], /cut\.png cannot be decoded/],
      [[pngFile("small.png", 40, 80)], /small\.png is 40x80; .*64x64/],
      [["--kernel", "0"], /--kernel must be a whole number from 1 to 31, but got '0'/],
      [["--runs", "many"], /--runs .*'many'/],
      [["--sedd", "3"], /--sedd.*--help/],
      [["a.jpg", "b.jpg"], /one photo at a time, but got a\.jpg and b\.jpg/],
      [["--out", "sheet.gif"], /--out must end in \.png or \.jpg/],
      [[good, "--runs", "1", "--out", join(good, "sheet.png")], /sheet\.png cannot be written/],
    ];
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await photo(args, JS);
      expect({ args, code, stdout }).toEqual({ args, code: 1, stdout: "" });
      expect(stderr).toMatch(message);
      expect(stderr.trimEnd().split("\n"), stderr).toHaveLength(1);
    }
  });
});
