// Vec for AVX-512 (F, VL, DQ, BW): 16 floats or 8 doubles. The contract is in vec_scalar.h.
#ifndef DEPTHWISE_SIMD_VEC_AVX512_H_
#define DEPTHWISE_SIMD_VEC_AVX512_H_

#include <immintrin.h>

#include <cstdint>

#define DEPTHWISE_INLINE inline __attribute__((always_inline))

namespace depthwise {
namespace {

template <class T>
struct Vec;

static DEPTHWISE_INLINE uint32_t first_bits(int n, int lanes) {
  return n <= 0 ? 0u : n >= lanes ? (1u << lanes) - 1u : (1u << n) - 1u;
}

template <>
struct Vec<float> {
  using Element = float;
  static constexpr int kLanes = 16;
  static constexpr int kRegisters = 32;
  static constexpr bool kCheapMasks = true;
  __m512 v;

  struct Mask {
    __mmask16 m;
    static DEPTHWISE_INLINE Mask first(int n) { return {static_cast<__mmask16>(first_bits(n, 16))}; }
    static DEPTHWISE_INLINE Mask range(int begin, int end) {
      return {static_cast<__mmask16>(first_bits(end, 16) & ~first_bits(begin, 16))};
    }
    DEPTHWISE_INLINE Mask operator|(Mask other) const { return {static_cast<__mmask16>(m | other.m)}; }
  };

  struct Places {
    __m512i index;
    __mmask16 live;
    static DEPTHWISE_INLINE Places of(const int32_t* places) {
      const __m512i index = _mm512_loadu_si512(places);
      return {index, _mm512_cmpge_epi32_mask(index, _mm512_setzero_si512())};
    }
  };

  static DEPTHWISE_INLINE Vec zero() { return {_mm512_setzero_ps()}; }
  static DEPTHWISE_INLINE Vec broadcast(float x) { return {_mm512_set1_ps(x)}; }
  static DEPTHWISE_INLINE Vec load(const float* p) { return {_mm512_loadu_ps(p)}; }
  static DEPTHWISE_INLINE Vec load(const float* p, Mask m) { return {_mm512_maskz_loadu_ps(m.m, p)}; }
  DEPTHWISE_INLINE Vec keep(Mask m) const { return {_mm512_maskz_mov_ps(m.m, v)}; }
  static DEPTHWISE_INLINE void load_split(const float* p, Vec& even, Vec& odd) {
    split(load(p), load(p + 16), even, odd);
  }
  static DEPTHWISE_INLINE void store_split(float* p, Vec even, Vec odd) {
    const __m512i first = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    _mm512_storeu_ps(p, _mm512_permutex2var_ps(even.v, first, odd.v));
    _mm512_storeu_ps(p + 16, _mm512_permutex2var_ps(even.v, _mm512_add_epi32(first, _mm512_set1_epi32(8)), odd.v));
  }
  static DEPTHWISE_INLINE Vec load_every_other(const float* p) {
    const __m512 a = _mm512_loadu_ps(p), b = _mm512_maskz_loadu_ps(0x7fff, p + 16);
    return {_mm512_permutex2var_ps(a, _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30), b)};
  }
  static DEPTHWISE_INLINE Vec load_every_other_mixed(const float* p) { return load_every_other(p); }
  DEPTHWISE_INLINE Vec in_order() const { return *this; }
  DEPTHWISE_INLINE void store(float* p) const { _mm512_storeu_ps(p, v); }
  DEPTHWISE_INLINE void store(float* p, Mask m) const { _mm512_mask_storeu_ps(p, m.m, v); }

  struct Half {
    using Element = float;
    static constexpr int kLanes = 8;
    static constexpr int kRegisters = 32;
    __m256 v;

