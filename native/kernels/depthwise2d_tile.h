// k x k, stride 1: a tile of output rows, one vector wide, with all its sums in registers. Tap columns come one after
// the other, the taps of a column in registers; each input row is loaded once for it and adds to up to k sums.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE2D_TILE_H_
#define DEPTHWISE_KERNELS_DEPTHWISE2D_TILE_H_

#include "kernels/depthwise_columns.h"

namespace depthwise {
namespace {

template <class T>
struct TileRows {
  const T* src;  // the input row of the first output row's first tap (it may lie in the padding), column 0
  T* dst;        // the first output row, column 0
  int64_t src_pitch, dst_pitch;
  const T* taps;
  T bias;
  Activation activation;
  int32_t out;     // outputs of a row
  const T* limit;  // whole vectors may be stored up to here
};

// Where the tile's rows stand in the plane, with padding of half a kernel: kTop and kBottom tiles see kKernel / 2 rows
// of padding, which they leave out.
enum class TilePlace { kMiddle, kTop, kBottom, kWhole };

template <class V, int kRows>
DEPTHWISE_INLINE void store_tile(const TileRows<typename V::Element>& tile, int32_t ow, bool may_spill, V* sums) {
  typename V::Element* dst = tile.dst + ow;
  const int64_t pitch = tile.dst_pitch;
  if (__builtin_expect(tile.activation != Activation::kNone, false)) {
    const Activation activation = tile.activation;
    DEPTHWISE_UNROLL
    for (int r = 0; r < kRows; ++r) sums[r] = clamp_at_store(activation, sums[r]);
  }
  if (may_spill && dst + (kRows - 1) * pitch + V::kLanes > tile.limit) {
    const typename V::Mask in_row = V::Mask::first(tile.out - ow);
    DEPTHWISE_UNROLL
    for (int r = 0; r < kRows; ++r) sums[r].store(dst + r * pitch, in_row);
    return;
  }
  // Rows ascend: the lanes that a short row spills are written again by the next one.
  DEPTHWISE_UNROLL
  for (int r = 0; r < kRows; ++r) {
    sums[r].store(dst);
    dst += pitch;
  }
}

// Adds the products of tap columns [begin, end); the inputs of each are masked by in_row where kMasked.
template <class V, int kKernel, int kRows, int kTop, int kBottom, bool kMasked>
DEPTHWISE_INLINE void add_tap_columns(const typename V::Element* src, int64_t pitch, const typename V::Element* taps,
                                      const typename V::Mask* in_row, int begin, int end, V* sums) {
  for (int kw = begin; kw < end; ++kw) {
    V tap[kKernel];
    DEPTHWISE_UNROLL
    for (int kh = 0; kh < kKernel; ++kh) tap[kh] = V::broadcast(taps[kh * kKernel + kw]);
    const typename V::Element* src_row = src + kw;
    DEPTHWISE_UNROLL
    for (int row = kTop; row < kRows + kKernel - 1 - kBottom; ++row) {
      V x = V::load(src_row);
      if (kMasked) x = x.keep(in_row[kw]);
      src_row += pitch;
      DEPTHWISE_UNROLL
      for (int kh = 0; kh < kKernel; ++kh) {
        const int r = row - kh;
        if (r >= 0 && r < kRows) sums[r] = fma(x, tap[kh], sums[r]);
      }
    }
  }
}

template <class V, int kKernel, int kRows, Columns kColumns, TilePlace kPlace>
DEPTHWISE_INLINE void tile_block(const TileRows<typename V::Element>& tile, const ColumnBlock<V, kKernel>& block) {
  constexpr int kTop = kPlace == TilePlace::kTop || kPlace == TilePlace::kWhole ? kKernel / 2 : 0;
  constexpr int kBottom = kPlace == TilePlace::kBottom || kPlace == TilePlace::kWhole ? kKernel / 2 : 0;
  // Tap columns left of the middle see the left padding, those right of it the right one.
  constexpr int kLeftEnd = kColumns == Columns::kLeft || kColumns == Columns::kBoth ? kKernel / 2 : 0;
  constexpr int kRightBegin = kColumns == Columns::kRight || kColumns == Columns::kBoth ? kKernel / 2 + 1 : kKernel;
  const int64_t pitch = tile.src_pitch;
  const typename V::Element *src = tile.src + kTop * pitch + block.iw, *taps = tile.taps;
  V sums[kRows];
  const V bias = V::broadcast(tile.bias);
  DEPTHWISE_UNROLL
  for (int r = 0; r < kRows; ++r) sums[r] = bias;
  add_tap_columns<V, kKernel, kRows, kTop, kBottom, true>(src, pitch, taps, block.in_row, 0, kLeftEnd, sums);
  add_tap_columns<V, kKernel, kRows, kTop, kBottom, false>(src, pitch, taps, block.in_row, kLeftEnd, kRightBegin, sums);
  add_tap_columns<V, kKernel, kRows, kTop, kBottom, true>(src, pitch, taps, block.in_row, kRightBegin, kKernel, sums);
  store_tile<V, kRows>(tile, block.ow, kColumns == Columns::kBoth, sums);
}

// Any padding, one output row: the tap rows that lie in the plane, every load masked.
template <class V, int kKernel>
__attribute__((noinline)) void padded_row(const TileRows<typename V::Element>& tile,
                                          const ColumnBlock<V, kKernel>& block, int kh_begin, int kh_end) {
  V sum = V::broadcast(tile.bias);
  for (int kw = 0; kw < kKernel; ++kw) {
    const typename V::Mask in_row = block.columns == Columns::kInside ? V::Mask::first(V::kLanes) : block.in_row[kw];
    for (int kh = kh_begin; kh < kh_end; ++kh)
      sum = fma(V::load(tile.src + kh * tile.src_pitch + block.iw + kw, in_row),
                V::broadcast(tile.taps[kh * kKernel + kw]), sum);
  }
  clamp_at_store(tile.activation, sum).store(tile.dst + block.ow, V::Mask::first(tile.out - block.ow));
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE2D_TILE_H_
