// This package over the line protocol of driver.h, with the backend that the environment asks for.
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseDescriptor, volume } from "../shapes.mjs";
import { depthwise, loadLibrary } from "./depthwise.mjs";

const library = await loadLibrary();
const side = depthwise("out", library);
let prepared = null;

async function answer([command, ...words]) {
  if (command === "prepare") {
    const fields = Object.fromEntries(words.map((word) => word.split(/=(.*)/s)));
    const shape = parseDescriptor(fields.descriptor);
    const bytes = readFileSync(fields.arrays);
    const all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    const [inputs, weights] = [volume(shape.inputShape), volume(shape.weightShape)];
    const operands = {
      input: all.slice(0, inputs),
      weight: all.slice(inputs, inputs + weights),
      bias: all.slice(inputs + weights),
    };
    prepared = await side.prepare(shape, operands, Number(fields.threads));
    const begin = performance.now();
    const output = await prepared.output();
    const ms = performance.now() - begin;
    writeFileSync(fields.output, new Uint8Array(output.buffer, output.byteOffset, output.byteLength));
    return `ok ${ms} ${library.backendInfo().backend}`;
  }
  if (command === "run") {
    const begin = performance.now();
    for (let i = 0; i < Number(words[0]); ++i) prepared.run();
    return String((performance.now() - begin) / Number(words[0]));
  }
  prepared = null;
  return "ok";
}

console.log(`ready ${library.version}`);
for await (const line of createInterface({ input: process.stdin })) {
  console.log(await answer(line.split("\t")).catch((error) => `no ${error.message.replaceAll("\n", " ")}`));
}
