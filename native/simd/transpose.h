// transpose(rows): rows[i] lane j becomes rows[j] lane i, for a square of vectors.
#ifndef DEPTHWISE_SIMD_TRANSPOSE_H_
#define DEPTHWISE_SIMD_TRANSPOSE_H_

#include "simd/vec.h"

namespace depthwise {
namespace {

// Through memory: for every Vec that has nothing better.
template <class V>
DEPTHWISE_INLINE void transpose(V (&rows)[V::kLanes]) {
  using T = typename V::Element;
  constexpr int kLanes = V::kLanes;
  alignas(64) T in[kLanes * kLanes], out[kLanes * kLanes];
  for (int i = 0; i < kLanes; ++i) rows[i].store(in + i * kLanes);
  for (int i = 0; i < kLanes; ++i)
    for (int j = 0; j < kLanes; ++j) out[j * kLanes + i] = in[i * kLanes + j];
  for (int i = 0; i < kLanes; ++i) rows[i] = V::load(out + i * kLanes);
}

#if DEPTHWISE_ISA_CODE == 2
// Pairs of rows, then pairs of pairs, then the halves of the vectors.
DEPTHWISE_INLINE void transpose(Vec<float> (&rows)[8]) {
  __m256 pairs[8], quads[8];
#pragma GCC unroll 8
  for (int i = 0; i < 8; i += 2) {
    pairs[i] = _mm256_unpacklo_ps(rows[i].v, rows[i + 1].v);
    pairs[i + 1] = _mm256_unpackhi_ps(rows[i].v, rows[i + 1].v);
  }
#pragma GCC unroll 8
  for (int i = 0; i < 8; i += 4) {
    quads[i] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0x44);
    quads[i + 1] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0xee);
    quads[i + 2] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0x44);
    quads[i + 3] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0xee);
  }
#pragma GCC unroll 8
  for (int i = 0; i < 4; ++i) {
    rows[i].v = _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x20);
    rows[i + 4].v = _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x31);
  }
}

DEPTHWISE_INLINE void transpose(Vec<double> (&rows)[4]) {
  const __m256d a = _mm256_unpacklo_pd(rows[0].v, rows[1].v), b = _mm256_unpackhi_pd(rows[0].v, rows[1].v);
  const __m256d c = _mm256_unpacklo_pd(rows[2].v, rows[3].v), d = _mm256_unpackhi_pd(rows[2].v, rows[3].v);
  rows[0].v = _mm256_permute2f128_pd(a, c, 0x20);
  rows[1].v = _mm256_permute2f128_pd(b, d, 0x20);
  rows[2].v = _mm256_permute2f128_pd(a, c, 0x31);
  rows[3].v = _mm256_permute2f128_pd(b, d, 0x31);
}
#elif DEPTHWISE_ISA_CODE == 3
// Squares of 16 bytes by 16 within the quarters of vectors, then the quarters. Not by way of memory: a load of a whole
// vector waits for the stores of its halves.

// The quarters of four vectors as a square: quarter j of vector i becomes quarter i of out[j].
DEPTHWISE_INLINE void transpose_quarters(__m512 a, __m512 b, __m512 c, __m512 d, __m512 (&out)[4]) {
  const __m512 even_low = _mm512_shuffle_f32x4(a, b, 0x88), odd_low = _mm512_shuffle_f32x4(a, b, 0xdd);
  const __m512 even_high = _mm512_shuffle_f32x4(c, d, 0x88), odd_high = _mm512_shuffle_f32x4(c, d, 0xdd);
  out[0] = _mm512_shuffle_f32x4(even_low, even_high, 0x88);
  out[1] = _mm512_shuffle_f32x4(odd_low, odd_high, 0x88);
  out[2] = _mm512_shuffle_f32x4(even_low, even_high, 0xdd);
  out[3] = _mm512_shuffle_f32x4(odd_low, odd_high, 0xdd);
}

