// The problems that every kernel is tried on: each kind, around the widths of every vector, at all borders. A kernel
// that refuses one of them says why; one that takes none of them fails its test.
import { randomStream } from "./random.js";

const WIDTHS = Array.from({ length: 34 }, (_, index) => index + 1);

function* depthwise(): Generator<string> {
  for (const width of WIDTHS) {
    const height = 1 + (width % 5);
    for (const stride of [1, 2]) {
      for (const kernel of [3, 5]) {
        yield `n1_c2_i${height}x${width}_o2_k${kernel}x${kernel}_s${stride}_p${(kernel - 1) / 2}_d1_g2_bias`;
      }
    }
    yield `n1_c3_i${width}x${height}_o6_k3x3_s1_p1_d1_g3`;
    yield `n1_c2_i7x${width}_o2_k3x3_s1_p2_d2_g2`;
    yield `n1_c2_i5x${width + 2}_o2_k3x3_s1_p0_d1_g2`;
    yield `n1_c${width}_i5x4_o${width}_k3x3_s1_p1_d1_g${width}_bias_nhwc`;
    yield `n1_c${width}_i6x5_o${width}_k3x3_s2_p1_d1_g${width}_nhwc`;
    yield `n1_c${width}_i9_o${width}_k4_s1_p3,0_d1_g${width}`;
    yield `n2_c2_i${width}_o4_k3_s1_p1_d1_g2_bias`;
  }
  for (const kernel of [2, 4, 6, 7, 9, 11, 13, 15, 21, 31]) {
    const pad = Math.floor(kernel / 2);
    yield `n1_c2_i40x37_o2_k${kernel}x${kernel}_s1_p${pad}_d1_g2_bias`;
    yield `n1_c2_i9x12_o4_k${kernel}x${kernel}_s1_p${pad}_d1_g2`;
    yield `n1_c9_i12x11_o9_k${kernel}x${kernel}_s1_p${pad}_d1_g9_nhwc`;
  }
  for (const size of [7, 14, 28, 56]) {
    for (const stride of [1, 2]) yield `n2_c9_i${size}x${size}_o9_k3x3_s${stride}_p1_d1_g9_bias`;
    yield `n1_c5_i${size}x${size}_o5_k5x5_s1_p2_d1_g5`;
    yield `n1_c3_i${size}x${size}_o3_k3x3_s1_p12_d12_g3`;
    yield `n1_c4_i${size}x${size}_o8_k3x3_s1_p1_d1_g4_relu`;
  }
  yield "n1_c2_i1x1_o2_k1x1_s1_p0_d1_g2";
  yield "n1_c2_i1x1_o2_k3x3_s1_p1_d1_g2";
  yield "n1_c2_i2x2_o2_k5x5_s1_p4_d1_g2";
  yield "n1_c2_i3x3_o2_k3x3_s3_p7_d1_g2";
  yield "n1_c2_i9x9_o2_k3x3_s1_p4,0,0,3_d1_g2";
  yield "n1_c2_i9x40_o2_k1x7_s1_p0x3_d1_g2_bias";
  yield "n1_c2_i40x9_o2_k7x1_s1_p3x0_d1_g2";
}

function* dense(): Generator<string> {
  for (const width of WIDTHS) {
    yield `n1_c3_i2x${width}_o5_k1x1_s1_p0_d1_g1_bias`;
    yield `n1_c${width}_i3x5_o${width + 1}_k1x1_s1_p0_d1_g1`;
    yield `n1_c${width}_i3x5_o${width + 1}_k1x1_s1_p0_d1_g1_bias_nhwc`;
    yield `n1_c3_i5x${width}_o${width}_k3x3_s1_p1_d1_g1_bias`;
    yield `n1_c4_i5x${width}_o6_k3x3_s1_p1_d1_g2`;
    yield `n1_c${width}_i5x6_o7_k3x3_s2_p1_d1_g1_nhwc`;
    yield `n1_c3_i${width}_o4_k3_s1_p1_d1_g1`;
  }
  for (const each of [2, 4, 8, 15, 16, 17, 32]) {
    yield `n2_c${2 * each}_i9x11_o${2 * each}_k3x3_s1_p1_d1_g2_bias`;
    yield `n1_c${3 * each}_i7x7_o${3 * each}_k1x1_s1_p0_d1_g3_bias`;
    yield `n1_c${2 * each}_i6x7_o${4 * each}_k3x3_s2_p1_d1_g2_bias_nhwc`;
  }
  yield "n1_c5_i12x13_o6_k4x2_s1_p1x0_d2x1_g1_bias";
  yield "n1_c64_i14x14_o64_k3x3_s1_p1_d1_g1_bias";
  yield "n1_c3_i33x35_o16_k3x3_s2_p1_d1_g1_bias";
  yield "n1_c24_i28x28_o40_k1x1_s1_p0_d1_g1_relu6";
  yield "n1_c8_i8x8_o8_k1x1_s2_p0_d1_g1";
  yield "n1_c8_i8x8_o8_k1x1_s1_p1_d1_g1_bias";
}

