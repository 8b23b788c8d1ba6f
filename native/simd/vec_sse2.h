// Vec for SSE2, which every x86-64 has: 4 floats or 2 doubles. The contract is in vec_scalar.h.
#ifndef DEPTHWISE_SIMD_VEC_SSE2_H_
#define DEPTHWISE_SIMD_VEC_SSE2_H_

#include <emmintrin.h>

#include <cstdint>

#include "simd/lane_range.h"

#define DEPTHWISE_INLINE inline __attribute__((always_inline))

namespace depthwise {
namespace {

template <class T>
struct Vec;

// SSE2 has no masked load, and its masked store bypasses the caches: lanes go one by one, so kernels keep masks to the
// ends of rows.
template <>
struct Vec<float> {
  using Element = float;
  static constexpr int kLanes = 4;
  static constexpr int kRegisters = 16;
  static constexpr bool kCheapMasks = false;
  __m128 v;

  using Mask = LaneRange<4>;

  static DEPTHWISE_INLINE Vec zero() { return {_mm_setzero_ps()}; }
  static DEPTHWISE_INLINE Vec broadcast(float x) { return {_mm_set1_ps(x)}; }
  static DEPTHWISE_INLINE Vec load(const float* p) { return {_mm_loadu_ps(p)}; }
  static DEPTHWISE_INLINE Vec load(const float* p, Mask m) {
    const __m128 a = m.has(0) ? _mm_load_ss(p) : _mm_setzero_ps(), b = m.has(1) ? _mm_load_ss(p + 1) : _mm_setzero_ps();
    const __m128 c = m.has(2) ? _mm_load_ss(p + 2) : _mm_setzero_ps(),
                 d = m.has(3) ? _mm_load_ss(p + 3) : _mm_setzero_ps();
    return {_mm_movelh_ps(_mm_unpacklo_ps(a, b), _mm_unpacklo_ps(c, d))};
  }
  DEPTHWISE_INLINE Vec keep(Mask m) const {
    const __m128i lane = _mm_set_epi32(3, 2, 1, 0);
    const __m128i on =
        _mm_andnot_si128(_mm_cmplt_epi32(lane, _mm_set1_epi32(m.begin)), _mm_cmplt_epi32(lane, _mm_set1_epi32(m.end)));
    return {_mm_and_ps(v, _mm_castsi128_ps(on))};
  }
  static DEPTHWISE_INLINE void load_split(const float* p, Vec& even, Vec& odd) {
    const __m128 a = _mm_loadu_ps(p), b = _mm_loadu_ps(p + 4);
    even.v = _mm_shuffle_ps(a, b, 0x88);
    odd.v = _mm_shuffle_ps(a, b, 0xdd);
  }
  static DEPTHWISE_INLINE void store_split(float* p, Vec even, Vec odd) {
    _mm_storeu_ps(p, _mm_unpacklo_ps(even.v, odd.v));
    _mm_storeu_ps(p + 4, _mm_unpackhi_ps(even.v, odd.v));
  }
  static DEPTHWISE_INLINE Vec load_every_other(const float* p) {
    // The second load is moved back by one so that it ends at p[6]; p[4] and p[6] are then at odd places.
    return {_mm_shuffle_ps(_mm_loadu_ps(p), _mm_loadu_ps(p + 3), 0xd8)};
  }
  static DEPTHWISE_INLINE Vec load_every_other_mixed(const float* p) { return load_every_other(p); }
  DEPTHWISE_INLINE Vec in_order() const { return *this; }
  DEPTHWISE_INLINE void store(float* p) const { _mm_storeu_ps(p, v); }
  DEPTHWISE_INLINE void store(float* p, Mask m) const {
    if (m.has(0)) _mm_store_ss(p, v);
    if (m.has(1)) _mm_store_ss(p + 1, _mm_shuffle_ps(v, v, 1));
    if (m.has(2)) _mm_store_ss(p + 2, _mm_shuffle_ps(v, v, 2));
    if (m.has(3)) _mm_store_ss(p + 3, _mm_shuffle_ps(v, v, 3));
  }
};

template <>
struct Vec<double> {
  using Element = double;
  static constexpr int kLanes = 2;
  static constexpr int kRegisters = 16;
  static constexpr bool kCheapMasks = false;
  __m128d v;

  using Mask = LaneRange<2>;

