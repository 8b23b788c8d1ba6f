// Sums of the channels-last depthwise kernels: one vector of channels of T neighbouring pixels of one or two rows.
// The sums of an output run over its taps in the order depth, height, width in every tile; taps in the padding are
// left out.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE_NHWC_TILE_H_
#define DEPTHWISE_KERNELS_DEPTHWISE_NHWC_TILE_H_

#include "kernels/depthwise_nhwc_rows.h"
#include "simd/in_register.h"

namespace depthwise {
namespace {

// What the pixels of a tile read. Held by value: a store to dst would make the compiler read it again.
template <class T>
struct TileInput {
  const InputRow<T>* rows;
  int64_t count;
  int64_t first;             // where the first pixel of the tile lies in a row; before it in the padding
  int64_t pixel;             // elements from pixel to pixel, of those that a tap meets one after the other
  int64_t output;            // elements between the pixels under one tap of neighbouring outputs
  uint32_t inside;           // bit j: the j-th pixel that the outputs see lies in the row; of _w3, _w5, _w7 only
  int64_t iw, w_in;          // column of the first pixel, columns of a row
  int64_t stride, dilation;  // along the row
  int32_t kernel;
};

// `pixels`: how many of them the outputs of the tile see.
template <class T>
DEPTHWISE_INLINE TileInput<T> tile_input(const Geometry& g, const RowGroup<T>& group, int32_t ow, int pixels) {
  const int32_t iw = ow * g.w.stride - g.w.pad;
  const int64_t dilation = g.w.dilation;
  uint32_t inside = 0;
  for (int j = 0; j < pixels; ++j) inside |= uint32_t{iw + j * dilation >= 0 && iw + j * dilation < g.w.in} << j;
  return {
      group.inputs, group.count, iw * group.pixel, dilation * group.pixel, g.w.stride * group.pixel, inside, iw, g.w.in,
      g.w.stride,   dilation,    g.w.kernel};
}

// One tap of T pixels. The address is made anew for each tap: as the compiler would have it, T addresses would be
// counted up side by side, in more registers than there are.
template <class V, int T, bool kMasked>
DEPTHWISE_INLINE void add_tap(const typename V::Element* src, int64_t pixel_step, V tap, typename V::Mask live,
                              V (&sums)[T]) {
  __asm__("" : "+r"(src));
#pragma GCC unroll 8
  for (int p = 0; p < T; ++p) {
    const typename V::Element* pixel = src + p * pixel_step;
    sums[p] = fma(kMasked ? V::load(pixel, live) : V::load(pixel), tap, sums[p]);
  }
}

// Any width, stride and dilation: a load for each multiply-add. kEdge: some taps of the tile lie in the padding.
// kMasked: a whole vector would reach beyond the input.
template <class V, int T, bool kEdge, bool kMasked>
DEPTHWISE_INLINE void nhwc_any_sums(const TileInput<typename V::Element>& in, int64_t channel,
                                    const typename V::Element* packed, typename V::Mask live, V (&sums)[T]) {
  const int64_t pixel_step = in.output;
  for (int64_t row = 0; row < in.count; ++row) {
    const typename V::Element* src = in.rows[row].src + in.first + channel;
    const typename V::Element* taps = packed + in.rows[row].taps;
    int64_t iw = in.iw;
    for (int32_t kw = 0; kw < in.kernel; ++kw, src += in.pixel, taps += V::kLanes, iw += in.dilation) {
      const V tap = V::load(taps);
      if (!kEdge || (iw >= 0 && iw + (T - 1) * in.stride < in.w_in)) {
        add_tap<V, T, kMasked>(src, pixel_step, tap, live, sums);
        continue;
      }
#pragma GCC unroll 8
      for (int p = 0; p < T; ++p) {
        if (iw + p * in.stride < 0 || iw + p * in.stride >= in.w_in) continue;
        const typename V::Element* pixel = src + p * pixel_step;
        sums[p] = fma(kMasked ? V::load(pixel, live) : V::load(pixel), tap, sums[p]);
      }
    }
  }
}

// Adds the products of one pixel, the j-th that T outputs see, with the taps of one kernel row.
template <class V, int K, int T>
DEPTHWISE_INLINE void add_pixel(V pixel, int j, const V (&taps)[K], V (&sums)[T]) {
#pragma GCC unroll 8
  for (int kw = 0; kw < K; ++kw)
    if (j - kw >= 0 && j - kw < T) sums[j - kw] = fma(pixel, taps[kw], sums[j - kw]);
}

template <class V, int K>
DEPTHWISE_INLINE void load_taps(const typename V::Element* packed, V (&taps)[K]) {
#pragma GCC unroll 8
  for (int kw = 0; kw < K; ++kw) taps[kw] = V::load(packed + kw * V::kLanes);
}

// Stride 1 along the row: each pixel is loaded once for the K outputs that it takes part in. kEdge: some pixels lie in
// the padding. Pixels and outputs of a tile are the dilation apart.
template <class V, int K, int T, bool kEdge>
DEPTHWISE_INLINE void nhwc_row_sums(const TileInput<typename V::Element>& in, int64_t channel,
                                    const typename V::Element* packed, V (&sums)[T]) {
  for (int64_t row = 0; row < in.count; ++row) {
    const typename V::Element* src = in.rows[row].src + in.first + channel;
    V taps[K];
    load_taps<V, K>(packed + in.rows[row].taps, taps);
#pragma GCC unroll 16
    for (int j = 0; j < T + K - 1; ++j, src += in.pixel)
      if (!kEdge || (in.inside >> j & 1) != 0) add_pixel<V, K, T>(in_register(V::load(src)), j, taps, sums);
  }
}

// Two output rows of a K x K kernel, stride 1 in the plane, a dilation apart: all but the first and the last input row
// serve both. Their kernel rows are one apart, so that each is loaded once, for the lower row of outputs last.
template <class V, int K, int T, bool kEdge>
DEPTHWISE_INLINE void nhwc_pair_sums(const TileInput<typename V::Element>& in, int64_t channel,
                                     const typename V::Element* packed, V (&sums)[2][T]) {
  const int64_t first = in.first + channel;
  for (const InputRow<typename V::Element>*row = in.rows, *end = row + in.count; row < end;) {
    const typename V::Element* taps = packed + row->taps;
    V above[K] = {}, below[K] = {};
#pragma GCC unroll 8
    for (int i = 0; i <= K; ++i, ++row, taps += K * V::kLanes) {
#pragma GCC unroll 8
      for (int kw = 0; kw < K; ++kw) below[kw] = above[kw];
      if (i < K) load_taps<V, K>(taps, above);
      const typename V::Element* src = row->src + first;
#pragma GCC unroll 16
      for (int j = 0; j < T + K - 1; ++j, src += in.pixel) {
        if (kEdge && (in.inside >> j & 1) == 0) continue;
        const V pixel = in_register(V::load(src));
        if (i < K) add_pixel<V, K, T>(pixel, j, above, sums[0]);
        if (i > 0) add_pixel<V, K, T>(pixel, j, below, sums[1]);
      }
    }
  }
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE_NHWC_TILE_H_
