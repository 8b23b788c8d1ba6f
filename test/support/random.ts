// Numbers that are the same on every run and machine.

/** A stream of numbers in [0, 1) from a 32-bit seed (splitmix32). */
export function randomStream(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) / 4294967296;
  };
}

export type Numbers = "integers" | "floats";

/** Fills with integers from -4 to 4, whose sums of products are exact, or with floats from -1 to 1. */
export function fillRandom<Data extends Float32Array | Float64Array>(data: Data, numbers: Numbers, seed: number): Data {
  const next = randomStream(seed);
  for (let index = 0; index < data.length; index++) {
    data[index] = numbers === "integers" ? Math.floor(next() * 9) - 4 : 2 * next() - 1;
  }
  return data;
}
