// The register tile of matrix products with lanes along the output channels: a few outputs ("pixels") times a few
// vectors of output channels. The input is broadcast one element at a time, so its pixels may lie anywhere; the
// weights are packed so that the vectors of one input channel stand side by side.
#ifndef DEPTHWISE_KERNELS_GEMM_CHANNELS_H_
#define DEPTHWISE_KERNELS_GEMM_CHANNELS_H_

#include "kernels/activation.h"
#include "kernels/family.h"
#include "kernels/gemm_box.h"
#include "kernels/lanes.h"

namespace depthwise {
namespace {

// 6 x 2 sums, 2 vectors of weights and one broadcast fit 16 registers; 8 x 2 leave room in 32.
template <class V>
constexpr int kTilePixels = V::kRegisters == 32 ? 8 : 6;
// float64 is seldom asked for, and does with fewer tiles.
template <class V>
constexpr int kTileVectors = sizeof(typename V::Element) == 4 ? 2 : 1;
constexpr int kMostTilePixels = 8;

// The least tile that is compiled and holds `pixels`: of heights that differ by one the seldom ones are left out.
template <class V>
constexpr int tile_pixels(int pixels) {
  if (sizeof(typename V::Element) == 4 && (pixels == 2 || pixels >= kTilePixels<V> - 1)) return pixels;
  if (pixels == 1 || pixels >= kTilePixels<V> - 1) return pixels == 1 ? 1 : kTilePixels<V>;
  return pixels <= 4 ? 4 : (pixels + 1) / 2 * 2;
}

// The input, channels last: from one tap of a pixel to the next along each axis.
template <class T>
struct PixelSource {
  int64_t tap_d, tap_h, tap_w;
  const T* zeros;  // stands for a pixel in the padding
  bool padded;     // taps may lie outside the input, and then read `zeros`; else all are inside the array
};

// The outputs of one tile: their first taps, as input coordinates and as addresses, and where their sums go.
template <class T>
struct PixelTile {
  int32_t id[kMostTilePixels], ih[kMostTilePixels], iw[kMostTilePixels];
  const T* src[kMostTilePixels];
  T* dst[kMostTilePixels];
};

// What is multiplied: input channels [0, channels) of the source with weights (kd, kh, kw, ic, vectors of channels).
template <class T>
struct ChannelPanel {
  const T* weight;
  const T* bias;     // null: none
  int32_t channels;  // input channels of this panel
  int32_t live;      // output channels that exist; the last vector may be cut short
  bool first, last;  // the sums begin with the bias, or go on from dst; the activation comes with the last panel
};

constexpr int64_t kWeightsAhead = 4096;  // bytes

// sums += the pixels' channels times the weights of one tap; moves `weight` behind them.
template <class V, int kPixels, int kVectors, class T>
DEPTHWISE_INLINE const T* add_tap(V (&sums)[kPixels][kVectors], const T* const (&pixel)[kPixels], int32_t channels,
                                  const T* weight) {
  for (int64_t ic = 0; ic < channels; ++ic, weight += kVectors * V::kLanes) {
    // Weights come once, in order, from the second or third cache.
    __builtin_prefetch(weight + kWeightsAhead / sizeof(T));
    V w[kVectors];
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v) w[v] = V::load(weight + v * V::kLanes);
#pragma GCC unroll 16
    for (int p = 0; p < kPixels; ++p) {
      const V x = V::broadcast(pixel[p][ic]);
#pragma GCC unroll 16
      for (int v = 0; v < kVectors; ++v) sums[p][v] = fma(x, w[v], sums[p][v]);
    }
  }
  return weight;
}

// The activation of a whole tile, out of line: it is seldom there, and long.
template <class V>
__attribute__((noinline)) void activate_tile(Activation activation, V* sums, int count) {
  for (int i = 0; i < count; ++i) sums[i] = activate(activation, sums[i]);
}

// One tile. Rows of taps that lie wholly in the padding are left out.
template <class V, int kPixels, int kVectors, class T>
__attribute__((noinline)) void channel_tile(const Geometry& g, const PixelSource<T>& src, const PixelTile<T>& tile,
                                            const ChannelPanel<T>& panel) {
  using Mask = typename V::Mask;
  constexpr int kTail = kVectors - 1;
  const int tail = panel.live - kTail * V::kLanes;
  const bool whole = tail >= V::kLanes;
  const Mask tail_mask = Mask::first(tail);
  V sums[kPixels][kVectors];
  if (panel.first) {
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v) {
      V start = V::zero();
      if (panel.bias)
        start =
            v < kTail || whole ? V::load(panel.bias + v * V::kLanes) : V::load(panel.bias + v * V::kLanes, tail_mask);
#pragma GCC unroll 16
      for (int p = 0; p < kPixels; ++p) sums[p][v] = start;
    }
  } else {
#pragma GCC unroll 16
    for (int p = 0; p < kPixels; ++p)
#pragma GCC unroll 16
      for (int v = 0; v < kVectors; ++v)
        sums[p][v] =
            v < kTail || whole ? V::load(tile.dst[p] + v * V::kLanes) : V::load(tile.dst[p] + v * V::kLanes, tail_mask);
  }

