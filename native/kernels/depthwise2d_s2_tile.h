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

// `src`: the input row of the first output row's first tap (it may lie in the padding), at block.iw; `dst`: the first
// output row, at block.ow. kTop and kBottom input rows lie in the padding and are left out.
template <class V, int kKernel, int kRows, int kTop, int kBottom, S2Columns kColumns>
__attribute__((noinline)) void s2_tile(const S2Shape<typename V::Element>& shape, const S2Block<V, kKernel>& block,
                                       const typename V::Element* src, typename V::Element* dst,
                                       const typename V::Element* taps, typename V::Element bias) {
  // Sums of mixed lanes need a shuffle for each output instead of one for each input and tap column; the masks of the
  // others name lanes in their order.
  constexpr bool kIsMixed = kColumns != S2Columns::kMasked;
  V sums[kRows];
  DEPTHWISE_UNROLL
  for (int r = 0; r < kRows; ++r) sums[r] = V::broadcast(bias);
  const int64_t pitch = shape.src_pitch;
  src += kTop * pitch;
  DEPTHWISE_UNROLL
  for (int kw = 0; kw < kKernel; ++kw) {
    V tap[kKernel];
    DEPTHWISE_UNROLL
    for (int kh = 0; kh < kKernel; ++kh) tap[kh] = V::broadcast(taps[kh * kKernel + kw]);
    const typename V::Element* src_row = src + kw;
    DEPTHWISE_UNROLL
    for (int row = kTop; row < 2 * (kRows - 1) + kKernel - kBottom; ++row) {
      V x = kIsMixed ? V::load_every_other_mixed(src_row) : V::load_every_other(src_row);
      if (kColumns == S2Columns::kMasked || (kColumns == S2Columns::kLeft && kw < kKernel / 2))
        x = x.keep(block.in_row[kw]);
      src_row += pitch;
      DEPTHWISE_UNROLL
      for (int kh = row % 2; kh < kKernel; kh += 2) {
        const int r = (row - kh) / 2;
        if (row >= kh && r < kRows) sums[r] = fma(x, tap[kh], sums[r]);
      }
    }
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

template <class V, int kKernel>
using S2Tile = void (*)(const S2Shape<typename V::Element>&, const S2Block<V, kKernel>&, const typename V::Element*,
                        typename V::Element*, const typename V::Element*, typename V::Element);

// The tile that leaves out these rows, by columns.
template <class V, int kKernel, int kRows, int kTop, int kBottom>
inline constexpr S2Tile<V, kKernel> kS2Tiles[] = {s2_tile<V, kKernel, kRows, kTop, kBottom, S2Columns::kInside>,
                                                  s2_tile<V, kKernel, kRows, kTop, kBottom, S2Columns::kLeft>,
                                                  s2_tile<V, kKernel, kRows, kTop, kBottom, S2Columns::kMasked>};

// The tiles that leave out `top` and `bottom` input rows; nullptr where there are none.
template <class V, int kKernel, int kRows>
DEPTHWISE_INLINE const S2Tile<V, kKernel>* s2_tiles(int64_t top, int64_t bottom) {
  constexpr int kHalf = kKernel / 2;
  static constexpr const S2Tile<V, kKernel>* kTiles[2][3] = {
      {kS2Tiles<V, kKernel, kRows, 0, 0>, kS2Tiles<V, kKernel, kRows, 0, 1>, kS2Tiles<V, kKernel, kRows, 0, kHalf>},
      {kS2Tiles<V, kKernel, kRows, kHalf, 0>, kS2Tiles<V, kKernel, kRows, kHalf, 1>,
       kS2Tiles<V, kKernel, kRows, kHalf, kHalf>}};
  if ((top != 0 && top != kHalf) || bottom > kHalf) return nullptr;
  return kTiles[top != 0][bottom <= 1 ? bottom : 2];
}

// A tile of any padding: its inputs are copied between zeros first, its outputs from a tile of their own.
// `first_ih`: the input row of the first output row's first tap. Only `rows` output rows exist.
template <class V, int kKernel, int kRows>
__attribute__((noinline)) void s2_copied_tile(const Geometry& g, const Channel<typename V::Element>& channel,
                                              const S2Block<V, kKernel>& block, int64_t first_ih, int32_t rows,
                                              typename V::Element* dst) {
  using T = typename V::Element;
  constexpr int kSrcRows = 2 * (kRows - 1) + kKernel, kSrcColumns = 2 * V::kLanes + kKernel;
  T src[kSrcRows * kSrcColumns], sums[kRows * V::kLanes];
  for (int row = 0; row < kSrcRows; ++row) {
    const int64_t ih = first_ih + row;
    for (int i = 0; i < kSrcColumns; ++i) {
      const int64_t iw = int64_t{block.iw} + i;
      const bool is_inside = ih >= 0 && ih < g.h.in && iw >= 0 && iw < g.w.in;
      src[row * kSrcColumns + i] = is_inside ? channel.src[ih * g.w.in + iw] : T(0);
    }
  }
  const S2Shape<T> shape = {kSrcColumns, V::kLanes, g.activation, V::kLanes, sums + kRows * V::kLanes};
  s2_tile<V, kKernel, kRows, 0, 0, S2Columns::kInside>(shape, block, src, sums, channel.taps, channel.bias);
  for (int row = 0; row < rows; ++row)
    for (int i = 0; i < V::kLanes && block.ow + i < g.w.out; ++i)
      dst[int64_t{row} * g.w.out + i] = sums[row * V::kLanes + i];
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE2D_S2_TILE_H_
