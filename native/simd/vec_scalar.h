// The contract of Vec, in words, and its one-lane form. Every other vec_*.h has the same names.
// All of it lives in an anonymous namespace: an ISA object may define no symbol that another could link to.
#ifndef DEPTHWISE_SIMD_VEC_SCALAR_H_
#define DEPTHWISE_SIMD_VEC_SCALAR_H_

#include <cstdint>
#include <cstring>

#define DEPTHWISE_INLINE inline __attribute__((always_inline))

namespace depthwise {
namespace {

template <class T>
struct Vec {
  using Element = T;
  static constexpr int kLanes = 1;           // float: 1 scalar, 4 SSE2 and NEON, 8 AVX2, 16 AVX-512; double: half of it
  static constexpr int kRegisters = 16;      // vectors that fit: 16 (x86 before AVX-512) or 32
  static constexpr bool kCheapMasks = true;  // masked loads and stores cost about as much as plain ones
  T lane;

  // Lanes that take part. first(n): lanes [0, n). range(begin, end): lanes [begin, end). Both clamp to 0 .. kLanes.
  // a | b: the lanes of either; only where kCheapMasks.
  struct Mask {
    bool on;
    static DEPTHWISE_INLINE Mask first(int n) { return {n > 0}; }
    static DEPTHWISE_INLINE Mask range(int begin, int end) { return {begin <= 0 && end > 0}; }
    DEPTHWISE_INLINE Mask operator|(Mask other) const { return {on || other.on}; }
  };

  // For pick(): places[lane] is a lane of a, of b where kLanes or more, or -1 for a 0. Only where lanes are 16 floats
  // or one.
  struct Places {
    int32_t place;
    static DEPTHWISE_INLINE Places of(const int32_t* places) { return {*places}; }
  };

  static DEPTHWISE_INLINE Vec zero() { return {T(0)}; }
  static DEPTHWISE_INLINE Vec broadcast(T x) { return {x}; }
  static DEPTHWISE_INLINE Vec load(const T* p) { return {*p}; }  // reads p[0 .. kLanes); any alignment
  // Reads only the lanes of the mask, wherever the others would lie (before an array, behind it); those are 0.
  static DEPTHWISE_INLINE Vec load(const T* p, Mask m) { return {m.on ? *p : T(0)}; }
  // The lanes of the mask; the others become 0, whatever they held (a NaN too).
  DEPTHWISE_INLINE Vec keep(Mask m) const { return {m.on ? lane : T(0)}; }
  // even: p[0], p[2], ..; odd: p[1], p[3], ..; reads p[0 .. 2 * kLanes).
  static DEPTHWISE_INLINE void load_split(const T* p, Vec& even, Vec& odd) {
    even = {p[0]};
    odd = {p[1]};
  }
  // The way back: p[0], p[2], .. = even; p[1], p[3], .. = odd.
  static DEPTHWISE_INLINE void store_split(T* p, Vec even, Vec odd) {
    p[0] = even.lane;
    p[1] = odd.lane;
  }
  // p[0], p[2], ..; reads p[0 .. 2 * kLanes - 1), not one more.
  static DEPTHWISE_INLINE Vec load_every_other(const T* p) { return {p[0]}; }
  // The same in lanes of another order, the same for all such loads, with the first lane first: a shuffle less.
  static DEPTHWISE_INLINE Vec load_every_other_mixed(const T* p) { return {p[0]}; }
  // before: p[-1], p[1], ..; even: p[0], p[2], ..; odd: p[1], p[3], ..; all in those mixed lanes, of which the first
  // and the last one are in their places; reads p[-2 .. 2 * kLanes). For float, where there is no Half; not on SSE2.
  static DEPTHWISE_INLINE void load_pairs(const T* p, Vec& before, Vec& even, Vec& odd) {
    before = {p[-1]};
    even = {p[0]};
    odd = {p[1]};
  }
  DEPTHWISE_INLINE Vec in_order() const { return *this; }  // lanes that were mixed so
  DEPTHWISE_INLINE void store(T* p) const { *p = lane; }   // writes p[0 .. kLanes)
  DEPTHWISE_INLINE void store(T* p, Mask m) const {
    if (m.on) *p = lane;
  }  // writes only the lanes of the mask

