// k x k, stride 2: a tile of output rows, one vector wide, its sums in registers. Tap columns come one after the other;
// every other float of an input row, from a tap's column on, is the input of neighbouring outputs.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE2D_S2_TILE_H_
#define DEPTHWISE_KERNELS_DEPTHWISE2D_S2_TILE_H_

#include "kernels/depthwise_common.h"

namespace depthwise {
namespace {

// Which inputs of a block lie in the side padding: none; those of the first output for tap columns left of the middle;
// any others.
enum class S2Columns { kInside, kLeft, kMasked };

// V::kLanes outputs of a row.
template <class V, int kKernel>
struct S2Block {
  int32_t ow;  // first output column
  int32_t iw;  // first input column of its first tap; negative in the padding
  S2Columns columns;
  typename V::Mask in_row[kKernel];  // for each tap, the lanes that lie in the row; not set where kInside
};

template <class V, int kKernel>
DEPTHWISE_INLINE S2Block<V, kKernel> s2_block(const Axis& w, int32_t ow) {
  S2Block<V, kKernel> block = {};
  block.ow = ow;
  block.iw = 2 * ow - w.pad;
  const int64_t last = int64_t{block.iw} + 2 * (V::kLanes - 1) + kKernel - 1;
  block.columns = S2Columns::kInside;
  if (block.iw >= 0 && last < w.in) return block;
  // What lanes behind the last output hold is of no concern.
  const int64_t outputs = min_of(V::kLanes, w.out - ow);
  const bool is_left = block.iw >= -(kKernel / 2) && block.iw + 2 * (outputs - 1) + kKernel - 1 < w.in;
  block.columns = is_left ? S2Columns::kLeft : S2Columns::kMasked;
  for (int kw = 0; kw < kKernel; ++kw) {
    // Lane i reads column iw + kw + 2 * i.
    const int64_t first = int64_t{block.iw} + kw, rest = w.in - first;
    const int64_t begin = first < 0 ? (1 - first) / 2 : 0, end = is_left ? V::kLanes : rest > 0 ? (rest + 1) / 2 : 0;
    block.in_row[kw] =
        V::Mask::range(static_cast<int>(min_of(begin, V::kLanes)), static_cast<int>(min_of(end, V::kLanes)));
  }
  return block;
}

template <class T>
struct S2Shape {
  int64_t src_pitch, dst_pitch;
  Activation activation;
  int32_t out;     // outputs of a row
  const T* limit;  // whole vectors may be stored up to here
};

// How the inputs of a tap column are loaded: every other float in mixed lanes, of which the first one is in its place;
// the same with lanes in the padding cleared; in order, with lanes cleared.
enum class S2Load { kMixed, kMixedMasked, kMasked };

// What stands for an input row in the padding.
template <class V>
alignas(64) constexpr typename V::Element kZeroRow[2 * V::kLanes + 8] = {};

// The first and the last kKernel / 2 input rows of a tile, which may lie in the padding.
template <class T, int kKernel>
struct S2EdgeRows {
  static constexpr int kHalf = kKernel / 2;
  const T *first[kHalf], *last[kHalf];
};

// Adds the products of the tap column that begins at `src`, and `kw` behind the edge rows.
template <class V, int kKernel, int kRows, S2Load kLoad>
DEPTHWISE_INLINE void s2_add_column(const typename V::Element* src, int64_t pitch,
                                    const S2EdgeRows<typename V::Element, kKernel>& edges, int kw, const V* tap,
                                    const typename V::Mask& in_row, V* sums) {
  constexpr int kHalf = kKernel / 2, kSrcRows = 2 * (kRows - 1) + kKernel;
  DEPTHWISE_UNROLL
  for (int row = 0; row < kSrcRows; ++row) {
    const int behind = row - (kSrcRows - kHalf);
    const typename V::Element* inputs = row < kHalf   ? edges.first[row] + kw
                                        : behind >= 0 ? edges.last[behind] + kw
                                                      : src;
    V x = kLoad == S2Load::kMasked ? V::load_every_other(inputs) : V::load_every_other_mixed(inputs);
    if (kLoad != S2Load::kMixed) x = x.keep(in_row);
    DEPTHWISE_UNROLL
    for (int kh = row % 2; kh < kKernel; kh += 2) {
      const int r = (row - kh) / 2;
      if (row >= kh && r < kRows) sums[r] = fma(x, tap[kh], sums[r]);
    }
    src += pitch;
  }
}

// `src`: the input row of the first output row's first tap (it may lie in the padding), at block.iw; `dst`: the first
// output row, at block.ow. `top` and `bottom` input rows lie in the padding.
template <class V, int kKernel, int kRows, S2Columns kColumns>
__attribute__((noinline)) void s2_tile(const S2Shape<typename V::Element>& shape, const S2Block<V, kKernel>& block,
                                       const typename V::Element* src, typename V::Element* dst,
                                       const typename V::Element* taps, typename V::Element bias, int top, int bottom) {
  // Sums of mixed lanes need a shuffle for each output instead of one for each input and tap column; the masks of the
  // others name lanes in their order.
  constexpr bool kIsMixed = kColumns != S2Columns::kMasked;
  V sums[kRows];
  DEPTHWISE_UNROLL
  for (int r = 0; r < kRows; ++r) sums[r] = V::broadcast(bias);
  constexpr int kHalf = kKernel / 2, kSrcRows = 2 * (kRows - 1) + kKernel;
  const int64_t pitch = shape.src_pitch;
  S2EdgeRows<typename V::Element, kKernel> edges;
  DEPTHWISE_UNROLL
  for (int i = 0; i < kHalf; ++i) {
    edges.first[i] = i < top ? kZeroRow<V> : src + i * pitch;
    edges.last[i] = i >= kHalf - bottom ? kZeroRow<V> : src + (kSrcRows - kHalf + i) * pitch;
  }
  DEPTHWISE_UNROLL
  for (int kw = 0; kw < kKernel; ++kw) {
    V tap[kKernel];
    DEPTHWISE_UNROLL
    for (int kh = 0; kh < kKernel; ++kh) tap[kh] = V::broadcast(taps[kh * kKernel + kw]);
    const typename V::Mask& in_row = block.in_row[kw];
    if (!kIsMixed)
      s2_add_column<V, kKernel, kRows, S2Load::kMasked>(src + kw, pitch, edges, kw, tap, in_row, sums);
    else if (kColumns == S2Columns::kLeft && kw < kHalf)
      s2_add_column<V, kKernel, kRows, S2Load::kMixedMasked>(src + kw, pitch, edges, kw, tap, in_row, sums);
    else
      s2_add_column<V, kKernel, kRows, S2Load::kMixed>(src + kw, pitch, edges, kw, tap, in_row, sums);
  }
  if (kIsMixed) {
    DEPTHWISE_UNROLL
    for (int r = 0; r < kRows; ++r) sums[r] = sums[r].in_order();
  }
  if (__builtin_expect(shape.activation != Activation::kNone, false)) {
    const Activation activation = shape.activation;
    DEPTHWISE_UNROLL
    for (int r = 0; r < kRows; ++r) sums[r] = clamp_at_store(activation, sums[r]);
  }
  const int64_t dst_pitch = shape.dst_pitch;
  if (kColumns != S2Columns::kInside && shape.out < V::kLanes &&
      dst + (kRows - 1) * dst_pitch + V::kLanes > shape.limit) {
    const typename V::Mask in_row = V::Mask::first(shape.out);
    DEPTHWISE_UNROLL
    for (int r = 0; r < kRows; ++r) sums[r].store(dst + r * dst_pitch, in_row);
    return;
  }
  // Rows ascend: the lanes that a short row spills are written again by the next one.
  DEPTHWISE_UNROLL
  for (int r = 0; r < kRows; ++r) {
    sums[r].store(dst);
    dst += dst_pitch;
  }
}

// The tiles of one height.
template <class V, int kKernel>
struct S2Tiles {
  using Function = void (*)(const S2Shape<typename V::Element>&, const S2Block<V, kKernel>&, const typename V::Element*,
                            typename V::Element*, const typename V::Element*, typename V::Element, int, int);
  int32_t rows;
  Function at[3];  // by columns

