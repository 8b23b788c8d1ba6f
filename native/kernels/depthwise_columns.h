// Column blocks of an output row: which loads of a block see the padding, and how they are kept from reading it.
// Blocks of V::kLanes outputs stand side by side; the last one is moved back so that it ends with the row, and what it
// computes again has the same bits. Only a row shorter than a vector spills lanes over its end.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE_COLUMNS_H_
#define DEPTHWISE_KERNELS_DEPTHWISE_COLUMNS_H_

#include "kernels/depthwise_common.h"

namespace depthwise {
namespace {

// How the inputs of a block are loaded. kLeft, kRight, kBoth: plain loads which may begin or end in a neighbouring
// row, lanes outside the row cleared, only for taps beside the middle one. kMasked: every load reads its lanes alone.
enum class Columns { kInside, kLeft, kRight, kBoth, kMasked };

template <class V, int kKernel>
struct ColumnBlock {
  int32_t ow;  // first output column
  int32_t iw;  // first input column of its first tap; negative in the padding
  Columns columns;
  int32_t plain_begin, plain_end;    // tap columns whose loads need no mask, unless it is kMasked
  typename V::Mask in_row[kKernel];  // for each tap, the lanes that lie in the row; not set where kInside
};

// V::kLanes outputs from column `ow` on, stride 1. A block that is kInside gets masks only where `always_masks`.
template <class V, int kKernel>
__attribute__((noinline)) ColumnBlock<V, kKernel> column_block(const Axis& w, int32_t ow, bool always_masks) {
  constexpr int kReach = kKernel / 2;
  ColumnBlock<V, kKernel> block = {};
  block.ow = ow;
  block.iw = ow - w.pad;
  block.plain_end = kKernel;
  const int64_t outputs = min_of(V::kLanes, w.out - ow);
  const int64_t before = -int64_t{block.iw};  // columns of padding before the row that the first output sees
  const int64_t behind = block.iw + outputs - 1 + kKernel - w.in;
  const bool is_short = outputs<V::kLanes, left = before> 0 || is_short, right = behind > 0 || is_short;
  if (!left && !right) block.columns = Columns::kInside;
  if (!left && !right && !always_masks) return block;
  for (int kw = 0; kw < kKernel; ++kw) {
    const int64_t begin = before - kw, end = w.in + before - kw;
    block.in_row[kw] = V::Mask::range(static_cast<int>(max_of(-1, min_of(begin, V::kLanes))),
                                      static_cast<int>(max_of(-1, min_of(end, V::kLanes))));
  }
  if (!left && !right) return block;
  if (before > kReach || behind > kReach)
    block.columns = Columns::kMasked;
  else
    block.columns = left && right ? Columns::kBoth : left ? Columns::kLeft : Columns::kRight;
  // Tap columns left of the middle see the left padding, those right of it the right one.
  if (left) block.plain_begin = kReach;
  if (right) block.plain_end = kReach + 1;
  return block;
}

// The lanes of tap kw that lie in the row, for any block.
template <class V, int kKernel>
DEPTHWISE_INLINE typename V::Mask lanes_in_row(const ColumnBlock<V, kKernel>& block, int kw) {
  return block.columns == Columns::kInside ? V::Mask::first(V::kLanes) : block.in_row[kw];
}

// Output columns [begin, end) of a row, which are computed in another way (depthwise2d_sweep.h).
struct SweptColumns {
  int64_t begin, end;
  DEPTHWISE_INLINE bool is_empty() const { return begin >= end; }
  DEPTHWISE_INLINE bool hold(int64_t ow, int64_t count) const { return ow >= begin && ow + count <= end; }
};

// All blocks of a row: the first few are made once, the others when they are asked for.
template <class V, int kKernel>
struct ColumnBlocks {
  static constexpr int kKept = 16;
  int32_t count;
  ColumnBlock<V, kKernel> first, last;  // with masks, whether they see padding or not
  ColumnBlock<V, kKernel> kept[kKept];

