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
  int64_t bias_step;  // from channel to channel: 0 or 1
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
    const V bias = work.bias ? V::load(work.bias + channel * work.bias_step) : V::zero();
    V sums[R][T];
#pragma GCC unroll 2
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
      for (int p = 0; p < T; ++p) sums[r][p] = bias;
    if constexpr (K == 0)
      nhwc_any_sums<V, T, kEdge, kMasked>(in, work.first + channel, taps, V::Mask::first(g.in_channels), sums[0]);
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

constexpr int kMostPixels = 16;

// The tile of a kernel: R rows x T pixels, the sums where it lies inside the input, and where it meets padding.
template <class V>
struct NhwcTile {
  using Sums = void (*)(const Geometry&, const RowGroup<typename V::Element>&, const ChannelWork<typename V::Element>&,
                        int32_t);
  int32_t rows, pixels;
  Sums inside, edge;
};

template <class V, int K, int R, int T>
constexpr NhwcTile<V> nhwc_tile() {
  static_assert(R * T <= kMostPixels);
  return {R, T, nhwc_sums<V, K, R, T, false, false>, nhwc_sums<V, K, R, T, true, false>};
}

// What all tiles share.
template <class T>
struct LayerWork {
  const T* packed;
  const T* bias;
  int32_t channels;  // that are worked on together
  bool asks_ahead;   // for what the next tile reads
};

// Where the pixels of a tile lie: at column ow and `step` columns further each. `owned`: elements from the first pixel
// on that are the item's own or written later by it, so that a vector with fewer live lanes may spill there.
struct TileColumns {
  int32_t ow, step;
  int64_t owned;
};

// The activation of a tile that is stored.
template <class V>
void activate_tile(const NhwcTile<V>& tile, const Geometry& g, const RowGroup<typename V::Element>& group,
                   const TileColumns& columns) {
  const bool is_run = columns.step == 1;
  const int32_t runs = is_run ? 1 : tile.pixels, length = is_run ? tile.pixels : 1;
  for (int r = 0; r < tile.rows; ++r) {
    for (int run = 0; run < runs; ++run) {
      const int64_t pixel = int64_t{r} * g.h.dilation * g.w.out + columns.ow + int64_t{run} * columns.step;
      activate_stored<V>(g.activation, group.dst + pixel * g.out_channels, int64_t{length} * g.out_channels);
    }
  }
}

// The bias of one vector of channels and one multiplier.
template <class V>
DEPTHWISE_INLINE void load_bias(const Geometry& g, const typename V::Element* bias, int32_t channel, int32_t multiple,
                                typename V::Element* lanes) {
  for (int lane = 0; lane < V::kLanes; ++lane) {
    const bool is_there = bias && (g.shared_bank || channel + lane < g.in_channels);
    const int64_t kernel = g.shared_bank ? multiple : int64_t{channel + lane} * g.out_per_group + multiple;
    lanes[lane] = is_there ? bias[kernel] : 0;
  }
}

// Stores `count` pixels of sums whose outputs lie `multiplier` apart, or fill less than a vector.
template <class V>
void store_apart(const Geometry& g, const typename V::Element* sums, int count, int32_t channels, int64_t dst_pixel,
                 int64_t owned, typename V::Element* dst) {
  for (int p = 0; p < count; ++p, sums += V::kLanes, dst += dst_pixel) {
    if (g.out_per_group > 1) {
      for (int lane = 0; lane < channels; ++lane) dst[int64_t{lane} * g.out_per_group] = sums[lane];
    } else if (p * dst_pixel + V::kLanes <= owned) {
      V::load(sums).store(dst);
    } else {
      V::load(sums).store(dst, V::Mask::first(channels));
    }
  }
}

// The sums of a tile by way of memory, a vector of channels and a multiplier at a time.
template <class V>
__attribute__((noinline)) void run_tile_apart(const NhwcTile<V>& tile, typename NhwcTile<V>::Sums sums,
                                              const Geometry& g, const LayerWork<typename V::Element>& layer,
                                              const RowGroup<typename V::Element>& group, const TileColumns& columns) {
  using Element = typename V::Element;
  const int32_t width = g.in_channels < V::kLanes ? g.in_channels : V::kLanes, last = g.in_channels - width;
  const int64_t kernel_floats = g.taps * V::kLanes, row_floats = int64_t{tile.pixels} * V::kLanes;
  const int64_t dst_row = int64_t{g.h.dilation} * g.w.out * g.out_channels,
                dst_pixel = int64_t{columns.step} * g.out_channels;
  alignas(64) Element apart[kMostPixels * V::kLanes], bias[V::kLanes];
  for (int32_t at = 0; at < g.in_channels; at += V::kLanes) {
    const int32_t channel = at < last ? at : last;
    const Element* taps = layer.packed + (g.shared_bank ? 0 : at / V::kLanes * kernel_floats * g.out_per_group);
    Element* dst = group.dst + int64_t{columns.ow} * g.out_channels + int64_t{channel} * g.out_per_group;
    for (int32_t multiple = 0; multiple < g.out_per_group; ++multiple, taps += kernel_floats) {
      load_bias<V>(g, layer.bias, channel, multiple, bias);
      sums(g, group, {channel, 1, 0, taps, 0, bias, 0, apart, V::kLanes, row_floats}, columns.ow);
      activate_stored<V>(g.activation, apart, tile.rows * row_floats);
      for (int r = 0; r < tile.rows; ++r)
        store_apart<V>(g, apart + r * row_floats, tile.pixels, width, dst_pixel, columns.owned - channel,
                       dst + r * dst_row + multiple);
    }
  }
}

