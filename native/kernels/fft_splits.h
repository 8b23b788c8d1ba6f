// One split of polynomials with complex coefficients, and its inverse, on vectors of polynomials.
#ifndef DEPTHWISE_KERNELS_FFT_SPLITS_H_
#define DEPTHWISE_KERNELS_FFT_SPLITS_H_

#include "kernels/family.h"
#include "kernels/fft_roots.h"

namespace depthwise {
namespace {

template <class V>
struct Complex {
  V re, im;
};

template <class V>
DEPTHWISE_INLINE Complex<V> operator+(Complex<V> a, Complex<V> b) {
  return {a.re + b.re, a.im + b.im};
}
template <class V>
DEPTHWISE_INLINE Complex<V> operator-(Complex<V> a, Complex<V> b) {
  return {a.re - b.re, a.im - b.im};
}
// 2a - b, which is a - p where b is a + p: the other half of a butterfly for one operation.
template <class V>
DEPTHWISE_INLINE Complex<V> mirror(V two, Complex<V> a, Complex<V> b) {
  return {fms(two, a.re, b.re), fms(two, a.im, b.im)};
}
// conj(w) * a.
template <class V>
DEPTHWISE_INLINE Complex<V> times_conjugate(Complex<V> w, Complex<V> a) {
  return {fma(w.re, a.re, w.im * a.im), fms(w.re, a.im, w.im * a.re)};
}

// A root in registers.
template <class V>
struct RootVectors {
  Complex<V> c, c2, c3;
  V minus_im, minus_im2, two;
  explicit DEPTHWISE_INLINE RootVectors(const Root& root)
      : c{V::broadcast(root.re), V::broadcast(root.im)},
        c2{V::broadcast(root.re2), V::broadcast(root.im2)},
        c3{V::broadcast(root.re3), V::broadcast(root.im3)},
        minus_im(V::broadcast(-root.im)),
        minus_im2(V::broadcast(-root.im2)),
        two(V::broadcast(2)) {}
};

// a + w b.
template <class V>
DEPTHWISE_INLINE Complex<V> add_product(Complex<V> a, Complex<V> w, V minus_im, Complex<V> b) {
  return {fma(minus_im, b.im, fma(w.re, b.re, a.re)), fma(w.im, b.re, fma(w.re, b.im, a.im))};
}

// Coefficients i, i + m, ... of a polynomial modulo t^2m - c^2 or t^4m - c^4 become coefficient i of its parts.
template <class V>
DEPTHWISE_INLINE void split(Complex<V> (&a)[2], const RootVectors<V>& root) {
  const Complex<V> sum = add_product(a[0], root.c, root.minus_im, a[1]);
  a[1] = mirror(root.two, a[0], sum);
  a[0] = sum;
}

template <class V>
DEPTHWISE_INLINE void split(Complex<V> (&a)[4], const RootVectors<V>& root) {
  const Complex<V> u0 = add_product(a[0], root.c2, root.minus_im2, a[2]), v0 = mirror(root.two, a[0], u0);
  const Complex<V> u1 = add_product(a[1], root.c2, root.minus_im2, a[3]), v1 = mirror(root.two, a[1], u1);
  a[0] = add_product(u0, root.c, root.minus_im, u1);
  a[1] = mirror(root.two, u0, a[0]);
  // v0 + ic v1 and v0 - ic v1: of each the component that needs no further constant.
  const V re = fma(root.c.im, v1.re, fma(root.c.re, v1.im, v0.re));
  const V im = fma(root.minus_im, v1.im, fma(root.c.re, v1.re, v0.im));
  a[2] = {fms(root.two, v0.re, re), im};
  a[3] = {re, fms(root.two, v0.im, im)};
}

// The same for c = 1.
template <class V>
DEPTHWISE_INLINE void split_at_one(Complex<V> (&a)[4]) {
  const Complex<V> u0 = a[0] + a[2], v0 = a[0] - a[2], u1 = a[1] + a[3], v1 = a[1] - a[3];
  a[0] = u0 + u1;
  a[1] = u0 - u1;
  a[2] = {v0.re - v1.im, v0.im + v1.re};
  a[3] = {v0.re + v1.im, v0.im - v1.re};
}

// The inverse of split(), but for a factor of 2 or 4.
template <class V>
DEPTHWISE_INLINE void join(Complex<V> (&a)[2], const RootVectors<V>& root) {
  const Complex<V> difference = a[0] - a[1];
  a[0] = a[0] + a[1];
  a[1] = times_conjugate(root.c, difference);
}

template <class V>
DEPTHWISE_INLINE void join_at_one(Complex<V> (&a)[4]) {
  const Complex<V> sum = a[0] + a[1], difference = a[0] - a[1], sum_i = a[2] + a[3], difference_i = a[2] - a[3];
  a[0] = sum + sum_i;
  a[1] = {difference.re + difference_i.im, difference.im - difference_i.re};
  a[2] = sum - sum_i;
  a[3] = {difference.re - difference_i.im, difference.im + difference_i.re};
}

template <class V>
DEPTHWISE_INLINE void join(Complex<V> (&a)[4], const RootVectors<V>& root) {
  join_at_one(a);
  a[1] = times_conjugate(root.c, a[1]);
  a[2] = times_conjugate(root.c2, a[2]);
  a[3] = times_conjugate(root.c3, a[3]);
}

// One or the other.
template <bool kInverse, class V, int kRadix>
DEPTHWISE_INLINE void split_or_join(Complex<V> (&a)[kRadix], const RootVectors<V>& root) {
  if constexpr (kInverse)
    join(a, root);
  else
    split(a, root);
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_FFT_SPLITS_H_
