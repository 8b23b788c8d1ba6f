// Makes the README's copy of the contact sheet, smaller than what `npm start` writes: node docs/contact-sheet.mjs
import { readFileSync, writeFileSync } from "node:fs";
import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import { resize } from "../examples/photo/canvas.mjs";

const WIDTH = 1400;

const { data, width, height } = PNG.sync.read(readFileSync(new URL("../out/contact-sheet.png", import.meta.url)));
const rgb = data.filter((_, index) => index % 4 !== 3);
const small = resize({ data: rgb, width, height }, WIDTH, Math.round((height * WIDTH) / width));
const rgba = Buffer.alloc(small.width * small.height * 4, 255);
for (let i = 0; i < small.width * small.height; i++) rgba.set(small.data.subarray(i * 3, i * 3 + 3), i * 4);
const file = new URL("contact-sheet.jpg", import.meta.url);
writeFileSync(file, jpeg.encode({ data: rgba, width: small.width, height: small.height }, 86).data);