  // Half, of the 16 floats of AVX-512 alone: a vector of 8 with Element, kLanes, kRegisters, Mask, zero(), broadcast(),
  // load(), store(), fma(), max() and min(), and low(), the first half of a vector. Both know
  //   split(a, b, even, odd): load_split() of what lies in a and b, and
  //   after(before): the last lane of `before`, then all lanes but the last one.
};

// a * b + c; rounds once on AVX2, AVX-512 and NEON, twice on scalar and SSE2.
template <class T>
DEPTHWISE_INLINE Vec<T> fma(Vec<T> a, Vec<T> b, Vec<T> c) {
  return {a.lane * b.lane + c.lane};
}
// Lanes of a and b by their places.
template <class T>
DEPTHWISE_INLINE Vec<T> pick(Vec<T> a, Vec<T> b, typename Vec<T>::Places places) {
  return {places.place < 0 ? T(0) : places.place == 0 ? a.lane : b.lane};
}
// a * b - c; rounds as fma does.
template <class T>
DEPTHWISE_INLINE Vec<T> fms(Vec<T> a, Vec<T> b, Vec<T> c) {
  return {a.lane * b.lane - c.lane};
}
template <class T>
DEPTHWISE_INLINE Vec<T> operator+(Vec<T> a, Vec<T> b) {
  return {a.lane + b.lane};
}
template <class T>
DEPTHWISE_INLINE Vec<T> operator-(Vec<T> a, Vec<T> b) {
  return {a.lane - b.lane};
}
template <class T>
DEPTHWISE_INLINE Vec<T> operator*(Vec<T> a, Vec<T> b) {
  return {a.lane * b.lane};
}
template <class T>
DEPTHWISE_INLINE Vec<T> operator/(Vec<T> a, Vec<T> b) {
  return {a.lane / b.lane};
}
// A NaN in the second operand stays: max(zero, x) keeps a NaN of x.
template <class T>
DEPTHWISE_INLINE Vec<T> max(Vec<T> a, Vec<T> b) {
  return {a.lane > b.lane ? a.lane : b.lane};
}
template <class T>
DEPTHWISE_INLINE Vec<T> min(Vec<T> a, Vec<T> b) {
  return {a.lane < b.lane ? a.lane : b.lane};
}
// x * 2^n for a whole n of -126 .. 127 (float), -1022 .. 1023 (double), or a NaN where x is one. For exp.
DEPTHWISE_INLINE Vec<float> scale2(Vec<float> x, Vec<float> n) {
  const uint32_t bits = static_cast<uint32_t>(static_cast<int32_t>(n.lane == n.lane ? n.lane : 0) + 127) << 23;
  float scale;
  memcpy(&scale, &bits, sizeof scale);
  return {x.lane * scale};
}
DEPTHWISE_INLINE Vec<double> scale2(Vec<double> x, Vec<double> n) {
  const uint64_t bits = static_cast<uint64_t>(static_cast<int64_t>(n.lane == n.lane ? n.lane : 0) + 1023) << 52;
  double scale;
  memcpy(&scale, &bits, sizeof scale);
  return {x.lane * scale};
}
// The nearest whole number, ties to even, for |x| below 2^22 (float), 2^51 (double).
DEPTHWISE_INLINE Vec<float> round(Vec<float> x) {
  volatile float t = x.lane + 12582912.0f;
  return {t - 12582912.0f};
}
DEPTHWISE_INLINE Vec<double> round(Vec<double> x) {
  volatile double t = x.lane + 6755399441055744.0;
  return {t - 6755399441055744.0};
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_SIMD_VEC_SCALAR_H_
