// Vec for AArch64 NEON: 4 floats or 2 doubles. The contract is in vec_scalar.h.
#ifndef DEPTHWISE_SIMD_VEC_NEON_H_
#define DEPTHWISE_SIMD_VEC_NEON_H_

#include <arm_neon.h>

#include <cstdint>

#include "simd/lane_range.h"

#define DEPTHWISE_INLINE inline __attribute__((always_inline))

namespace depthwise {
namespace {

template <class T>
struct Vec;

// NEON has no masked load or store: lanes go one by one, so kernels keep masks to the ends of rows.
template <>
struct Vec<float> {
  using Element = float;
  static constexpr int kLanes = 4;
  static constexpr int kRegisters = 32;
  static constexpr bool kCheapMasks = false;
  float32x4_t v;

  using Mask = LaneRange<4>;

  static DEPTHWISE_INLINE Vec zero() { return {vdupq_n_f32(0)}; }
  static DEPTHWISE_INLINE Vec broadcast(float x) { return {vdupq_n_f32(x)}; }
  static DEPTHWISE_INLINE Vec load(const float* p) { return {vld1q_f32(p)}; }
  static DEPTHWISE_INLINE Vec load(const float* p, Mask m) {
    float32x4_t v = vdupq_n_f32(0);
    if (m.has(0)) v = vld1q_lane_f32(p, v, 0);
    if (m.has(1)) v = vld1q_lane_f32(p + 1, v, 1);
    if (m.has(2)) v = vld1q_lane_f32(p + 2, v, 2);
    if (m.has(3)) v = vld1q_lane_f32(p + 3, v, 3);
    return {v};
  }
  DEPTHWISE_INLINE Vec keep(Mask m) const {
    const int32x4_t lane = {0, 1, 2, 3};
    const uint32x4_t on = vandq_u32(vcgeq_s32(lane, vdupq_n_s32(m.begin)), vcltq_s32(lane, vdupq_n_s32(m.end)));
    return {vreinterpretq_f32_u32(vandq_u32(vreinterpretq_u32_f32(v), on))};
  }
  static DEPTHWISE_INLINE void load_split(const float* p, Vec& even, Vec& odd) {
    const float32x4x2_t pair = vld2q_f32(p);
    even.v = pair.val[0];
    odd.v = pair.val[1];
  }
  static DEPTHWISE_INLINE void store_split(float* p, Vec even, Vec odd) {
    const float32x4x2_t pair = {{even.v, odd.v}};
    vst2q_f32(p, pair);
  }
  static DEPTHWISE_INLINE Vec load_every_other(const float* p) {
    const float32x4_t a = vld1q_f32(p), b = vld1q_f32(p + 3);  // b ends at p[6]: p[4] and p[6] are its odd ones
    return {vcombine_f32(vget_low_f32(vuzp1q_f32(a, a)), vget_low_f32(vuzp2q_f32(b, b)))};
  }
  static DEPTHWISE_INLINE Vec load_every_other_mixed(const float* p) { return load_every_other(p); }
  static DEPTHWISE_INLINE void load_pairs(const float* p, Vec& before, Vec& even, Vec& odd) {
    load_split(p, even, odd);
    before.v = vuzp2q_f32(vld1q_f32(p - 2), vld1q_f32(p + 2));
  }
  DEPTHWISE_INLINE Vec in_order() const { return *this; }
  DEPTHWISE_INLINE void store(float* p) const { vst1q_f32(p, v); }
  DEPTHWISE_INLINE void store(float* p, Mask m) const {
    if (m.has(0)) vst1q_lane_f32(p, v, 0);
    if (m.has(1)) vst1q_lane_f32(p + 1, v, 1);
    if (m.has(2)) vst1q_lane_f32(p + 2, v, 2);
    if (m.has(3)) vst1q_lane_f32(p + 3, v, 3);
  }
};

template <>
struct Vec<double> {
  using Element = double;
  static constexpr int kLanes = 2;
  static constexpr int kRegisters = 32;
  static constexpr bool kCheapMasks = false;
  float64x2_t v;

  using Mask = LaneRange<2>;