    struct Mask {
      __mmask8 m;
      static DEPTHWISE_INLINE Mask first(int n) { return {static_cast<__mmask8>(first_bits(n, 8))}; }
      static DEPTHWISE_INLINE Mask range(int begin, int end) {
        return {static_cast<__mmask8>(first_bits(end, 8) & ~first_bits(begin, 8))};
      }
    };
    static DEPTHWISE_INLINE Half zero() { return {_mm256_setzero_ps()}; }
    static DEPTHWISE_INLINE Half broadcast(float x) { return {_mm256_set1_ps(x)}; }
    static DEPTHWISE_INLINE Half load(const float* p) { return {_mm256_loadu_ps(p)}; }
    static DEPTHWISE_INLINE Half load(const float* p, Mask m) { return {_mm256_maskz_loadu_ps(m.m, p)}; }
    static DEPTHWISE_INLINE void split(Half a, Half b, Half& even, Half& odd) {
      even.v = _mm256_permutex2var_ps(a.v, _mm256_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14), b.v);
      odd.v = _mm256_permutex2var_ps(a.v, _mm256_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15), b.v);
    }
    DEPTHWISE_INLINE Half after(Half before) const {
      return {_mm256_castsi256_ps(_mm256_alignr_epi32(_mm256_castps_si256(v), _mm256_castps_si256(before.v), 7))};
    }
    DEPTHWISE_INLINE void store(float* p) const { _mm256_storeu_ps(p, v); }
  };
  static DEPTHWISE_INLINE void split(Vec a, Vec b, Vec& even, Vec& odd) {
    const __m512i first = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    even.v = _mm512_permutex2var_ps(a.v, first, b.v);
    odd.v = _mm512_permutex2var_ps(a.v, _mm512_add_epi32(first, _mm512_set1_epi32(1)), b.v);
  }
  DEPTHWISE_INLINE Vec after(Vec before) const {
    return {_mm512_castsi512_ps(_mm512_alignr_epi32(_mm512_castps_si512(v), _mm512_castps_si512(before.v), 15))};
  }
  DEPTHWISE_INLINE Half low() const { return {_mm512_castps512_ps256(v)}; }
};

template <>
struct Vec<double> {
  using Element = double;
  static constexpr int kLanes = 8;
  static constexpr int kRegisters = 32;
  static constexpr bool kCheapMasks = true;
  __m512d v;

  struct Mask {
    __mmask8 m;
    static DEPTHWISE_INLINE Mask first(int n) { return {static_cast<__mmask8>(first_bits(n, 8))}; }
    static DEPTHWISE_INLINE Mask range(int begin, int end) {
      return {static_cast<__mmask8>(first_bits(end, 8) & ~first_bits(begin, 8))};
    }
    DEPTHWISE_INLINE Mask operator|(Mask other) const { return {static_cast<__mmask8>(m | other.m)}; }
  };

  static DEPTHWISE_INLINE Vec zero() { return {_mm512_setzero_pd()}; }
  static DEPTHWISE_INLINE Vec broadcast(double x) { return {_mm512_set1_pd(x)}; }
  static DEPTHWISE_INLINE Vec load(const double* p) { return {_mm512_loadu_pd(p)}; }
  static DEPTHWISE_INLINE Vec load(const double* p, Mask m) { return {_mm512_maskz_loadu_pd(m.m, p)}; }
  DEPTHWISE_INLINE Vec keep(Mask m) const { return {_mm512_maskz_mov_pd(m.m, v)}; }
  static DEPTHWISE_INLINE void load_split(const double* p, Vec& even, Vec& odd) {
    const __m512d a = _mm512_loadu_pd(p), b = _mm512_loadu_pd(p + 8);
    even.v = _mm512_permutex2var_pd(a, _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14), b);
    odd.v = _mm512_permutex2var_pd(a, _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15), b);
  }
  static DEPTHWISE_INLINE void store_split(double* p, Vec even, Vec odd) {
    _mm512_storeu_pd(p, _mm512_permutex2var_pd(even.v, _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11), odd.v));
    _mm512_storeu_pd(p + 8, _mm512_permutex2var_pd(even.v, _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15), odd.v));
  }
  static DEPTHWISE_INLINE Vec load_every_other(const double* p) {
    const __m512d a = _mm512_loadu_pd(p), b = _mm512_maskz_loadu_pd(0x7f, p + 8);
    return {_mm512_permutex2var_pd(a, _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14), b)};
  }
  static DEPTHWISE_INLINE Vec load_every_other_mixed(const double* p) { return load_every_other(p); }
  DEPTHWISE_INLINE Vec in_order() const { return *this; }
  DEPTHWISE_INLINE void store(double* p) const { _mm512_storeu_pd(p, v); }
  DEPTHWISE_INLINE void store(double* p, Mask m) const { _mm512_mask_storeu_pd(p, m.m, v); }
};

