// Vec for AVX2 + FMA: 8 floats or 4 doubles. The contract is in vec_scalar.h.
#ifndef DEPTHWISE_SIMD_VEC_AVX2_H_
#define DEPTHWISE_SIMD_VEC_AVX2_H_

#include <immintrin.h>

#include <cstdint>

#define DEPTHWISE_INLINE inline __attribute__((always_inline))

namespace depthwise {
namespace {

template <class T>
struct Vec;

// Lane i of a mask is on where its sign bit is: a window into this row selects any run of lanes.
alignas(64) constexpr int32_t kMaskWindow32[24] = {0,  0,  0,  0,  0, 0, 0, 0, -1, -1, -1, -1,
                                                   -1, -1, -1, -1, 0, 0, 0, 0, 0,  0,  0,  0};
alignas(64) constexpr int64_t kMaskWindow64[12] = {0, 0, 0, 0, -1, -1, -1, -1, 0, 0, 0, 0};

static DEPTHWISE_INLINE int clamp_lanes(int n, int lanes) { return n < 0 ? 0 : n > lanes ? lanes : n; }

template <>
struct Vec<float> {
  using Element = float;
  static constexpr int kLanes = 8;
  static constexpr int kRegisters = 16;
  // vmaskmovps: a load takes an FMA slot, a store 12 cycles. Prefer full loads and overlapping stores inside an array.
  static constexpr bool kCheapMasks = false;
  __m256 v;

  struct Mask {
    __m256i m;
    static DEPTHWISE_INLINE Mask first(int n) {
      return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(kMaskWindow32 + 16 - clamp_lanes(n, 8)))};
    }
    static DEPTHWISE_INLINE Mask range(int begin, int end) {
      return {_mm256_andnot_si256(first(begin).m, first(end).m)};
    }
  };

  static DEPTHWISE_INLINE Vec zero() { return {_mm256_setzero_ps()}; }
  static DEPTHWISE_INLINE Vec broadcast(float x) { return {_mm256_set1_ps(x)}; }
  static DEPTHWISE_INLINE Vec load(const float* p) { return {_mm256_loadu_ps(p)}; }
  static DEPTHWISE_INLINE Vec load(const float* p, Mask m) { return {_mm256_maskload_ps(p, m.m)}; }
  DEPTHWISE_INLINE Vec keep(Mask m) const { return {_mm256_and_ps(v, _mm256_castsi256_ps(m.m))}; }
  static DEPTHWISE_INLINE void load_split(const float* p, Vec& even, Vec& odd) {
    const __m256 a = _mm256_loadu_ps(p), b = _mm256_loadu_ps(p + 8);
    const __m256d e = _mm256_castps_pd(_mm256_shuffle_ps(a, b, 0x88)),
                  o = _mm256_castps_pd(_mm256_shuffle_ps(a, b, 0xdd));
    even.v = _mm256_castpd_ps(_mm256_permute4x64_pd(e, 0xd8));
    odd.v = _mm256_castpd_ps(_mm256_permute4x64_pd(o, 0xd8));
  }
  static DEPTHWISE_INLINE void store_split(float* p, Vec even, Vec odd) {
    const __m256 low = _mm256_unpacklo_ps(even.v, odd.v), high = _mm256_unpackhi_ps(even.v, odd.v);
    _mm256_storeu_ps(p, _mm256_permute2f128_ps(low, high, 0x20));
    _mm256_storeu_ps(p + 8, _mm256_permute2f128_ps(low, high, 0x31));
  }
  static DEPTHWISE_INLINE Vec load_every_other(const float* p) { return load_every_other_mixed(p).in_order(); }
  static DEPTHWISE_INLINE Vec load_every_other_mixed(const float* p) {
    // The second load is moved back by one so that it ends at p[14]; its even elements are then at odd places.
    return {_mm256_shuffle_ps(_mm256_loadu_ps(p), _mm256_loadu_ps(p + 7), 0xd8)};
  }
  static DEPTHWISE_INLINE void load_pairs(const float* p, Vec& before, Vec& even, Vec& odd) {
    const __m256 a = _mm256_loadu_ps(p), b = _mm256_loadu_ps(p + 8);
    even.v = _mm256_shuffle_ps(a, b, 0x88);
    odd.v = _mm256_shuffle_ps(a, b, 0xdd);
    before.v = _mm256_shuffle_ps(_mm256_loadu_ps(p - 2), _mm256_loadu_ps(p + 6), 0xdd);
  }
  DEPTHWISE_INLINE Vec in_order() const { return {_mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(v), 0xd8))}; }
  DEPTHWISE_INLINE void store(float* p) const { _mm256_storeu_ps(p, v); }
  DEPTHWISE_INLINE void store(float* p, Mask m) const { _mm256_maskstore_ps(p, m.m, v); }
};

template <>
struct Vec<double> {
  using Element = double;
  static constexpr int kLanes = 4;
  static constexpr int kRegisters = 16;
  static constexpr bool kCheapMasks = false;
  __m256d v;