// Two kernels a channel, float32: some vectors of channels of each by way of memory, then stored in turns.
template <class V>
__attribute__((noinline)) void run_tile_in_turns(const NhwcTile<V>& tile, typename NhwcTile<V>::Sums sums,
                                                 const Geometry& g, const LayerWork<typename V::Element>& layer,
                                                 const RowGroup<typename V::Element>& group,
                                                 const TileColumns& columns) {
  using Element = typename V::Element;
  constexpr int32_t L = V::kLanes, kPixel = 4 * L;
  const int64_t kernel_floats = g.taps * L, row_floats = int64_t{tile.pixels} * kPixel;
  const int64_t dst_row = int64_t{g.h.dilation} * g.w.out * g.out_channels,
                dst_pixel = int64_t{columns.step} * g.out_channels;
  // The vector that ends with the channels may begin before the first of a tile's.
  alignas(64) Element apart[2][L + kMostPixels * kPixel], bias[2][L + kPixel];
  for (int32_t first = 0; first < g.in_channels; first += kPixel) {
    const int32_t left = g.in_channels - first, count = left < kPixel ? left : kPixel, last = left - L;
    for (int32_t i = last < 0 ? last : 0; layer.bias && i < count; ++i)
      for (int32_t kernel = 0; kernel < 2; ++kernel)
        bias[kernel][L + i] = layer.bias[g.shared_bank ? kernel : 2 * int64_t{first + i} + kernel];
    for (int32_t kernel = 0; kernel < 2; ++kernel) {
      const Element* taps = layer.packed + (g.shared_bank ? 0 : first / L * 2 * kernel_floats) + kernel * kernel_floats;
      sums(g, group,
           {first, count, last, taps, g.shared_bank ? 0 : 2 * kernel_floats, layer.bias ? bias[kernel] + L : nullptr, 1,
            apart[kernel] + L, kPixel, row_floats},
           columns.ow);
    }
    Element* const dst = group.dst + int64_t{columns.ow} * g.out_channels + 2 * int64_t{first};
    for (int r = 0; r < tile.rows; ++r)
      for (int p = 0; p < tile.pixels; ++p)
        for (int32_t at = 0; at < count; at += L) {
          const int64_t channel = at < last ? at : last, from = L + r * row_floats + p * kPixel + channel;
          V::store_split(dst + r * dst_row + p * dst_pixel + 2 * channel, V::load(apart[0] + from),
                         V::load(apart[1] + from));
        }
  }
  if (g.activation != Activation::kNone) activate_tile<V>(tile, g, group, columns);
}

// The channels of a tile that are worked on together, from channel `first` on, by `sums`.
template <class V>
__attribute__((noinline)) void run_tile(const NhwcTile<V>& tile, typename NhwcTile<V>::Sums sums, const Geometry& g,
                                        const LayerWork<typename V::Element>& layer,
                                        const RowGroup<typename V::Element>& group, const TileColumns& columns,
                                        int32_t first) {
  using Element = typename V::Element;
  constexpr bool kHasTurns = sizeof(Element) == 4;
  if (g.in_channels < V::kLanes || g.out_per_group > (kHasTurns ? 2 : 1))
    return run_tile_apart<V>(tile, sums, g, layer, group, columns);
  if constexpr (kHasTurns)
    if (g.out_per_group == 2) return run_tile_in_turns<V>(tile, sums, g, layer, group, columns);
  const int32_t left = g.in_channels - first, count = layer.channels < left ? layer.channels : left;
  // The last vector of channels ends with them, and reaches back over some that are done.
  const int32_t last = left - V::kLanes;
  Element bias[V::kLanes];
  if (g.shared_bank && layer.bias) V::broadcast(*layer.bias).store(bias);
  const Element* first_bias = g.shared_bank || !layer.bias ? bias : layer.bias + first;
  const int64_t vector_floats = g.shared_bank ? 0 : g.taps * V::kLanes;
  sums(g, group,
       {first, count, last, layer.packed + first / V::kLanes * vector_floats, vector_floats,
        layer.bias ? first_bias : nullptr, !g.shared_bank, group.dst + int64_t{columns.ow} * g.out_channels + first,
        int64_t{columns.step} * g.out_channels, int64_t{g.h.dilation} * g.w.out * g.out_channels},
       columns.ow);
  if (g.activation != Activation::kNone && count == left) activate_tile<V>(tile, g, group, columns);
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE_NHWC_CHANNELS_H_
