// The transforms of Winograd's minimal filtering F(4x4, 3x3): a tile of 4 x 4 outputs takes 36 multiply-adds a pair of
// channels instead of 144. The points are 0, a, -a, b, -b and infinity. With a = 3/4 and b = 3/2 the largest error is
// about a fifth of what the usual 1 and 2 give: powers of the points, which the transforms multiply by, stay near 1.
#ifndef DEPTHWISE_KERNELS_WINOGRAD_TRANSFORM_H_
#define DEPTHWISE_KERNELS_WINOGRAD_TRANSFORM_H_

#include "kernels/beyond.h"

namespace depthwise {
namespace {

constexpr int kTileOut = 4;
constexpr int kTileIn = 6;
constexpr int kPoints = kTileIn * kTileIn;

constexpr double kA = 0.75, kB = 1.5;
constexpr double kA2 = kA * kA, kB2 = kB * kB;

// Six inputs to six points, in place: the coefficients of x(x - a)(x + a)(x - b)(x + b) without one of its factors.
template <class V>
DEPTHWISE_INLINE void to_points(V (&x)[kTileIn]) {
  using T = typename V::Element;
  const V a = V::broadcast(T(kA)), minus_a = V::broadcast(T(-kA)), minus_a2 = V::broadcast(T(-kA2));
  const V b = V::broadcast(T(kB)), minus_b = V::broadcast(T(-kB)), minus_b2 = V::broadcast(T(-kB2));
  const V product = V::broadcast(T(kA2 * kB2)), minus_sum = V::broadcast(T(-kA2 - kB2));
  const V even_a = fma(minus_b2, x[2], x[4]), odd_a = fma(minus_b2, x[1], x[3]);
  const V even_b = fma(minus_a2, x[2], x[4]), odd_b = fma(minus_a2, x[1], x[3]);
  x[0] = fma(product, x[0], fma(minus_sum, x[2], x[4]));
  x[5] = fma(product, x[1], fma(minus_sum, x[3], x[5]));
  x[1] = fma(a, odd_a, even_a);
  x[2] = fma(minus_a, odd_a, even_a);
  x[3] = fma(b, odd_b, even_b);
  x[4] = fma(minus_b, odd_b, even_b);
}

// Six points to four outputs: the sums of m[p] * point^i.
template <class V>
DEPTHWISE_INLINE void from_points(const V (&m)[kTileIn], V (&y)[kTileOut]) {
  using T = typename V::Element;
  const V a = V::broadcast(T(kA)), a2 = V::broadcast(T(kA2)), a3 = V::broadcast(T(kA2 * kA));
  const V b = V::broadcast(T(kB)), b2 = V::broadcast(T(kB2)), b3 = V::broadcast(T(kB2 * kB));
  const V sum_a = m[1] + m[2], difference_a = m[1] - m[2], sum_b = m[3] + m[4], difference_b = m[3] - m[4];
  y[0] = m[0] + (sum_a + sum_b);
  y[1] = fma(a, difference_a, b * difference_b);
  y[2] = fma(a2, sum_a, b2 * sum_b);
  y[3] = fma(a3, difference_a, fma(b3, difference_b, m[5]));
}

// points[p * step] of a patch of 6 x 6 vectors, patch[row * row_step + column * column_step], which `squares` looks at.
template <class V, class T>
DEPTHWISE_INLINE void transform_input(const T* patch, int64_t row_step, int64_t column_step, T* points, int64_t step,
                                      Squares<V>& squares) {
  alignas(64) T columns[kPoints * V::kLanes];
  for (int c = 0; c < kTileIn; ++c) {
    V x[kTileIn];
    for (int r = 0; r < kTileIn; ++r) x[r] = V::load(patch + r * row_step + c * column_step);
    for (int r = 0; r < kTileIn; r += 2) squares.add(x[r], x[r + 1]);
    to_points(x);
    for (int r = 0; r < kTileIn; ++r) x[r].store(columns + (r * kTileIn + c) * V::kLanes);
  }
  for (int r = 0; r < kTileIn; ++r) {
    V x[kTileIn];
    for (int c = 0; c < kTileIn; ++c) x[c] = V::load(columns + (r * kTileIn + c) * V::kLanes);
    to_points(x);
    for (int c = 0; c < kTileIn; ++c) x[c].store(points + (r * kTileIn + c) * step);
  }
}

// y (4, 4) of points[p * step].
template <class V, class T>
DEPTHWISE_INLINE void transform_output(const T* points, int64_t step, V (&y)[kTileOut][kTileOut]) {
  V rows[kTileOut][kTileIn];
  for (int c = 0; c < kTileIn; ++c) {
    V m[kTileIn], column[kTileOut];
    for (int r = 0; r < kTileIn; ++r) m[r] = V::load(points + (r * kTileIn + c) * step);
    from_points(m, column);
    for (int r = 0; r < kTileOut; ++r) rows[r][c] = column[r];
  }
  for (int r = 0; r < kTileOut; ++r) from_points(rows[r], y[r]);
}

// The 36 points of a kernel of 3 x 3 taps, in double: they are made once.
template <class T>
void transform_weights(const T* taps, double (&points)[kPoints]) {
  // Row p: 1, point, point^2, over the product of the point's distances from the others.
  constexpr double kAtA = 1 / (2 * kA2 * (kA2 - kB2)), kAtB = 1 / (2 * kB2 * (kB2 - kA2));
  constexpr double kG[kTileIn][3] = {{1 / (kA2 * kB2), 0, 0},        {kAtA, kA * kAtA, kA2 * kAtA},
                                     {kAtA, -kA * kAtA, kA2 * kAtA}, {kAtB, kB * kAtB, kB2 * kAtB},
                                     {kAtB, -kB * kAtB, kB2 * kAtB}, {0, 0, 1}};
  double rows[kTileIn][3];
  for (int p = 0; p < kTileIn; ++p)
    for (int kw = 0; kw < 3; ++kw) {
      rows[p][kw] = 0;
      for (int kh = 0; kh < 3; ++kh) rows[p][kw] += kG[p][kh] * static_cast<double>(taps[kh * 3 + kw]);
    }
  for (int p = 0; p < kTileIn; ++p)
    for (int q = 0; q < kTileIn; ++q) {
      double sum = 0;
      for (int kw = 0; kw < 3; ++kw) sum += kG[q][kw] * rows[p][kw];
      points[p * kTileIn + q] = sum;
    }
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_WINOGRAD_TRANSFORM_H_
