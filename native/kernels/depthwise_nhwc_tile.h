// Tiles of the channels-last depthwise kernels: T neighbouring pixels of one output row, one vector of channels.
// The sums of an output run over its taps in the order depth, height, width in every tile, and taps in the padding
// are left out: so the bits of an output do not depend on the tile that made it.
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

// One output row and one vector of channels, as a tile sees them.
template <class V>
struct NhwcRow {
  using T = typename V::Element;
  const T* src;   // the image from this vector's first channel on: (d.in, h.in, w.in, in_channels)
  const T* taps;  // (d.kernel, h.kernel, w.kernel, kLanes)
  V bias;
  TapRange kd, kh;
  int32_t id, ih;         // of tap 0, perhaps in the padding
  typename V::Mask live;  // channels of this vector, where fewer than a vector are left
};

// Any width, stride and dilation: a load for each multiply-add. kEdge: some taps of the tile lie in the padding.
// kMasked: a whole vector would reach beyond the input.
template <class V, int T, bool kEdge, bool kMasked>
DEPTHWISE_INLINE void nhwc_any_sums(const Geometry& g, const NhwcRow<V>& row, int32_t ow, V (&sums)[T]) {
  const int64_t step = int64_t{g.w.stride} * g.in_channels;
  for (int p = 0; p < T; ++p) sums[p] = row.bias;
  for (int32_t kd = row.kd.begin; kd < row.kd.end; ++kd) {
    for (int32_t kh = row.kh.begin; kh < row.kh.end; ++kh) {
      const int64_t id = row.id + kd * g.d.dilation, ih = row.ih + kh * g.h.dilation;
      const typename V::Element* src_row = row.src + (id * g.h.in + ih) * g.w.in * g.in_channels;
      const typename V::Element* taps = row.taps + (int64_t{kd} * g.h.kernel + kh) * g.w.kernel * V::kLanes;
      for (int32_t kw = 0; kw < g.w.kernel; ++kw) {
        const int32_t iw = ow * g.w.stride - g.w.pad + kw * g.w.dilation;
        const typename V::Element* src = src_row + int64_t{iw} * g.in_channels;
        const V tap = V::load(taps + int64_t{kw} * V::kLanes);
#pragma GCC unroll 8
        for (int p = 0; p < T; ++p) {
          if (kEdge && (iw + p * g.w.stride < 0 || iw + p * g.w.stride >= g.w.in)) continue;
          const V pixel = kMasked ? V::load(src + p * step, row.live) : V::load(src + p * step);
          sums[p] = fma(pixel, tap, sums[p]);
        }
      }
    }
  }
}

// Stride and dilation 1 along the row: each pixel is loaded once for the K outputs that it takes part in.
template <class V, int K, int T, bool kEdge>
DEPTHWISE_INLINE void nhwc_shared_sums(const Geometry& g, const NhwcRow<V>& row, int32_t ow, V (&sums)[T]) {
  const int32_t first = ow - g.w.pad;
  for (int p = 0; p < T; ++p) sums[p] = row.bias;
  for (int32_t kd = row.kd.begin; kd < row.kd.end; ++kd) {
    for (int32_t kh = row.kh.begin; kh < row.kh.end; ++kh) {
      const int64_t id = row.id + kd * g.d.dilation, ih = row.ih + kh * g.h.dilation;
      const typename V::Element* src = row.src + ((id * g.h.in + ih) * g.w.in + first) * g.in_channels;
      const typename V::Element* taps = row.taps + (int64_t{kd} * g.h.kernel + kh) * K * V::kLanes;
      V tap[K];
#pragma GCC unroll 8
      for (int kw = 0; kw < K; ++kw) tap[kw] = V::load(taps + kw * V::kLanes);
#pragma GCC unroll 16
      for (int j = 0; j < T + K - 1; ++j) {
        if (kEdge && (first + j < 0 || first + j >= g.w.in)) continue;
        const V pixel = V::load(src + j * int64_t{g.in_channels});
#pragma GCC unroll 8
        for (int kw = 0; kw < K; ++kw)
          if (j - kw >= 0 && j - kw < T) sums[j - kw] = fma(pixel, tap[kw], sums[j - kw]);
      }
    }
  }
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE_NHWC_TILE_H_