  static DEPTHWISE_INLINE Vec zero() { return {_mm_setzero_pd()}; }
  static DEPTHWISE_INLINE Vec broadcast(double x) { return {_mm_set1_pd(x)}; }
  static DEPTHWISE_INLINE Vec load(const double* p) { return {_mm_loadu_pd(p)}; }
  static DEPTHWISE_INLINE Vec load(const double* p, Mask m) {
    const __m128d low = m.has(0) ? _mm_load_sd(p) : _mm_setzero_pd();
    return {m.has(1) ? _mm_loadh_pd(low, p + 1) : low};
  }
  DEPTHWISE_INLINE Vec keep(Mask m) const {
    const __m128i on = _mm_set_epi64x(-int64_t{m.has(1)}, -int64_t{m.has(0)});
    return {_mm_and_pd(v, _mm_castsi128_pd(on))};
  }
  static DEPTHWISE_INLINE void load_split(const double* p, Vec& even, Vec& odd) {
    const __m128d a = _mm_loadu_pd(p), b = _mm_loadu_pd(p + 2);
    even.v = _mm_unpacklo_pd(a, b);
    odd.v = _mm_unpackhi_pd(a, b);
  }
  static DEPTHWISE_INLINE void store_split(double* p, Vec even, Vec odd) {
    _mm_storeu_pd(p, _mm_unpacklo_pd(even.v, odd.v));
    _mm_storeu_pd(p + 2, _mm_unpackhi_pd(even.v, odd.v));
  }
  static DEPTHWISE_INLINE Vec load_every_other(const double* p) { return {_mm_loadh_pd(_mm_load_sd(p), p + 2)}; }
  static DEPTHWISE_INLINE Vec load_every_other_mixed(const double* p) { return load_every_other(p); }
  DEPTHWISE_INLINE Vec in_order() const { return *this; }
  DEPTHWISE_INLINE void store(double* p) const { _mm_storeu_pd(p, v); }
  DEPTHWISE_INLINE void store(double* p, Mask m) const {
    if (m.has(0)) _mm_storel_pd(p, v);
    if (m.has(1)) _mm_storeh_pd(p + 1, v);
  }
};

// SSE2 has no fused multiply-add: this rounds twice, as scalar does.
DEPTHWISE_INLINE Vec<float> fma(Vec<float> a, Vec<float> b, Vec<float> c) {
  return {_mm_add_ps(_mm_mul_ps(a.v, b.v), c.v)};
}
DEPTHWISE_INLINE Vec<float> fms(Vec<float> a, Vec<float> b, Vec<float> c) {
  return {_mm_sub_ps(_mm_mul_ps(a.v, b.v), c.v)};
}
DEPTHWISE_INLINE Vec<float> operator+(Vec<float> a, Vec<float> b) { return {_mm_add_ps(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> operator-(Vec<float> a, Vec<float> b) { return {_mm_sub_ps(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> operator*(Vec<float> a, Vec<float> b) { return {_mm_mul_ps(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> operator/(Vec<float> a, Vec<float> b) { return {_mm_div_ps(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> max(Vec<float> a, Vec<float> b) { return {_mm_max_ps(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> min(Vec<float> a, Vec<float> b) { return {_mm_min_ps(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> scale2(Vec<float> x, Vec<float> n) {
  const __m128i exponent = _mm_add_epi32(_mm_cvtps_epi32(n.v), _mm_set1_epi32(127));
  return {_mm_mul_ps(x.v, _mm_castsi128_ps(_mm_slli_epi32(exponent, 23)))};
}
// Above 2^23 floats are whole numbers (2^52: doubles), and the addition rounds to them.
DEPTHWISE_INLINE Vec<float> round(Vec<float> x) {
  const __m128 whole = _mm_set1_ps(12582912.0f);
  return {_mm_sub_ps(_mm_add_ps(x.v, whole), whole)};
}

DEPTHWISE_INLINE Vec<double> fma(Vec<double> a, Vec<double> b, Vec<double> c) {
  return {_mm_add_pd(_mm_mul_pd(a.v, b.v), c.v)};
}
DEPTHWISE_INLINE Vec<double> fms(Vec<double> a, Vec<double> b, Vec<double> c) {
  return {_mm_sub_pd(_mm_mul_pd(a.v, b.v), c.v)};
}
DEPTHWISE_INLINE Vec<double> operator+(Vec<double> a, Vec<double> b) { return {_mm_add_pd(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> operator-(Vec<double> a, Vec<double> b) { return {_mm_sub_pd(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> operator*(Vec<double> a, Vec<double> b) { return {_mm_mul_pd(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> operator/(Vec<double> a, Vec<double> b) { return {_mm_div_pd(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> max(Vec<double> a, Vec<double> b) { return {_mm_max_pd(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> min(Vec<double> a, Vec<double> b) { return {_mm_min_pd(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> scale2(Vec<double> x, Vec<double> n) {
  // Two exponents of 32 bits, each moved into the upper half of its 64.
  const __m128i exponent = _mm_add_epi32(_mm_cvtpd_epi32(n.v), _mm_set1_epi32(1023));
  return {_mm_mul_pd(x.v, _mm_castsi128_pd(_mm_slli_epi64(_mm_unpacklo_epi32(exponent, _mm_setzero_si128()), 52)))};
}
DEPTHWISE_INLINE Vec<double> round(Vec<double> x) {
  const __m128d whole = _mm_set1_pd(6755399441055744.0);
  return {_mm_sub_pd(_mm_add_pd(x.v, whole), whole)};
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_SIMD_VEC_SSE2_H_
