// The formula in float64, one output at a time, written apart from every kernel; and how far a result may be from it.
#ifndef DEPTHWISE_TEST_NATIVE_EXPECT_H_
#define DEPTHWISE_TEST_NATIVE_EXPECT_H_

#include "conv/geometry.h"

namespace depthwise::test {

struct Expected {
  double value;      // after the activation
  double magnitude;  // sum of |terms|, bias included
  int64_t terms;     // that lie inside the input, and the bias
};

// Output `index` (in the memory order of dst) of one image. The arrays hold floats or doubles, as g.element says.
Expected expect(const Geometry& g, const void* src, const void* weight, const void* bias, int64_t index);

// The largest difference from `expected` that rounding explains: a sum of K products in any order, then the activation.
double rounding_bound(const Geometry& g, const Expected& expected);
// What a transform kernel is held to: rtol 1e-4, atol 1e-5 * sqrt(K) for data of the order of one.
double transform_bound(const Geometry& g, const Expected& expected);

// Multiply-adds of one image that do not lie in the padding.
double inside_multiply_adds(const Geometry& g);

}  // namespace depthwise::test

#endif  // DEPTHWISE_TEST_NATIVE_EXPECT_H_
