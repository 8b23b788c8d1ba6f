// Tiles of the channels-last depthwise kernels: T neighbouring pixels of one output row, one vector of channels.
// The sums of an output run over its taps in the order depth, height, width in every tile.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE_NHWC_TILE_H_
#define DEPTHWISE_KERNELS_DEPTHWISE_NHWC_TILE_H_

#include "kernels/family.h"

namespace depthwise {
namespace {

struct TapRange {
  int32_t begin, end;
};

// The taps of output `o` that lie inside the input.
static inline TapRange taps_inside(const Axis& axis, int32_t o) {
  const int32_t first = o * axis.stride - axis.pad;
  const int32_t begin = first >= 0 ? 0 : (-first + axis.dilation - 1) / axis.dilation;
  int32_t end = first >= axis.in ? 0 : (axis.in - 1 - first) / axis.dilation + 1;
  if (end > axis.kernel) end = axis.kernel;
  return {begin, end < begin ? begin : end};
}

// The kernel rows of one output row that see input, `count` of them.
template <class T>
struct KernelRows {
  const T** src;  // the input row under each (w.in, in_channels)
  int64_t* taps;  // where its taps lie in a packed kernel
  int64_t count;
  const T* zeros;  // a vector of them
};

// One vector of channels of a tile: its first channel, its taps (taps, kLanes), and the channels where fewer than a
// vector are left.
template <class V>
struct Channels {
  int64_t first;
  const typename V::Element* taps;
  typename V::Mask live;
};

// Any width, stride and dilation: a load for each multiply-add. kEdge: some taps of the tile lie in the padding.
// kMasked: a whole vector would reach beyond the input.
template <class V, int T, bool kEdge, bool kMasked>
DEPTHWISE_INLINE void nhwc_any_sums(const Geometry& g, const KernelRows<typename V::Element>& rows,
                                    const Channels<V>& channels, int32_t ow, V (&sums)[T]) {
  const int64_t pixel_step = int64_t{g.w.stride} * g.in_channels, tap_step = int64_t{g.w.dilation} * g.in_channels;
  const int32_t first = ow * g.w.stride - g.w.pad;
  const int64_t offset = int64_t{first} * g.in_channels + channels.first;
  for (int64_t row = 0; row < rows.count; ++row) {
    const typename V::Element* src = rows.src[row] + offset;
    const typename V::Element* taps = channels.taps + rows.taps[row];
    int32_t iw = first;
    for (int32_t kw = 0; kw < g.w.kernel; ++kw, src += tap_step, taps += V::kLanes, iw += g.w.dilation) {
      const V tap = V::load(taps);
#pragma GCC unroll 8
      for (int p = 0; p < T; ++p) {
        if (kEdge && (iw + p * g.w.stride < 0 || iw + p * g.w.stride >= g.w.in)) continue;
        const V pixel = kMasked ? V::load(src + p * pixel_step, channels.live) : V::load(src + p * pixel_step);
        sums[p] = fma(pixel, tap, sums[p]);
      }
    }
  }
}

// Stride and dilation 1 along the row: each pixel is loaded once for the K outputs that it takes part in. kEdge: pixels
// in the padding are read as zeros.
template <class V, int K, int T, bool kEdge>
DEPTHWISE_INLINE void nhwc_shared_sums(const Geometry& g, const KernelRows<typename V::Element>& rows,
                                       const Channels<V>& channels, int32_t ow, V (&sums)[T]) {
  const int32_t first = ow - g.w.pad;
  const int64_t step = g.in_channels, offset = first * step + channels.first;
  for (int64_t row = 0; row < rows.count; ++row) {
    const typename V::Element* src = rows.src[row] + offset;
    const typename V::Element* taps = channels.taps + rows.taps[row];
    V tap[K];
#pragma GCC unroll 8
    for (int kw = 0; kw < K; ++kw) tap[kw] = V::load(taps + kw * V::kLanes);
#pragma GCC unroll 16
    for (int j = 0; j < T + K - 1; ++j, src += step) {
      const bool is_outside = kEdge && (first + j < 0 || first + j >= g.w.in);
      const V pixel = V::load(is_outside ? rows.zeros : src);
#pragma GCC unroll 8
      for (int kw = 0; kw < K; ++kw)
        if (j - kw >= 0 && j - kw < T) sums[j - kw] = fma(pixel, tap[kw], sums[j - kw]);
    }
  }
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE_NHWC_TILE_H_
