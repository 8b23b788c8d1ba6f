// A tile of the channels-last depthwise kernels over all its channels: vector by vector, and stored.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE_NHWC_CHANNELS_H_
#define DEPTHWISE_KERNELS_DEPTHWISE_NHWC_CHANNELS_H_

#include "kernels/activation.h"
#include "kernels/depthwise_nhwc_tile.h"

namespace depthwise {
namespace {

// Vectors of `count` channels from `first` on, of which the last vector begins `last` channels later, and where their
// sums go.
template <class T>
struct ChannelWork {
  int32_t first, count, last;
  const T* taps;
  int64_t taps_step;  // from vector to vector
  const T* bias;      // of channel `first`; null: none
  T* dst;             // of channel `first` of the first pixel of the tile
  int64_t dst_pixel, dst_row;
};

// The sums of R rows x T pixels from column ow on, for some vectors of channels. K: the width of the kernel, or 0 for
// any.
template <class V, int K, int R, int T, bool kEdge, bool kMasked>
__attribute__((noinline)) void nhwc_sums(const Geometry& g, const RowGroup<typename V::Element>& group,
                                         const ChannelWork<typename V::Element>& channels, int32_t ow) {
  using Element = typename V::Element;
  const TileInput<Element> in = tile_input<Element>(g, group, ow, kEdge && K > 0 ? T + K - 1 : 0);
  const ChannelWork<Element> work = channels;
  const Element* taps = work.taps;
  for (int32_t at = 0; at < work.count; at += V::kLanes, taps += work.taps_step) {
    const int64_t channel = at < work.last ? at : work.last;
    const V bias = work.bias ? V::load(work.bias + channel) : V::zero();
    V sums[R][T];
#pragma GCC unroll 2
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
      for (int p = 0; p < T; ++p) sums[r][p] = bias;
    if constexpr (K == 0)
      nhwc_any_sums<V, T, kEdge, kMasked>(g, in, work.first + channel, taps, V::Mask::first(g.in_channels), sums[0]);
    else if constexpr (R == 1)
      nhwc_row_sums<V, K, T, kEdge>(in, work.first + channel, taps, sums[0]);
    else
      nhwc_pair_sums<V, K, T, kEdge>(in, work.first + channel, taps, sums);
#pragma GCC unroll 2
    for (int r = 0; r < R; ++r) {
      Element* dst = work.dst + channel + r * work.dst_row;
#pragma GCC unroll 8
      for (int p = 0; p < T; ++p, dst += work.dst_pixel) sums[r][p].store(dst);
    }
  }
}

// The bias of one vector of channels and one multiplier.
template <class V>
__attribute__((noinline)) void load_bias(const Geometry& g, const typename V::Element* bias, int32_t channel,
                                         int32_t multiple, typename V::Element* lanes) {
  for (int lane = 0; lane < V::kLanes; ++lane) {
    const bool is_there = bias && (g.shared_bank || channel + lane < g.in_channels);
    const int64_t kernel = g.shared_bank ? multiple : int64_t{channel + lane} * g.out_per_group + multiple;
    lanes[lane] = is_there ? bias[kernel] : 0;
  }
}

// Stores `count` pixels of sums that are not simply whole vectors side by side. dst: the first of them, at this
// vector's first channel. Up to `owned` elements from there are this item's own or written later by it: a vector with
// fewer live lanes may spill there.
template <class V>
__attribute__((noinline)) void store_apart(const Geometry& g, const typename V::Element* sums, int count,
                                           int32_t channels, int32_t multiple, int64_t owned,
                                           typename V::Element* dst) {
  for (int p = 0; p < count; ++p) {
    const int64_t at = int64_t{p} * g.out_channels;
    const V sum = activate(g.activation, V::load(sums + p * V::kLanes));
    if (g.out_per_group > 1) {
      typename V::Element lanes[V::kLanes];
      sum.store(lanes);
      typename V::Element* out = dst + at + multiple;
      for (int lane = 0; lane < channels; ++lane) out[int64_t{lane} * g.out_per_group] = lanes[lane];
    } else if (channels == V::kLanes || at + V::kLanes <= owned) {
      sum.store(dst + at);
    } else {
      sum.store(dst + at, V::Mask::first(channels));
    }
  }
}

// What all tiles share.
template <class T>
struct LayerWork {
  const T* packed;
  const T* bias;
};

// A tile of R rows x T pixels: the sums where it lies inside the input, and where it meets padding.
template <class V>
struct NhwcTile {
  using Sums = void (*)(const Geometry&, const RowGroup<typename V::Element>&, const ChannelWork<typename V::Element>&,
                        int32_t);
  int32_t rows, pixels;
  Sums inside, edge;
};
constexpr int kMostPixels = 16;

template <class V, int K, int R, int T>
constexpr NhwcTile<V> nhwc_tile() {
  static_assert(R * T <= kMostPixels);
  return {R, T, nhwc_sums<V, K, R, T, false, false>, nhwc_sums<V, K, R, T, true, false>};
}

// All channels of a tile by `sums`; `end`: the end of the item's columns.
template <class V>
__attribute__((noinline)) void run_tile(const NhwcTile<V>& tile, typename NhwcTile<V>::Sums sums, const Geometry& g,
                                        const LayerWork<typename V::Element>& layer,
                                        const RowGroup<typename V::Element>& group, int32_t ow, int32_t end) {
  using Element = typename V::Element;
  const int32_t width = g.in_channels < V::kLanes ? g.in_channels : V::kLanes, last = g.in_channels - width;
  const int64_t kernel_floats = g.taps * V::kLanes, vector_floats = kernel_floats * g.out_per_group;
  const int64_t dst_row = int64_t{g.w.out} * g.out_channels;
  Element* dst = group.dst + int64_t{ow} * g.out_channels;
  if (g.out_per_group == 1 && width == V::kLanes && !g.shared_bank && g.activation == Activation::kNone) {
    sums(g, group, {0, g.in_channels, last, layer.packed, vector_floats, layer.bias, dst, g.out_channels, dst_row}, ow);
    return;
  }
  const int64_t row_floats = int64_t{tile.pixels} * V::kLanes;
  for (int32_t at = 0; at < g.in_channels; at += V::kLanes) {
    const int32_t channel = at < last ? at : last;
    const Element* taps = layer.packed + (g.shared_bank ? 0 : at / V::kLanes * vector_floats);
    for (int32_t multiple = 0; multiple < g.out_per_group; ++multiple, taps += kernel_floats) {
      alignas(64) Element apart[kMostPixels * V::kLanes], bias[V::kLanes];
      load_bias<V>(g, layer.bias, channel, multiple, bias);
      sums(g, group, {channel, 1, 0, taps, 0, bias, apart, V::kLanes, row_floats}, ow);
      const int64_t at_dst = int64_t{channel} * g.out_per_group;
      for (int r = 0; r < tile.rows; ++r)
        store_apart<V>(g, apart + r * row_floats, tile.pixels, width, multiple,
                       int64_t{end - ow} * g.out_channels - channel, dst + r * dst_row + at_dst);
    }
  }
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE_NHWC_CHANNELS_H_