  static DEPTHWISE_INLINE Vec zero() { return {vdupq_n_f64(0)}; }
  static DEPTHWISE_INLINE Vec broadcast(double x) { return {vdupq_n_f64(x)}; }
  static DEPTHWISE_INLINE Vec load(const double* p) { return {vld1q_f64(p)}; }
  static DEPTHWISE_INLINE Vec load(const double* p, Mask m) {
    float64x2_t v = vdupq_n_f64(0);
    if (m.has(0)) v = vld1q_lane_f64(p, v, 0);
    if (m.has(1)) v = vld1q_lane_f64(p + 1, v, 1);
    return {v};
  }
  DEPTHWISE_INLINE Vec keep(Mask m) const {
    const int64x2_t lane = {0, 1};
    const uint64x2_t on = vandq_u64(vcgeq_s64(lane, vdupq_n_s64(m.begin)), vcltq_s64(lane, vdupq_n_s64(m.end)));
    return {vreinterpretq_f64_u64(vandq_u64(vreinterpretq_u64_f64(v), on))};
  }
  static DEPTHWISE_INLINE void load_split(const double* p, Vec& even, Vec& odd) {
    const float64x2x2_t pair = vld2q_f64(p);
    even.v = pair.val[0];
    odd.v = pair.val[1];
  }
  static DEPTHWISE_INLINE void store_split(double* p, Vec even, Vec odd) {
    const float64x2x2_t pair = {{even.v, odd.v}};
    vst2q_f64(p, pair);
  }
  static DEPTHWISE_INLINE Vec load_every_other(const double* p) { return {vcombine_f64(vld1_f64(p), vld1_f64(p + 2))}; }
  static DEPTHWISE_INLINE Vec load_every_other_mixed(const double* p) { return load_every_other(p); }
  DEPTHWISE_INLINE Vec in_order() const { return *this; }
  DEPTHWISE_INLINE void store(double* p) const { vst1q_f64(p, v); }
  DEPTHWISE_INLINE void store(double* p, Mask m) const {
    if (m.has(0)) vst1q_lane_f64(p, v, 0);
    if (m.has(1)) vst1q_lane_f64(p + 1, v, 1);
  }
};

DEPTHWISE_INLINE Vec<float> fma(Vec<float> a, Vec<float> b, Vec<float> c) { return {vfmaq_f32(c.v, a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> fms(Vec<float> a, Vec<float> b, Vec<float> c) {
  return {vnegq_f32(vfmsq_f32(c.v, a.v, b.v))};
}
DEPTHWISE_INLINE Vec<float> operator+(Vec<float> a, Vec<float> b) { return {vaddq_f32(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> operator-(Vec<float> a, Vec<float> b) { return {vsubq_f32(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> operator*(Vec<float> a, Vec<float> b) { return {vmulq_f32(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> operator/(Vec<float> a, Vec<float> b) { return {vdivq_f32(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> max(Vec<float> a, Vec<float> b) { return {vmaxq_f32(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> min(Vec<float> a, Vec<float> b) { return {vminq_f32(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<float> scale2(Vec<float> x, Vec<float> n) {
  const int32x4_t exponent = vaddq_s32(vcvtnq_s32_f32(n.v), vdupq_n_s32(127));
  return {vmulq_f32(x.v, vreinterpretq_f32_s32(vshlq_n_s32(exponent, 23)))};
}
DEPTHWISE_INLINE Vec<float> round(Vec<float> x) { return {vrndnq_f32(x.v)}; }

DEPTHWISE_INLINE Vec<double> fma(Vec<double> a, Vec<double> b, Vec<double> c) { return {vfmaq_f64(c.v, a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> fms(Vec<double> a, Vec<double> b, Vec<double> c) {
  return {vnegq_f64(vfmsq_f64(c.v, a.v, b.v))};
}
DEPTHWISE_INLINE Vec<double> operator+(Vec<double> a, Vec<double> b) { return {vaddq_f64(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> operator-(Vec<double> a, Vec<double> b) { return {vsubq_f64(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> operator*(Vec<double> a, Vec<double> b) { return {vmulq_f64(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> operator/(Vec<double> a, Vec<double> b) { return {vdivq_f64(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> max(Vec<double> a, Vec<double> b) { return {vmaxq_f64(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> min(Vec<double> a, Vec<double> b) { return {vminq_f64(a.v, b.v)}; }
DEPTHWISE_INLINE Vec<double> scale2(Vec<double> x, Vec<double> n) {
  const int64x2_t exponent = vaddq_s64(vcvtnq_s64_f64(n.v), vdupq_n_s64(1023));
  return {vmulq_f64(x.v, vreinterpretq_f64_s64(vshlq_n_s64(exponent, 52)))};
}
DEPTHWISE_INLINE Vec<double> round(Vec<double> x) { return {vrndnq_f64(x.v)}; }

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_SIMD_VEC_NEON_H_
