// Vec of sixteen lanes on plain arrays: AVX-512's width, registers and masks on any machine, for the native tests.
// The contract is in simd/vec_scalar.h. fma rounds once, as the real one does.
#ifndef DEPTHWISE_TEST_NATIVE_VEC_WIDE16_H_
#define DEPTHWISE_TEST_NATIVE_VEC_WIDE16_H_

#include <cstdint>

#define DEPTHWISE_INLINE inline __attribute__((always_inline))

namespace depthwise {
namespace {

template <class T>
struct Vec {
  using Element = T;
  static constexpr int kLanes = 64 / static_cast<int>(sizeof(T));
  static constexpr int kRegisters = 32;
  static constexpr bool kCheapMasks = true;
  T lane[kLanes];

  struct Mask {
    uint32_t bits;
    static DEPTHWISE_INLINE Mask first(int n) { return range(0, n); }
    static DEPTHWISE_INLINE Mask range(int begin, int end) {
      Mask mask = {0};
      for (int i = 0; i < kLanes; ++i) mask.bits |= uint32_t{i >= begin && i < end} << i;
      return mask;
    }
    DEPTHWISE_INLINE Mask operator|(Mask other) const { return {bits | other.bits}; }
    DEPTHWISE_INLINE bool has(int i) const { return (bits >> i & 1) != 0; }
  };

  struct Places {
    int32_t place[kLanes];
    static DEPTHWISE_INLINE Places of(const int32_t* places) {
      Places p;
      for (int i = 0; i < kLanes; ++i) p.place[i] = places[i];
      return p;
    }
  };

  // A call for each operation: sixteen lanes of each in an unrolled tile would keep the compiler busy for minutes.
  template <class F>
  static __attribute__((noinline)) Vec make(F f) {
    Vec v;
    for (int i = 0; i < kLanes; ++i) v.lane[i] = f(i);
    return v;
  }
  static DEPTHWISE_INLINE Vec zero() { return broadcast(T(0)); }
  static DEPTHWISE_INLINE Vec broadcast(T x) {
    return make([&](int) { return x; });
  }
  static DEPTHWISE_INLINE Vec load(const T* p) {
    return make([&](int i) { return p[i]; });
  }
  static DEPTHWISE_INLINE Vec load(const T* p, Mask m) {
    return make([&](int i) { return m.has(i) ? p[i] : T(0); });
  }
  DEPTHWISE_INLINE Vec keep(Mask m) const {
    return make([&](int i) { return m.has(i) ? lane[i] : T(0); });
  }
  static DEPTHWISE_INLINE void load_split(const T* p, Vec& even, Vec& odd) {
    even = make([&](int i) { return p[2 * i]; });
    odd = make([&](int i) { return p[2 * i + 1]; });
  }
  static DEPTHWISE_INLINE void store_split(T* p, Vec even, Vec odd) {
    for (int i = 0; i < kLanes; ++i) p[2 * i] = even.lane[i], p[2 * i + 1] = odd.lane[i];
  }
  static DEPTHWISE_INLINE Vec load_every_other(const T* p) {
    return make([&](int i) { return p[2 * i]; });
  }
  // Odd lanes behind the even ones, so that a kernel which forgets in_order() is found.
  static DEPTHWISE_INLINE Vec load_every_other_mixed(const T* p) {
    return make([&](int i) { return p[2 * (i < kLanes / 2 ? 2 * i : 2 * i - kLanes + 1)]; });
  }
  static DEPTHWISE_INLINE void load_pairs(const T* p, Vec& before, Vec& even, Vec& odd) {
    before = load_every_other_mixed(p - 1);
    even = load_every_other_mixed(p);
    odd = load_every_other_mixed(p + 1);
  }
  DEPTHWISE_INLINE Vec in_order() const {
    return make([&](int i) { return lane[i % 2 == 0 ? i / 2 : (i + kLanes) / 2]; });
  }
  DEPTHWISE_INLINE void store(T* p) const {
    for (int i = 0; i < kLanes; ++i) p[i] = lane[i];
  }
  DEPTHWISE_INLINE void store(T* p, Mask m) const {
    for (int i = 0; i < kLanes; ++i)
      if (m.has(i)) p[i] = lane[i];
  }
  // even, odd of 2 * lanes elements.
  template <class X>
  static void split_lanes(const X& a, const X& b, X& even, X& odd) {
    constexpr int kCount = X::kLanes;
    X parts[2];
    for (int i = 0; i < 2 * kCount; ++i) parts[i % 2].lane[i / 2] = i < kCount ? a.lane[i] : b.lane[i - kCount];
    even = parts[0];
    odd = parts[1];
  }
  static DEPTHWISE_INLINE void split(Vec a, Vec b, Vec& even, Vec& odd) { split_lanes(a, b, even, odd); }
  DEPTHWISE_INLINE Vec after(Vec before) const {
    return make([&](int i) { return i == 0 ? before.lane[kLanes - 1] : lane[i - 1]; });
  }