  __attribute__((noinline)) explicit ColumnBlocks(const Axis& w)
      : count(static_cast<int32_t>(ceil_of(w.out, V::kLanes))),
        first(column_block<V, kKernel>(w, 0, true)),
        last(column_block<V, kKernel>(w, column_of(w, count - 1), true)) {
    for (int32_t i = 0; i < kKept && i < count; ++i) kept[i] = make(w, i);
  }
  // Whether every block but the first and the last is kInside, and those see padding on their own side alone, or are
  // kMasked.
  __attribute__((noinline)) bool are_regular(const Axis& w) const {
    for (int32_t i = 0; i < count; ++i) {
      const Columns columns = column_block<V, kKernel>(w, column_of(w, i), false).columns;
      const bool is_first = i == 0, is_last = i == count - 1;
      const bool fits = columns == Columns::kInside || (columns == Columns::kLeft && is_first) ||
                        (columns == Columns::kRight && is_last) || (columns == Columns::kBoth && count == 1) ||
                        (columns == Columns::kMasked && (is_first || is_last));
      if (!fits) return false;
    }
    return true;
  }
  // The first output column of block i.
  static DEPTHWISE_INLINE int32_t column_of(const Axis& w, int32_t i) {
    return static_cast<int32_t>(min_of(int64_t{i} * V::kLanes, max_of(0, w.out - V::kLanes)));
  }
  // body(block) for each block of the row that is not done. A kept one is handed on where it stands: a copy made just
  // before its masks are loaded would stall them.
  template <class Body>
  DEPTHWISE_INLINE void for_each(const Axis& w, Body body, const SweptColumns& done = {0, 0}) const {
    const int32_t first_made = count < kKept ? count : kKept;
    for (int32_t i = 0; i < first_made; ++i)
      if (!done.hold(column_of(w, i), V::kLanes)) body(kept[i]);
    for (int32_t i = first_made; i < count; ++i)
      if (!done.hold(column_of(w, i), V::kLanes)) body(make(w, i));
  }

 private:
  static DEPTHWISE_INLINE ColumnBlock<V, kKernel> make(const Axis& w, int32_t i) {
    return column_block<V, kKernel>(w, column_of(w, i), false);
  }
};

// Output rows [begin, end) of one channel.
template <class T>
struct Rows {
  const Geometry* g;
  Channel<T> channel;
  int32_t begin, end;
  // Whether some plain loads of edge blocks would leave the image: true for its first and last planes only.
  bool guarded;
  // Whole vectors may be stored up to here: what follows the rows is written later by the same call, or not at all.
  T* limit;
  // Where the bytes lie that come next in src and dst, fetched little by little; 0 where nobody says. Addresses: an
  // offset to a null pointer is undefined.
  uintptr_t next_src;
  uintptr_t next_dst;
  // Planes of taps, which read input planes `depth_step` elements apart from channel.src on.
  int32_t depth_taps = 1;
  int64_t depth_step = 0;
};

// Whether the rows of this channel need loads_stay_inside() at all: others have enough floats before and behind them.
template <class V, int kKernel>
DEPTHWISE_INLINE bool needs_guard(const Geometry& g, int64_t group) {
  return group * g.src_plane < kKernel || (g.groups - 1 - group) * g.src_plane < kKernel + V::kLanes;
}

// Whether plain loads of a block that touches the side padding stay inside the image, for all of `rows`.
template <class V, int kKernel>
DEPTHWISE_INLINE bool loads_stay_inside(const Rows<typename V::Element>& rows, const ColumnBlock<V, kKernel>& block) {
  const Geometry& g = *rows.g;
  const int64_t first = max_of(0, int64_t{rows.begin} - g.h.pad);
  const int64_t last = min_of(g.h.in, int64_t{rows.end} - g.h.pad + kKernel - 1) - 1;
  const int64_t last_plane = (rows.depth_taps - 1) * rows.depth_step;
  return first * g.w.in + block.iw >= rows.channel.src_begin - rows.channel.src &&
         last_plane + last * g.w.in + block.iw + kKernel - 1 + V::kLanes <= rows.channel.src_end - rows.channel.src;
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE_COLUMNS_H_
