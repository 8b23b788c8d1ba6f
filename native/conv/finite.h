// Whether a transform kernel may have these numbers.
#ifndef DEPTHWISE_CONV_FINITE_H_
#define DEPTHWISE_CONV_FINITE_H_

#include <cstdint>
#include <cstring>

#include "conv/geometry.h"

namespace depthwise {

// True where a number is NaN, infinite or so large (2^64, 2^512) that sums of a transform could overflow where the
// convolution itself does not. Compares exponents as integers: the compiler makes vectors of it without -ffast-math.
template <class T, class Bits>
bool any_beyond(const T* numbers, int64_t count, Bits limit) {
  const Bits magnitude = static_cast<Bits>(~(Bits{1} << (8 * sizeof(Bits) - 1)));
  Bits beyond = 0;
  for (int64_t i = 0; i < count; ++i) {
    Bits bits;
    memcpy(&bits, numbers + i, sizeof bits);
    beyond |= (bits & magnitude) >= limit;
  }
  return beyond != 0;
}

inline bool any_beyond(ElementType element, const void* numbers, int64_t count) {
  if (element == ElementType::kFloat32)
    return any_beyond<float, int32_t>(static_cast<const float*>(numbers), count, (127 + 64) << 23);
  return any_beyond<double, int64_t>(static_cast<const double*>(numbers), count, int64_t{1023 + 512} << 52);
}

}  // namespace depthwise

#endif  // DEPTHWISE_CONV_FINITE_H_
