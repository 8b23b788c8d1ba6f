// Looks at the numbers that a transform takes in, while they are in registers.
#ifndef DEPTHWISE_KERNELS_BEYOND_H_
#define DEPTHWISE_KERNELS_BEYOND_H_

#include "kernels/family.h"

namespace depthwise {
namespace {

// Adds up squares, as two sums that do not wait for each other. A sum is infinite or NaN where a number is NaN,
// infinite or so large (2^64, 2^512; many of them: less) that sums of a transform could overflow where the convolution
// itself does not.
template <class V>
class Squares {
 public:
  DEPTHWISE_INLINE void add(V a, V b) {
    even_ = fma(a, a, even_);
    odd_ = fma(b, b, odd_);
  }
  DEPTHWISE_INLINE bool are_finite() const {
    typename V::Element lanes[V::kLanes], sum = 0;
    (even_ + odd_).store(lanes);
    for (int i = 0; i < V::kLanes; ++i) sum += lanes[i];
    return sum - sum == 0;
  }

 private:
  V even_ = V::zero(), odd_ = V::zero();
};

// What many threads may tell at once.
static DEPTHWISE_INLINE void report_beyond(bool* is_beyond) {
  if (is_beyond) __atomic_store_n(is_beyond, true, __ATOMIC_RELAXED);
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_BEYOND_H_
