// From vectors of channels to planes of a channel each.
#ifndef DEPTHWISE_KERNELS_LANES_H_
#define DEPTHWISE_KERNELS_LANES_H_

#include "kernels/gemm_parts.h"
#include "simd/transpose.h"

namespace depthwise {
namespace {

// The first `count` lanes. Where a masked store is dear, one by one.
template <class V, class T>
DEPTHWISE_INLINE void store_tail(V x, T* dst, int count, typename V::Mask mask) {
  if constexpr (V::kCheapMasks) {
    x.store(dst, mask);
  } else {
    alignas(64) T lanes[V::kLanes];
    x.store(lanes);
    for (int i = 0; i < count; ++i) dst[i] = lanes[i];
  }
}

// Channels first: `count` neighbouring outputs, (output, lane), to first[channel * dst_plane + output].
template <class T>
void store_outputs(const T* outputs, int64_t count, int32_t live, T* first, int64_t dst_plane) {
  using V = Vec<T>;
  for (int64_t begin = 0; begin < count; begin += V::kLanes) {
    // The last vector ends with the outputs if there are enough of them, and is cut short if not.
    const int64_t at = count >= V::kLanes ? at_most(begin, count - V::kLanes) : 0;
    V square[V::kLanes];
    for (int i = 0; i < V::kLanes; ++i) square[i] = V::load(outputs + (at + i) * V::kLanes);
    transpose(square);
    for (int lane = 0; lane < V::kLanes && lane < live; ++lane) {
      T* to = first + lane * dst_plane + at;
      if (count >= V::kLanes)
        square[lane].store(to);
      else
        store_tail(square[lane], to, static_cast<int>(count), V::Mask::first(static_cast<int>(count)));
    }
  }
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_LANES_H_
