// Photos in and sheets out: JPEG and PNG files as RGB bytes.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, extname } from "node:path";
import { fileURLToPath } from "node:url";
import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import { resize } from "./canvas.mjs";

const SMALLEST = 64; // pixels along either side: the largest filter and a picture of it still make sense
const MOST_PIXELS = 2_000_000; // more is scaled down: a sheet shows no more, and twelve feature maps of it are 96 MB

/** A failure that is the user's to mend; its message is all that is shown. */
export class PictureError extends Error {}

/** A puppy, MIT licence, from the package jquery-zoom; its author Jack Moore publishes it as the package's demo. */
export const defaultPhoto = () => fileURLToPath(new URL("roxy.jpg", import.meta.resolve("jquery-zoom/package.json")));

/** Reads a photo upright, opaque and at most 2 megapixels large: `{ data, width, height, channels: 3, original }`. */
export function readPhoto(path) {
  const bytes = readBytes(path);
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
  const isPng = bytes.subarray(0, 8).equals(Buffer.from("\x89PNG\r\n\x1a\n", "latin1"));
  if (!isJpeg && !isPng) throw new PictureError(`${path} is neither a JPEG nor a PNG`);
  let photo;
  try {
    photo = isJpeg ? readJpeg(bytes) : opaque(PNG.sync.read(bytes));
  } catch (error) {
    throw new PictureError(`${path} cannot be decoded: ${error.message}`);
  }
  const original = `${photo.width}x${photo.height}`;
  if (photo.width < SMALLEST || photo.height < SMALLEST) {
    throw new PictureError(`${path} is ${original}; a photo of at least ${SMALLEST}x${SMALLEST} pixels is needed`);
  }
  const scale = Math.sqrt(MOST_PIXELS / (photo.width * photo.height));
  if (scale < 1) photo = resize(photo, Math.round(photo.width * scale), Math.round(photo.height * scale));
  return { ...photo, channels: 3, original };
}

function readBytes(path) {
  try {
    return readFileSync(path);
  } catch (error) {
    const reasons = { ENOENT: "does not exist", EISDIR: "is a folder", EACCES: "may not be read" };
    throw new PictureError(`${path} ${reasons[error.code] ?? `cannot be read (${error.code})`}`);
  }
}

function readJpeg(bytes) {
  const image = jpeg.decode(bytes, { useTArray: true, maxMemoryUsageInMB: 2048 });
  return upright(opaque(image), orientation(image.exifBuffer));
}

/** RGBA over white as RGB. */
function opaque({ data, width, height }) {
  const rgb = new Uint8ClampedArray(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const alpha = data[i * 4 + 3] / 255;
    for (let c = 0; c < 3; c++) rgb[i * 3 + c] = data[i * 4 + c] * alpha + 255 * (1 - alpha);
  }
  return { data: rgb, width, height };
}

/** The Exif tag that tells how a camera was held: 1 to 8, 1 where there is none. */
function orientation(exif) {
  if (!exif) return 1;
  try {
    const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
    let start = 0; // of the TIFF header, "II" or "MM", behind what is left of the marker "Exif\0\0"
    while (view.getUint16(start) !== 0x4949 && view.getUint16(start) !== 0x4d4d) start++;
    const little = view.getUint16(start) === 0x4949;
    const directory = start + view.getUint32(start + 4, little);
    const entries = view.getUint16(directory, little);
    for (let i = 0; i < entries; i++) {
      const entry = directory + 2 + i * 12;
      if (view.getUint16(entry, little) === 0x0112) return view.getUint16(entry + 8, little);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // a truncated Exif block says nothing
  }
  return 1;
}

function upright(picture, tag) {
  if (!(tag >= 2 && tag <= 8)) return picture;
  const { data, width, height } = picture;
  const turned = tag >= 5; // rows become columns
  const mirroredX = tag === 2 || tag === 3 || tag === 7 || tag === 8;
  const mirroredY = tag === 3 || tag === 4 || tag === 6 || tag === 7;
  const outWidth = turned ? height : width;
  const outHeight = turned ? width : height;
  const out = new Uint8ClampedArray(data.length);
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      const alongX = turned ? y : x;
      const alongY = turned ? x : y;
      const fromX = mirroredX ? width - 1 - alongX : alongX;
      const fromY = mirroredY ? height - 1 - alongY : alongY;
      const from = (fromY * width + fromX) * 3;
      out.set(data.subarray(from, from + 3), (y * outWidth + x) * 3);
    }
  }
  return { data: out, width: outWidth, height: outHeight };
}

/** Writes RGB bytes as JPEG where the name ends so, else as PNG. */
export function writePicture(path, { data, width, height }) {
  const rgba = Buffer.alloc(width * height * 4, 255);
  for (let i = 0; i < width * height; i++) rgba.set(data.subarray(i * 3, i * 3 + 3), i * 4);
  const isJpeg = /^\.jpe?g$/i.test(extname(path));
  const bytes = isJpeg
    ? jpeg.encode({ data: rgba, width, height }, 88).data
    : PNG.sync.write({ data: rgba, width, height }, { colorType: 2, inputHasAlpha: true });
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  } catch (error) {
    throw new PictureError(`${path} cannot be written (${error.code})`);
  }
  return bytes.length;
}
