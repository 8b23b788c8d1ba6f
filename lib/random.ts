// Seeded random numbers. The stream is part of the versioned interface: a seed gives the same numbers in every release
// of a major version, on every machine (all arithmetic is exact or V8's own, which is the same everywhere).
//
// Generator: xoshiro128** (Blackman and Vigna), 32 bits a step. Seed: two outputs of splitmix64 started at the seed modulo
// 2^64; the state is low, high, low, high. A uniform number takes two steps: the upper 27 bits of the first and the
// upper 26 of the second are the 53 bits of a number in [0, 1). Normal numbers come in pairs by Box and Muller from two
// uniform ones, u and v: sqrt(-2 ln(1 - u)) times cos(2 pi v), then times sin(2 pi v).
import { rangeError, show, typeError } from "./errors.js";

const MASK64 = (1n << 64n) - 1n;

/** A stream of random numbers of its own. */
export class Generator {
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;
  #spare: number | null = null;

  constructor(seed: bigint) {
    this.seed(seed);
  }

  seed(seed: bigint): void {
    let state = seed & MASK64;
    const next = (): bigint => {
      state = (state + 0x9e3779b97f4a7c15n) & MASK64;
      let mixed = state;
      mixed = ((mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK64;
      mixed = ((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn) & MASK64;
      return mixed ^ (mixed >> 31n);
    };
    const first = next();
    const second = next();
    this.#a = Number(BigInt.asIntN(32, first));
    this.#b = Number(BigInt.asIntN(32, first >> 32n));
    this.#c = Number(BigInt.asIntN(32, second));
    this.#d = Number(BigInt.asIntN(32, second >> 32n));
    this.#spare = null;
  }

  /** 32 random bits, as an unsigned integer. */
  bits(): number {
    const scrambled = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9);
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 11);
    return scrambled >>> 0;
  }

  /** In [0, 1), with 53 bits. */
  uniform(): number {
    const high = this.bits() >>> 5;
    const low = this.bits() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** Mean 0, standard deviation 1. */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}

function rotateLeft(bits: number, count: number): number {
  return (bits << count) | (bits >>> (32 - count));
}

let shared: Generator | null = null;

/** The generator behind `init` and the modules; seeded by the system until `manualSeed` is called. */
export function defaultGenerator(): Generator {
  shared ??= new Generator(crypto.getRandomValues(new BigUint64Array(1))[0]!);
  return shared;
}

/**
 * Makes the random numbers of this thread repeatable: everything that `init` and the modules draw afterwards depends on
 * the seed alone. Without a call they differ from run to run.
 *
 * The distributions are PyTorch's, the numbers are not. Each worker thread has a generator of its own.
 *
 * @param seed - an integer from -2^63 to 2^64 - 1, as in PyTorch; as a number, a safe one.
 *
 * @example
 * ```ts
 * manualSeed(1);
 * const layer = new nn.Conv2d(3, 16, 3); // the same weights in every run
 * ```
 *
 * @throws `ERR_DEPTHWISE_TYPE` for anything but a number or bigint, `ERR_DEPTHWISE_VALUE` for other values.
 */
export function manualSeed(seed: number | bigint): void {
  const value = readSeed(seed);
  if (shared === null) shared = new Generator(value);
  else shared.seed(value);
}

function readSeed(seed: unknown): bigint {
  if (typeof seed === "number") {
    if (Number.isSafeInteger(seed)) return BigInt(seed);
    throw rangeError("manualSeed", `seed must be a safe integer or a bigint, but got ${show(seed)}`);
  }
  if (typeof seed !== "bigint") {
    throw typeError("manualSeed", `seed must be an integer, but got ${show(seed)}`);
  }
  if (seed < -(1n << 63n) || seed > MASK64) {
    throw rangeError("manualSeed", `seed must be from -2^63 to 2^64 - 1, but got ${show(seed)}`);
  }
  return seed;
}