  DEPTHWISE_INLINE Function tile_of(S2Columns columns) const { return at[static_cast<int>(columns)]; }
};

template <class V, int kKernel, int kRows>
constexpr S2Tiles<V, kKernel> s2_tiles() {
  return {kRows,
          {s2_tile<V, kKernel, kRows, S2Columns::kInside>, s2_tile<V, kKernel, kRows, S2Columns::kLeft>,
           s2_tile<V, kKernel, kRows, S2Columns::kMasked>}};
}
constexpr int kMostS2Rows = 7;

// A tile of any padding: its inputs are copied between zeros first, its outputs from a tile of their own.
// `first_ih`: the input row of the first output row's first tap. Only `rows` output rows exist.
template <class V, int kKernel>
__attribute__((noinline)) void s2_copied_tile(const S2Tiles<V, kKernel>& tiles, const Geometry& g,
                                              const Channel<typename V::Element>& channel, int32_t ow, int32_t iw,
                                              int64_t first_ih, int32_t rows, typename V::Element* dst) {
  using T = typename V::Element;
  constexpr int kSrcRows = 2 * (kMostS2Rows - 1) + kKernel, kSrcColumns = 2 * V::kLanes + kKernel;
  T src[kSrcRows * kSrcColumns], sums[kMostS2Rows * V::kLanes];
  const int src_rows = 2 * (tiles.rows - 1) + kKernel;
  for (int row = 0; row < src_rows; ++row) {
    const int64_t ih = first_ih + row;
    for (int i = 0; i < kSrcColumns; ++i) {
      const bool is_inside = ih >= 0 && ih < g.h.in && int64_t{iw} + i >= 0 && int64_t{iw} + i < g.w.in;
      src[row * kSrcColumns + i] = is_inside ? channel.src[ih * g.w.in + iw + i] : T(0);
    }
  }
  const S2Shape<T> shape = {kSrcColumns, V::kLanes, g.activation, V::kLanes, sums + tiles.rows * V::kLanes};
  S2Block<V, kKernel> inside = {};
  inside.columns = S2Columns::kInside;
  tiles.tile_of(inside.columns)(shape, inside, src, sums, channel.taps, channel.bias, 0, 0);
  for (int row = 0; row < rows; ++row)
    for (int i = 0; i < V::kLanes && ow + i < g.w.out; ++i) dst[int64_t{row} * g.w.out + i] = sums[row * V::kLanes + i];
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE2D_S2_TILE_H_