DEPTHWISE_INLINE Vec<float> fma(Vec<float> a, Vec<float> b, Vec<float> c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
DEPTHWISE_INLINE Vec<float> fms(Vec<float> a, Vec<float> b, Vec<float> c) { return {_mm512_fmsub_ps(a.v, b.v, c.v)}; }
DEPTHWISE_INLINE Vec<float> operator+(Vec<float> a, Vec<float> b) { return {_mm512_add_ps(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> operator-(Vec<float> a, Vec<float> b) { return {_mm512_sub_ps(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> operator*(Vec<float> a, Vec<float> b) { return {_mm512_mul_ps(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> operator/(Vec<float> a, Vec<float> b) { return {_mm512_div_ps(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> max(Vec<float> a, Vec<float> b) { return {_mm512_max_ps(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> min(Vec<float> a, Vec<float> b) { return {_mm512_min_ps(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> scale2(Vec<float> x, Vec<float> n) { return {_mm512_scalef_ps(x.v, n.v)}; }
DEPTHWISE_INLINE Vec<float> round(Vec<float> x) { return {_mm512_roundscale_ps(x.v, _MM_FROUND_TO_NEAREST_INT)}; }

using HalfVec = Vec<float>::Half;
DEPTHWISE_INLINE HalfVec fma(HalfVec a, HalfVec b, HalfVec c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
DEPTHWISE_INLINE HalfVec max(HalfVec a, HalfVec b) { return {_mm256_max_ps(a.v, b.v)}; }
DEPTHWISE_INLINE HalfVec min(HalfVec a, HalfVec b) { return {_mm256_min_ps(a.v, b.v)}; }

DEPTHWISE_INLINE Vec<float> pick(Vec<float> a, Vec<float> b, Vec<float>::Places places) {
  return {_mm512_maskz_permutex2var_ps(places.live, a.v, places.index, b.v)};
}

DEPTHWISE_INLINE Vec<double> fma(Vec<double> a, Vec<double> b, Vec<double> c) {
  return {_mm512_fmadd_pd(a.v, b.v, c.v)};
}
DEPTHWISE_INLINE Vec<double> fms(Vec<double> a, Vec<double> b, Vec<double> c) {
  return {_mm512_fmsub_pd(a.v, b.v, c.v)};
}
DEPTHWISE_INLINE Vec<double> operator+(Vec<double> a, Vec<double> b) { return {_mm512_add_pd(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> operator-(Vec<double> a, Vec<double> b) { return {_mm512_sub_pd(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> operator*(Vec<double> a, Vec<double> b) { return {_mm512_mul_pd(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> operator/(Vec<double> a, Vec<double> b) { return {_mm512_div_pd(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> max(Vec<double> a, Vec<double> b) { return {_mm512_max_pd(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> min(Vec<double> a, Vec<double> b) { return {_mm512_min_pd(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> scale2(Vec<double> x, Vec<double> n) { return {_mm512_scalef_pd(x.v, n.v)}; }
DEPTHWISE_INLINE Vec<double> round(Vec<double> x) { return {_mm512_roundscale_pd(x.v, _MM_FROUND_TO_NEAREST_INT)}; }

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_SIMD_VEC_AVX512_H_