  struct Mask {
    __m256i m;
    static DEPTHWISE_INLINE Mask first(int n) {
      return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(kMaskWindow64 + 8 - clamp_lanes(n, 4)))};
    }
    static DEPTHWISE_INLINE Mask range(int begin, int end) {
      return {_mm256_andnot_si256(first(begin).m, first(end).m)};
    }
  };

  static DEPTHWISE_INLINE Vec zero() { return {_mm256_setzero_pd()}; }
  static DEPTHWISE_INLINE Vec broadcast(double x) { return {_mm256_set1_pd(x)}; }
  static DEPTHWISE_INLINE Vec load(const double* p) { return {_mm256_loadu_pd(p)}; }
  static DEPTHWISE_INLINE Vec load(const double* p, Mask m) { return {_mm256_maskload_pd(p, m.m)}; }
  DEPTHWISE_INLINE Vec keep(Mask m) const { return {_mm256_and_pd(v, _mm256_castsi256_pd(m.m))}; }
  static DEPTHWISE_INLINE void load_split(const double* p, Vec& even, Vec& odd) {
    const __m256d a = _mm256_loadu_pd(p), b = _mm256_loadu_pd(p + 4);
    even.v = _mm256_permute4x64_pd(_mm256_unpacklo_pd(a, b), 0xd8);
    odd.v = _mm256_permute4x64_pd(_mm256_unpackhi_pd(a, b), 0xd8);
  }
  static DEPTHWISE_INLINE void store_split(double* p, Vec even, Vec odd) {
    const __m256d low = _mm256_unpacklo_pd(even.v, odd.v), high = _mm256_unpackhi_pd(even.v, odd.v);
    _mm256_storeu_pd(p, _mm256_permute2f128_pd(low, high, 0x20));
    _mm256_storeu_pd(p + 4, _mm256_permute2f128_pd(low, high, 0x31));
  }
  static DEPTHWISE_INLINE Vec load_every_other(const double* p) { return load_every_other_mixed(p).in_order(); }
  static DEPTHWISE_INLINE Vec load_every_other_mixed(const double* p) {
    // The second load ends at p[6]: p[4] and p[6] are its odd ones.
    return {_mm256_shuffle_pd(_mm256_loadu_pd(p), _mm256_loadu_pd(p + 3), 0xa)};
  }
  DEPTHWISE_INLINE Vec in_order() const { return {_mm256_permute4x64_pd(v, 0xd8)}; }
  DEPTHWISE_INLINE void store(double* p) const { _mm256_storeu_pd(p, v); }
  DEPTHWISE_INLINE void store(double* p, Mask m) const { _mm256_maskstore_pd(p, m.m, v); }
};

DEPTHWISE_INLINE Vec<float> fma(Vec<float> a, Vec<float> b, Vec<float> c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
DEPTHWISE_INLINE Vec<float> fms(Vec<float> a, Vec<float> b, Vec<float> c) { return {_mm256_fmsub_ps(a.v, b.v, c.v)}; }
DEPTHWISE_INLINE Vec<float> operator+(Vec<float> a, Vec<float> b) { return {_mm256_add_ps(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> operator-(Vec<float> a, Vec<float> b) { return {_mm256_sub_ps(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> operator*(Vec<float> a, Vec<float> b) { return {_mm256_mul_ps(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> operator/(Vec<float> a, Vec<float> b) { return {_mm256_div_ps(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> max(Vec<float> a, Vec<float> b) { return {_mm256_max_ps(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> min(Vec<float> a, Vec<float> b) { return {_mm256_min_ps(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> scale2(Vec<float> x, Vec<float> n) {
  const __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n.v), _mm256_set1_epi32(127));
  return {_mm256_mul_ps(x.v, _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23)))};
}
DEPTHWISE_INLINE Vec<float> round(Vec<float> x) {
  return {_mm256_round_ps(x.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}

DEPTHWISE_INLINE Vec<double> fma(Vec<double> a, Vec<double> b, Vec<double> c) {
  return {_mm256_fmadd_pd(a.v, b.v, c.v)};
}
DEPTHWISE_INLINE Vec<double> fms(Vec<double> a, Vec<double> b, Vec<double> c) {
  return {_mm256_fmsub_pd(a.v, b.v, c.v)};
}
DEPTHWISE_INLINE Vec<double> operator+(Vec<double> a, Vec<double> b) { return {_mm256_add_pd(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> operator-(Vec<double> a, Vec<double> b) { return {_mm256_sub_pd(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> operator*(Vec<double> a, Vec<double> b) { return {_mm256_mul_pd(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> operator/(Vec<double> a, Vec<double> b) { return {_mm256_div_pd(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> max(Vec<double> a, Vec<double> b) { return {_mm256_max_pd(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> min(Vec<double> a, Vec<double> b) { return {_mm256_min_pd(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> scale2(Vec<double> x, Vec<double> n) {
  const __m256i exponent = _mm256_add_epi64(_mm256_cvtepi32_epi64(_mm256_cvtpd_epi32(n.v)), _mm256_set1_epi64x(1023));
  return {_mm256_mul_pd(x.v, _mm256_castsi256_pd(_mm256_slli_epi64(exponent, 52)))};
}
DEPTHWISE_INLINE Vec<double> round(Vec<double> x) {
  return {_mm256_round_pd(x.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_SIMD_VEC_AVX2_H_