  const T* weight = panel.weight;
  const int64_t row_weights = int64_t{g.w.kernel} * panel.channels * kVectors * V::kLanes;
  // Where the channels of neighbouring taps follow one another in memory, a row of taps is one run.
  const bool joined = !src.padded && src.tap_w == panel.channels;
  const int32_t runs = joined ? 1 : g.w.kernel, run = joined ? g.w.kernel * panel.channels : panel.channels;
  for (int32_t kd = 0; kd < g.d.kernel; ++kd) {
    for (int32_t kh = 0; kh < g.h.kernel; ++kh) {
      const T* row[kPixels];
      bool row_inside[kPixels];
      bool any = false;
#pragma GCC unroll 16
      for (int p = 0; p < kPixels; ++p) {
        const int32_t id = tile.id[p] + kd * g.d.dilation, ih = tile.ih[p] + kh * g.h.dilation;
        row_inside[p] = inside(id, g.d.in) && inside(ih, g.h.in);
        any |= row_inside[p];
        row[p] = tile.src[p] + (kd * src.tap_d + kh * src.tap_h);
      }
      if (!any) {
        weight += row_weights;
        continue;
      }
      for (int32_t kw = 0; kw < runs; ++kw) {
        const T* pixel[kPixels];
#pragma GCC unroll 16
        for (int p = 0; p < kPixels; ++p) {
          pixel[p] = row[p] + kw * src.tap_w;
          if (src.padded && !(row_inside[p] && inside(tile.iw[p] + kw * g.w.dilation, g.w.in))) pixel[p] = src.zeros;
        }
        weight = add_tap<V, kPixels, kVectors, T>(sums, pixel, run, weight);
      }
    }
  }

  if (panel.last && g.activation != Activation::kNone) {
    V done[kPixels][kVectors];  // a copy, so that the sums themselves never need an address
#pragma GCC unroll 16
    for (int p = 0; p < kPixels; ++p)
#pragma GCC unroll 16
      for (int v = 0; v < kVectors; ++v) done[p][v] = sums[p][v];
    activate_tile(g.activation, &done[0][0], kPixels * kVectors);
#pragma GCC unroll 16
    for (int p = 0; p < kPixels; ++p)
#pragma GCC unroll 16
      for (int v = 0; v < kVectors; ++v) sums[p][v] = done[p][v];
  }
#pragma GCC unroll 16
  for (int p = 0; p < kPixels; ++p)
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v) {
      if (v < kTail || whole)
        sums[p][v].store(tile.dst[p] + v * V::kLanes);
      else
        store_tail(sums[p][v], tile.dst[p] + v * V::kLanes, tail, tail_mask);
    }
}

// The tile of `pixels` outputs, and as many vectors as `live` channels need. Pixels that nobody asked for repeat the
// last one, and store the same sums again.
template <class V, int kPixels, class T>
DEPTHWISE_INLINE void channel_tile_of(int pixels, const Geometry& g, const PixelSource<T>& src,
                                      const PixelTile<T>& tile, const ChannelPanel<T>& panel) {
  if constexpr (kPixels > 1) {
    if (pixels < kPixels) return channel_tile_of<V, kPixels - 1, T>(pixels, g, src, tile, panel);
  }
  if constexpr (tile_pixels<V>(kPixels) == kPixels) {
    if (kTileVectors<V> == 1 || panel.live <= V::kLanes)
      channel_tile<V, kPixels, 1, T>(g, src, tile, panel);
    else
      channel_tile<V, kPixels, kTileVectors<V>, T>(g, src, tile, panel);
  }
}

template <class V, class T>
void run_channel_tile(int pixels, const Geometry& g, const PixelSource<T>& src, PixelTile<T>& tile,
                      const ChannelPanel<T>& panel) {
  const int compiled = tile_pixels<V>(pixels);
  for (int p = pixels; p < compiled; ++p) {
    tile.id[p] = tile.id[p - 1], tile.ih[p] = tile.ih[p - 1], tile.iw[p] = tile.iw[p - 1];
    tile.src[p] = tile.src[p - 1], tile.dst[p] = tile.dst[p - 1];
  }
  channel_tile_of<V, kTilePixels<V>, T>(compiled, g, src, tile, panel);
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_GEMM_CHANNELS_H_