function* others(): Generator<string> {
  for (const channels of [1, 3, 8, 17]) {
    for (const kernels of [1, 2, 5, 8]) {
      yield `n2_c${channels}_i9x19_o${channels * kernels}_k3x3_s1_p1_d1_g${channels}_bias_shared`;
      yield `n1_c${channels}_i9x10_o${channels * kernels}_k3x3_s1_p1_d1_g${channels}_bias_shared_nhwc`;
    }
  }
  yield "n1_c3_i20x21_o6_k7x7_s2_p3_d1_g3_shared";
  for (const size of [4, 9, 17]) {
    yield `n2_c3_i5x6x${size}_o6_k3x3x3_s1_p1_d1_g3_bias`;
    yield `n1_c4_i4x5x${size}_o6_k2x3x3_s1x2x1_p1x1x1_d1_g2`;
    yield `n1_c4_i4x5x${size}_o4_k3x3x3_s1_p1_d1_g4_bias_nhwc`;
    yield `n1_c3_i3x4x${size}_o5_k1x1x1_s1_p0_d1_g1`;
    yield `n1_c4_i6x5x${size}_o4_k3x1x1_s1_p1x0x0_d1_g4`;
  }
  for (const mode of ["reflect", "replicate", "circular"]) {
    for (const layout of ["", "_nhwc"]) {
      yield `n1_c3_i9x20_o3_k3x3_s1_p1_d1_g3_bias_${mode}${layout}`;
      yield `n1_c3_i9x20_o3_k5x5_s2_p4_d1_g3_${mode}${layout}`;
      yield `n1_c4_i9x10_o6_k3x3_s1_p3,0,1,2_d1_g2_${mode}${layout}`;
      yield `n1_c4_i9x10_o6_k3x3_s1_p1_d1_g1_${mode}${layout}`;
      yield `n1_c2_i6x7x8_o2_k3x3x3_s1_p2_d1_g2_${mode}${layout}`;
      yield `n1_c2_i37_o2_k9_s1_p8_d1_g2_${mode}${layout}`;
    }
  }
  for (const activation of ["relu", "relu6", "silu", "hardswish"]) {
    for (const layout of ["", "_nhwc"]) {
      yield `n1_c9_i9x20_o9_k3x3_s1_p1_d1_g9_bias_${activation}${layout}`;
      yield `n1_c9_i9x20_o9_k5x5_s2_p2_d1_g9_${activation}${layout}`;
      yield `n1_c9_i5x7_o11_k1x1_s1_p0_d1_g1_bias_${activation}${layout}`;
      yield `n1_c8_i9x11_o8_k3x3_s1_p1_d1_g2_bias_${activation}${layout}`;
      yield `n1_c3_i9x11_o9_k3x3_s1_p1_d1_g3_shared_bias_${activation}${layout}`;
    }
  }
}

/** Combinations that nobody thought of, the same on every run. */
function* random(): Generator<string> {
  const next = randomStream(20240517);
  const pick = <T>(items: readonly T[]) => items[Math.floor(next() * items.length)] as T;
  const upTo = (top: number) => 1 + Math.floor(next() * top);
  for (let count = 0; count < 300; count++) {
    const groups = pick([1, 1, 2, 3, 8, 16]);
    const kernel = `${upTo(5)}x${upTo(5)}`;
    const sizes = `i${5 + upTo(20)}x${5 + upTo(40)}_o${groups * upTo(6)}_k${kernel}_s${pick(["1", "1", "2", "3", "1x2"])}`;
    const words = [
      pick(["", "_bias"]),
      pick(["", "_nhwc"]),
      pick(["", "", "_relu", "_hardswish"]),
      pick(["", "", "", "_circular"]),
    ];
    yield `n${upTo(2)}_c${groups * upTo(6)}_${sizes}_p${pick(["0", "1", "2", "3", "0,1,2,3"])}_d1_g${groups}${words.join("")}`;
  }
}

/** All of them in float32, and every fourth in float64 too. */
export function sweep(): string[] {
  const all = [...depthwise(), ...dense(), ...others(), ...random()];
  return [...all, ...all.filter((_, index) => index % 4 === 0).map((descriptor) => `${descriptor}_f64`)];
}
