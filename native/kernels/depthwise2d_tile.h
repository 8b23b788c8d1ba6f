// k x k, stride 1: a tile of output rows, one vector wide, with all its sums in registers. Tap columns come one after
// the other, the taps of a column in registers; each input row is loaded once for it and adds to up to k sums.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE2D_TILE_H_
#define DEPTHWISE_KERNELS_DEPTHWISE2D_TILE_H_

#include "kernels/depthwise_columns.h"
#include "simd/in_register.h"

namespace depthwise {
namespace {

// What all tiles of a call share.
template <class T>
struct TileShape {
  int64_t src_pitch, dst_pitch;
  Activation activation;
  int32_t out;     // outputs of a row
  const T* limit;  // whole vectors may be stored up to here
  // Planes of taps, and the elements from the input plane of one to that of the next.
  int32_t depth_taps;
  int64_t src_depth;
};

// Which tap columns a tile masks: none, all but the middle one, or those that the block says while it runs. 3x3 tiles
// have too few multiply-adds to pay for loops.
enum class Sides { kInside, kMasked, kOfBlock };

template <bool kValue>
struct Masked {
  static constexpr bool kIs = kValue;
};

// Where the tile's rows stand in the plane, with padding of half a kernel: kTop and kBottom tiles see kKernel / 2 rows
// of padding, which they leave out. kAsked: the tile is told while it runs.
enum class TilePlace { kMiddle, kTop, kBottom, kWhole, kAsked };

template <class V, int kRows>
DEPTHWISE_INLINE void store_tile(const TileShape<typename V::Element>& shape, typename V::Element* dst, int32_t ow,
                                 bool may_spill, V* sums) {
  const int64_t pitch = shape.dst_pitch;
  if (__builtin_expect(shape.activation != Activation::kNone, false)) {
    const Activation activation = shape.activation;
    DEPTHWISE_UNROLL
    for (int r = 0; r < kRows; ++r) sums[r] = clamp_at_store(activation, sums[r]);
  }
  if (may_spill && dst + (kRows - 1) * pitch + V::kLanes > shape.limit) {
    const typename V::Mask in_row = V::Mask::first(shape.out - ow);
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

// Adds the products of one tap column with input rows [kBegin, kEnd) of the tile; they are masked by in_row where
// kMasked. Returns the row behind them.
template <class V, int kKernel, int kRows, int kBegin, int kEnd, bool kMasked>
DEPTHWISE_INLINE const typename V::Element* add_tap_column(const typename V::Element* src, int64_t pitch, const V* tap,
                                                           const typename V::Mask* in_row, V* sums) {
  DEPTHWISE_UNROLL
  for (int row = kBegin; row < kEnd; ++row) {
    V x = V::load(src);
    if (kMasked) x = x.keep(*in_row);
    x = shared(x);
    src += pitch;
    DEPTHWISE_UNROLL
    for (int kh = 0; kh < kKernel; ++kh) {
      const int r = row - kh;
      if (r >= 0 && r < kRows) sums[r] = fma(x, tap[kh], sums[r]);
    }
  }
  return src;
}

// `src`: the input row of the first output row's first tap (it may lie in the padding), at block.iw; `dst`: the first
// output row, at block.ow. The block is not kMasked.
template <class V, int kKernel, int kRows, TilePlace kPlace, Sides kSides, bool kDeep>
DEPTHWISE_INLINE void tile_here(const TileShape<typename V::Element>& shape, TilePlace asked,
                                const ColumnBlock<V, kKernel>& block, const typename V::Element* src,
                                typename V::Element* dst, const typename V::Element* taps, typename V::Element bias) {
  constexpr int kPadding = kKernel / 2, kEnd = kRows + kKernel - 1;
  const TilePlace place = kPlace == TilePlace::kAsked ? asked : kPlace;
  const bool is_top = place == TilePlace::kTop || place == TilePlace::kWhole;
  const bool is_bottom = place == TilePlace::kBottom || place == TilePlace::kWhole;
  const int64_t pitch = shape.src_pitch;
  V sums[kRows];
  DEPTHWISE_UNROLL
  for (int r = 0; r < kRows; ++r) sums[r] = V::broadcast(bias);
  if (is_top) src += kPadding * pitch;
  const int32_t depth_taps = kDeep ? shape.depth_taps : 1;
  for (int32_t kd = 0; kd < depth_taps; ++kd, src += shape.src_depth, taps += kKernel * kKernel) {
    const auto add_column = [&](int kw, auto is_masked) DEPTHWISE_INLINE_LAMBDA {
      V tap[kKernel];
      DEPTHWISE_UNROLL
      for (int kh = 0; kh < kKernel; ++kh) tap[kh] = V::broadcast(taps[kh * kKernel + kw]);
      constexpr bool kMasked = decltype(is_masked)::kIs;
      const typename V::Mask* in_row = block.in_row + kw;
      const typename V::Element* at = src + kw;
      if (!is_top) at = add_tap_column<V, kKernel, kRows, 0, kPadding, kMasked>(at, pitch, tap, in_row, sums);
      at = add_tap_column<V, kKernel, kRows, kPadding, kEnd - kPadding, kMasked>(at, pitch, tap, in_row, sums);
      if (!is_bottom) add_tap_column<V, kKernel, kRows, kEnd - kPadding, kEnd, kMasked>(at, pitch, tap, in_row, sums);
    };
    if constexpr (kSides == Sides::kMasked) {
      DEPTHWISE_UNROLL
      for (int kw = 0; kw < kKernel; ++kw) {
        if (kw == kKernel / 2)
          add_column(kw, Masked<false>());
        else
          add_column(kw, Masked<true>());
      }
    } else if constexpr (kSides == Sides::kInside) {
      DEPTHWISE_UNROLL
      for (int kw = 0; kw < kKernel; ++kw) add_column(kw, Masked<false>());
    } else {
      // Loops, where GCC keeps the sums in their registers; with a question in one loop it does not.
      for (int kw = 0, masked_end = block.plain_begin; kw < kKernel; masked_end = kKernel) {
#pragma GCC unroll 1
        for (; kw < masked_end; ++kw) add_column(kw, Masked<true>());
#pragma GCC unroll 1
        for (; kw < block.plain_end; ++kw) add_column(kw, Masked<false>());
      }
    }
  }
  store_tile<V, kRows>(shape, dst, block.ow, block.columns == Columns::kBoth, sums);
}

template <class V, int kKernel, int kRows, TilePlace kPlace, Sides kSides, bool kDeep>
__attribute__((noinline)) void tile(const TileShape<typename V::Element>& shape, TilePlace place,
                                    const ColumnBlock<V, kKernel>& block, const typename V::Element* src,
                                    typename V::Element* dst, const typename V::Element* taps,
                                    typename V::Element bias) {
  tile_here<V, kKernel, kRows, kPlace, kSides, kDeep>(shape, place, block, src, dst, taps, bias);
}

// Planes of one tile each, one after the other: a call of a 3x3 tile costs a quarter of its multiply-adds.
template <class T>
struct PlaneRun {
  const T* src;  // as of tile(), for the first plane
  T* dst;
  const T *taps, *bias;
  int64_t src_step, dst_step, taps_step, bias_step;  // from one plane to the next
  int64_t count;
};

template <class V, int kKernel, int kRows>
__attribute__((noinline)) void whole_planes(const TileShape<typename V::Element>& shape,
                                            const ColumnBlock<V, kKernel>& block,
                                            const PlaneRun<typename V::Element>& run) {
  const typename V::Element *src = run.src, *taps = run.taps, *bias = run.bias;
  typename V::Element* dst = run.dst;
  for (int64_t left = run.count; left > 0; --left) {
    tile_here<V, kKernel, kRows, TilePlace::kWhole, Sides::kMasked, false>(shape, TilePlace::kWhole, block, src, dst,
                                                                           taps, *bias);
    src += run.src_step;
    dst += run.dst_step;
    taps += run.taps_step;
    bias += run.bias_step;
  }
}

template <class V, int kKernel>
using Tile = void (*)(const TileShape<typename V::Element>&, TilePlace, const ColumnBlock<V, kKernel>&,
                      const typename V::Element*, typename V::Element*, const typename V::Element*,
                      typename V::Element);

// The tiles of one height.
template <class V, int kKernel>
struct Tiles {
  int32_t rows;
  struct {
    Tile<V, kKernel> inside, side;
  } places[4];
  void (*whole_planes)(const TileShape<typename V::Element>&, const ColumnBlock<V, kKernel>&,
                       const PlaneRun<typename V::Element>&);  // or null

  DEPTHWISE_INLINE Tile<V, kKernel> at(TilePlace place, Columns columns) const {
    const auto& here = places[static_cast<int>(place)];
    return columns == Columns::kInside ? here.inside : here.side;
  }
};
constexpr int kMostTileRows = 8;

// Whether tiles ask for their place while they run. With 16 registers the sums of larger ones would not stay in theirs;
// 3x3 tiles of float32 are too short for it.
template <class V, int kKernel>
constexpr bool kAsks = sizeof(typename V::Element) > 4 || (V::kRegisters > 16 && kKernel > 3);

template <class V, int kKernel, int kRows, bool kDeep, TilePlace kPlace, bool kInside>
constexpr Tile<V, kKernel> tile_at() {
  constexpr Sides kSides = kKernel > 3 ? Sides::kOfBlock : kInside ? Sides::kInside : Sides::kMasked;
  return tile < V, kKernel, kRows, kAsks<V, kKernel> ? TilePlace::kAsked : kPlace, kSides, kDeep > ;
}

template <class V, int kKernel, int kRows, bool kDeep>
inline constexpr Tiles<V, kKernel> kTiles = {kRows,
                                             {{tile_at<V, kKernel, kRows, kDeep, TilePlace::kMiddle, true>(),
                                               tile_at<V, kKernel, kRows, kDeep, TilePlace::kMiddle, false>()},
                                              {tile_at<V, kKernel, kRows, kDeep, TilePlace::kTop, true>(),
                                               tile_at<V, kKernel, kRows, kDeep, TilePlace::kTop, false>()},
                                              {tile_at<V, kKernel, kRows, kDeep, TilePlace::kBottom, true>(),
                                               tile_at<V, kKernel, kRows, kDeep, TilePlace::kBottom, false>()},
                                              {tile_at<V, kKernel, kRows, kDeep, TilePlace::kWhole, true>(),
                                               tile_at<V, kKernel, kRows, kDeep, TilePlace::kWhole, false>()}},
                                             nullptr};

// The place of `rows` output rows from `oh` on; false where their padding is none that a tile knows.
template <int kKernel>
DEPTHWISE_INLINE bool tile_place(const Axis& h, int32_t oh, int32_t rows, TilePlace* place) {
  const int32_t above = h.pad - oh, below = oh - h.pad + rows + kKernel - 1 - h.in;
  const bool top = above > 0, bottom = below > 0;
  *place = top && bottom ? TilePlace::kWhole : top ? TilePlace::kTop : bottom ? TilePlace::kBottom : TilePlace::kMiddle;
  return (!top || above == kKernel / 2) && (!bottom || below == kKernel / 2);
}

// The first row of the tile that covers output row `next` of rows [begin, end): the last tile is moved back into them,
// and a tile that would see a part of the bottom padding to where it sees none. What is computed again has the same
// bits.
template <int kKernel>
DEPTHWISE_INLINE int32_t tile_begin(const Axis& h, int32_t rows, int32_t next, int32_t begin, int32_t end) {
  const int32_t oh = static_cast<int32_t>(max_of(begin, min_of(next, int64_t{end} - rows)));
  const int32_t below = oh - h.pad + rows + kKernel - 1 - h.in;
  // Not the last one: nothing would come after it for the rows that it leaves.
  const bool moves = below > 0 && below < kKernel / 2 && oh - below >= begin && int64_t{oh} + rows < end;
  return moves ? oh - below : oh;
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE2D_TILE_H_