DEPTHWISE_INLINE void transpose(Vec<float> (&rows)[16]) {
  __m512 pairs[16], quads[16];
#pragma GCC unroll 16
  for (int i = 0; i < 16; i += 2) {
    pairs[i] = _mm512_unpacklo_ps(rows[i].v, rows[i + 1].v);
    pairs[i + 1] = _mm512_unpackhi_ps(rows[i].v, rows[i + 1].v);
  }
#pragma GCC unroll 16
  for (int i = 0; i < 16; i += 4) {
    quads[i] = _mm512_shuffle_ps(pairs[i], pairs[i + 2], 0x44);
    quads[i + 1] = _mm512_shuffle_ps(pairs[i], pairs[i + 2], 0xee);
    quads[i + 2] = _mm512_shuffle_ps(pairs[i + 1], pairs[i + 3], 0x44);
    quads[i + 3] = _mm512_shuffle_ps(pairs[i + 1], pairs[i + 3], 0xee);
  }
#pragma GCC unroll 16
  for (int i = 0; i < 4; ++i) {
    __m512 out[4];
    transpose_quarters(quads[i], quads[i + 4], quads[i + 8], quads[i + 12], out);
    for (int j = 0; j < 4; ++j) rows[i + 4 * j].v = out[j];
  }
}

DEPTHWISE_INLINE void transpose(Vec<double> (&rows)[8]) {
  __m512 pairs[8];
#pragma GCC unroll 16
  for (int i = 0; i < 8; i += 2) {
    pairs[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(rows[i].v, rows[i + 1].v));
    pairs[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(rows[i].v, rows[i + 1].v));
  }
#pragma GCC unroll 16
  for (int i = 0; i < 2; ++i) {
    __m512 out[4];
    transpose_quarters(pairs[i], pairs[i + 2], pairs[i + 4], pairs[i + 6], out);
    for (int j = 0; j < 4; ++j) rows[i + 2 * j].v = _mm512_castps_pd(out[j]);
  }
}
#elif DEPTHWISE_ISA_CODE == 4
DEPTHWISE_INLINE void transpose(Vec<float> (&rows)[4]) {
  const float32x4x2_t low = vtrnq_f32(rows[0].v, rows[1].v), high = vtrnq_f32(rows[2].v, rows[3].v);
  rows[0].v = vcombine_f32(vget_low_f32(low.val[0]), vget_low_f32(high.val[0]));
  rows[1].v = vcombine_f32(vget_low_f32(low.val[1]), vget_low_f32(high.val[1]));
  rows[2].v = vcombine_f32(vget_high_f32(low.val[0]), vget_high_f32(high.val[0]));
  rows[3].v = vcombine_f32(vget_high_f32(low.val[1]), vget_high_f32(high.val[1]));
}

DEPTHWISE_INLINE void transpose(Vec<double> (&rows)[2]) {
  const float64x2_t a = rows[0].v, b = rows[1].v;
  rows[0].v = vtrn1q_f64(a, b);
  rows[1].v = vtrn2q_f64(a, b);
}
#elif DEPTHWISE_ISA_CODE == 6
DEPTHWISE_INLINE void transpose(Vec<float> (&rows)[4]) {
  const __m128 a = _mm_unpacklo_ps(rows[0].v, rows[1].v), b = _mm_unpackhi_ps(rows[0].v, rows[1].v);
  const __m128 c = _mm_unpacklo_ps(rows[2].v, rows[3].v), d = _mm_unpackhi_ps(rows[2].v, rows[3].v);
  rows[0].v = _mm_movelh_ps(a, c);
  rows[1].v = _mm_movehl_ps(c, a);
  rows[2].v = _mm_movelh_ps(b, d);
  rows[3].v = _mm_movehl_ps(d, b);
}

DEPTHWISE_INLINE void transpose(Vec<double> (&rows)[2]) {
  const __m128d a = rows[0].v, b = rows[1].v;
  rows[0].v = _mm_unpacklo_pd(a, b);
  rows[1].v = _mm_unpackhi_pd(a, b);
}
#endif

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_SIMD_TRANSPOSE_H_
