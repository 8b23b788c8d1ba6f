// A drawing surface of 8-bit RGB pixels: rectangles, pictures scaled to fit, and filled outlines for letters.

/** Weights that resample `from` pixels to `to`: a triangle as wide as one pixel of the coarser of the two grids. */
function resampleWeights(from, to) {
  const scale = from / to;
  const reach = Math.max(1, scale);
  return Array.from({ length: to }, (_, index) => {
    const centre = (index + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(from - 1, Math.floor(centre + reach));
    const weights = [];
    for (let i = first; i <= last; i++) weights.push(1 - Math.abs(i - centre) / reach);
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** A picture `{ data, width, height }` of RGB bytes at another size, without stair steps or moiré. */
export function resize(picture, width, height) {
  if (picture.width === width && picture.height === height) return picture;
  const columns = resampleWeights(picture.width, width);
  const rows = resampleWeights(picture.height, height);
  const wide = new Float32Array(picture.height * width * 3); // already narrow, not yet low
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < width; x++) {
      const { first, weights } = columns[x];
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let i = 0; i < weights.length; i++) {
          sum += weights[i] * picture.data[(y * picture.width + first + i) * 3 + c];
        }
        wide[(y * width + x) * 3 + c] = sum;
      }
    }
  }
  const data = new Uint8ClampedArray(height * width * 3);
  for (let y = 0; y < height; y++) {
    const { first, weights } = rows[y];
    for (let x = 0; x < width * 3; x++) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i] * wide[(first + i) * width * 3 + x];
      data[y * width * 3 + x] = sum;
    }
  }
  return { data, width, height };
}

/** How much of the pixel (x, y) of a `width` x `height` rectangle with round corners is inside: 0 to 1. */
function cornerCoverage(x, y, width, height, radius) {
  const dx = Math.max(radius - (x + 0.5), x + 0.5 - (width - radius), 0);
  const dy = Math.max(radius - (y + 0.5), y + 0.5 - (height - radius), 0);
  if (dx === 0 || dy === 0) return 1;
  return Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(dx, dy)));
}

export class Canvas {
  constructor(width, height, [red, green, blue]) {
    this.width = width;
    this.height = height;
    this.data = new Uint8ClampedArray(width * height * 3);
    for (let i = 0; i < this.data.length; i += 3) this.data.set([red, green, blue], i);
  }

  blend(x, y, [red, green, blue], coverage) {
    if (coverage <= 0 || x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = (y * this.width + x) * 3;
    this.data[at] += (red - this.data[at]) * coverage;
    this.data[at + 1] += (green - this.data[at + 1]) * coverage;
    this.data[at + 2] += (blue - this.data[at + 2]) * coverage;
  }

  rectangle(left, top, width, height, colour, { radius = 0, opacity = 1 } = {}) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const inside = radius > 0 ? cornerCoverage(x, y, width, height, radius) : 1;
        this.blend(left + x, top + y, colour, inside * opacity);
      }
    }
  }

  picture(picture, left, top, width, height, { radius = 0 } = {}) {
    const { data } = resize(picture, width, height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = (y * width + x) * 3;
        const colour = [data[at], data[at + 1], data[at + 2]];
        this.blend(left + x, top + y, colour, radius > 0 ? cornerCoverage(x, y, width, height, radius) : 1);
      }
    }
  }

  /**
   * Fills closed outlines, `[[x0, y0, x1, y1, ...], ...]`, smoothly: every edge adds the exact area that it covers of
   * each pixel that it crosses, and a running sum along the row turns edges into insides.
   */
  outlines(polygons, colour) {
    let left = Infinity;
    let right = -Infinity;
    let top = Infinity;
    let bottom = -Infinity;
    for (const points of polygons) {
      for (let i = 0; i < points.length; i += 2) {
        left = Math.min(left, points[i]);
        right = Math.max(right, points[i]);
        top = Math.min(top, points[i + 1]);
        bottom = Math.max(bottom, points[i + 1]);
      }
    }
    if (!(left < right && top < bottom)) return;
    left = Math.floor(left);
    top = Math.floor(top);
    const width = Math.ceil(right) - left + 2; // an edge also writes to the pixel on its right
    const height = Math.ceil(bottom) - top;
    const area = new Float32Array(width * height);
    for (const points of polygons) {
      for (let i = 0; i < points.length; i += 2) {
        const j = (i + 2) % points.length;
        addEdge(area, width, points[i] - left, points[i + 1] - top, points[j] - left, points[j + 1] - top);
      }
    }
    for (let y = 0; y < height; y++) {
      let sum = 0;
      for (let x = 0; x < width; x++) {
        sum += area[y * width + x];
        this.blend(left + x, top + y, colour, Math.min(1, Math.abs(sum)));
      }
    }
  }
}

function addEdge(area, width, fromX, fromY, toX, toY) {
  if (fromY === toY) return;
  const direction = fromY < toY ? 1 : -1;
  const [upperX, upperY, lowerX, lowerY] = direction > 0 ? [fromX, fromY, toX, toY] : [toX, toY, fromX, fromY];
  const slope = (lowerX - upperX) / (lowerY - upperY);
  let x = upperX;
  for (let y = Math.floor(upperY); y < lowerY; y++) {
    const high = Math.min(y + 1, lowerY) - Math.max(y, upperY);
    const next = x + slope * high;
    const begin = Math.min(x, next);
    const end = Math.max(x, next);
    // The part of the edge in each pixel column covers the pixel's right side in part, and all pixels after it.
    for (let column = Math.floor(begin); column < Math.max(end, Math.floor(begin) + 1); column++) {
      const clippedBegin = Math.max(begin, column);
      const clippedEnd = Math.min(end, column + 1);
      const share = end > begin ? (clippedEnd - clippedBegin) / (end - begin) : 1;
      const amount = direction * high * share;
      const covered = 1 - ((clippedBegin + clippedEnd) / 2 - column);
      area[y * width + column] += amount * covered;
      area[y * width + column + 1] += amount * (1 - covered);
    }
    x = next;
  }
}
