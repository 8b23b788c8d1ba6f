// The points at which a transform takes its polynomials. A step splits a polynomial modulo t^n - w into some of n / 4
// or n / 2, modulo the roots of w, down to constants: Bernstein's form of the fast Fourier transform. Each split
// multiplies by constants of its own instead of by a table that runs along the data, and leaves the points in an order
// that does not matter to a product point by point.
#ifndef DEPTHWISE_KERNELS_FFT_ROOTS_H_
#define DEPTHWISE_KERNELS_FFT_ROOTS_H_

namespace depthwise {
namespace {

// cos and sin of an angle in turns: the Taylor series, within an eighth of a turn of a quarter.
constexpr double series(double x, int first) {
  double term = first == 0 ? 1 : x, sum = term;
  for (int n = first + 2; n < 24; n += 2) sum += term *= -x * x / (n * (n - 1));
  return sum;
}

struct Point {
  double re, im;
};

constexpr Point point_at(double turns) {
  turns -= static_cast<double>(static_cast<int>(turns));
  const int quarter = static_cast<int>(turns * 4 + 0.5);
  const double x = (turns - quarter / 4.0) * 6.283185307179586476925286766559;
  const double c = series(x, 0), s = series(x, 1);
  switch (quarter % 4) {
    case 0: return {c, s};
    case 1: return {-s, c};
    case 2: return {-c, -s};
    default: return {s, -c};
  }
}

// What a split multiplies by: the root c, its square and its cube.
struct Root {
  float re, im, re2, im2, re3, im3;
};

constexpr Root root_at(double turns) {
  const Point c = point_at(turns), c2 = point_at(2 * turns), c3 = point_at(3 * turns);
  return {static_cast<float>(c.re),  static_cast<float>(c.im),  static_cast<float>(c2.re),
          static_cast<float>(c2.im), static_cast<float>(c3.re), static_cast<float>(c3.im)};
}

// The splits of one step, by kRadix, of kNodes polynomials, and the angles of the polynomials that they leave.
template <int kRadix, int kNodes>
struct Splits {
  Root roots[kNodes];
  double angles[kNodes * kRadix];
};

// t^4m - c^4: modulo t^m - c, t^m + c, t^m - ic, t^m + ic. t^2m - c^2: modulo t^m - c, t^m + c.
template <int kRadix, int kNodes>
constexpr Splits<kRadix, kNodes> splits_of(const double (&angles)[kNodes]) {
  constexpr double kTurns[4] = {0, 0.5, 0.25, 0.75};
  Splits<kRadix, kNodes> splits = {};
  for (int node = 0; node < kNodes; ++node) {
    const double root = angles[node] / kRadix;
    splits.roots[node] = root_at(root);
    for (int i = 0; i < kRadix; ++i) splits.angles[node * kRadix + i] = root + kTurns[i];
  }
  return splits;
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_FFT_ROOTS_H_