  struct Half {
    using Element = T;
    static constexpr int kLanes = Vec::kLanes / 2;
    static constexpr int kRegisters = 32;
    using Mask = typename Vec::Mask;
    T lane[kLanes];

    template <class F>
    static __attribute__((noinline)) Half make(F f) {
      Half v;
      for (int i = 0; i < kLanes; ++i) v.lane[i] = f(i);
      return v;
    }
    static DEPTHWISE_INLINE Half zero() { return broadcast(T(0)); }
    static DEPTHWISE_INLINE Half broadcast(T x) {
      return make([&](int) { return x; });
    }
    static DEPTHWISE_INLINE Half load(const T* p) {
      return make([&](int i) { return p[i]; });
    }
    static DEPTHWISE_INLINE Half load(const T* p, Mask m) {
      return make([&](int i) { return m.has(i) ? p[i] : T(0); });
    }
    static DEPTHWISE_INLINE void split(Half a, Half b, Half& even, Half& odd) { split_lanes(a, b, even, odd); }
    DEPTHWISE_INLINE Half after(Half before) const {
      return make([&](int i) { return i == 0 ? before.lane[kLanes - 1] : lane[i - 1]; });
    }
    DEPTHWISE_INLINE void store(T* p) const {
      for (int i = 0; i < kLanes; ++i) p[i] = lane[i];
    }
  };
  DEPTHWISE_INLINE Half low() const {
    return Half::make([&](int i) { return lane[i]; });
  }
};

DEPTHWISE_INLINE float fma_lane(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
DEPTHWISE_INLINE double fma_lane(double a, double b, double c) { return __builtin_fma(a, b, c); }

using HalfVec = Vec<float>::Half;
DEPTHWISE_INLINE HalfVec fma(HalfVec a, HalfVec b, HalfVec c) {
  return HalfVec::make([&](int i) { return fma_lane(a.lane[i], b.lane[i], c.lane[i]); });
}
DEPTHWISE_INLINE HalfVec max(HalfVec a, HalfVec b) {
  return HalfVec::make([&](int i) { return a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i]; });
}
DEPTHWISE_INLINE HalfVec min(HalfVec a, HalfVec b) {
  return HalfVec::make([&](int i) { return a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i]; });
}

template <class T>
DEPTHWISE_INLINE Vec<T> fma(Vec<T> a, Vec<T> b, Vec<T> c) {
  return Vec<T>::make([&](int i) { return fma_lane(a.lane[i], b.lane[i], c.lane[i]); });
}
template <class T>
DEPTHWISE_INLINE Vec<T> pick(Vec<T> a, Vec<T> b, typename Vec<T>::Places places) {
  constexpr int L = Vec<T>::kLanes;
  return Vec<T>::make([&](int i) {
    const int32_t place = places.place[i];
    return place < 0 ? T(0) : place < L ? a.lane[place] : b.lane[place - L];
  });
}
template <class T>
DEPTHWISE_INLINE Vec<T> fms(Vec<T> a, Vec<T> b, Vec<T> c) {
  return Vec<T>::make([&](int i) { return fma_lane(a.lane[i], b.lane[i], -c.lane[i]); });
}
template <class T>
DEPTHWISE_INLINE Vec<T> operator+(Vec<T> a, Vec<T> b) {
  return Vec<T>::make([&](int i) { return a.lane[i] + b.lane[i]; });
}
template <class T>
DEPTHWISE_INLINE Vec<T> operator-(Vec<T> a, Vec<T> b) {
  return Vec<T>::make([&](int i) { return a.lane[i] - b.lane[i]; });
}
template <class T>
DEPTHWISE_INLINE Vec<T> operator*(Vec<T> a, Vec<T> b) {
  return Vec<T>::make([&](int i) { return a.lane[i] * b.lane[i]; });
}
template <class T>
DEPTHWISE_INLINE Vec<T> operator/(Vec<T> a, Vec<T> b) {
  return Vec<T>::make([&](int i) { return a.lane[i] / b.lane[i]; });
}
template <class T>
DEPTHWISE_INLINE Vec<T> max(Vec<T> a, Vec<T> b) {
  return Vec<T>::make([&](int i) { return a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i]; });
}
template <class T>
DEPTHWISE_INLINE Vec<T> min(Vec<T> a, Vec<T> b) {
  return Vec<T>::make([&](int i) { return a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i]; });
}
template <class T>
DEPTHWISE_INLINE Vec<T> scale2(Vec<T> x, Vec<T> n) {
  return Vec<T>::make([&](int i) {
    const int exponent = n.lane[i] == n.lane[i] ? static_cast<int>(n.lane[i]) : 0;
    return static_cast<T>(__builtin_ldexp(static_cast<double>(x.lane[i]), exponent));
  });
}
template <class T>
DEPTHWISE_INLINE Vec<T> round(Vec<T> x) {
  return Vec<T>::make([&](int i) { return static_cast<T>(__builtin_nearbyint(static_cast<double>(x.lane[i]))); });
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_TEST_NATIVE_VEC_WIDE16_H_
