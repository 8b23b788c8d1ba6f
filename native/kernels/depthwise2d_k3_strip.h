// 3x3, stride 1: sweeps down one column block. Three sums are under way at any time; each input row is loaded once
// in three shifts and adds its nine products to them, so nothing is computed twice and no row of padding is multiplied.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE2D_K3_STRIP_H_
#define DEPTHWISE_KERNELS_DEPTHWISE2D_K3_STRIP_H_

#include "kernels/depthwise_columns.h"

namespace depthwise {
namespace {

// The inputs of one row in its three shifts. Only the shifts that see the side padding are masked.
template <class V, Columns kColumns>
DEPTHWISE_INLINE V load_shift(const typename V::Element* src, int kw, const typename V::Mask* in_row) {
  constexpr bool kLeft = kColumns == Columns::kLeft || kColumns == Columns::kBoth;
  constexpr bool kRight = kColumns == Columns::kRight || kColumns == Columns::kBoth;
  if (kColumns == Columns::kMasked) return V::load(src + kw, in_row[kw]);
  const V x = V::load(src + kw);
  return (kLeft && kw == 0) || (kRight && kw == 2) ? x.keep(in_row[kw]) : x;
}

// Adds the products of one input row: those of tap row kLast to sums[0], kLast - 1 to sums[1], .. for kSums sums.
template <class V, Columns kColumns, int kLast, int kSums>
DEPTHWISE_INLINE void add_row(const typename V::Element* src, const V* tap, const typename V::Mask* in_row, V* sums) {
  DEPTHWISE_UNROLL
  for (int kw = 0; kw < 3; ++kw) {
    const V x = load_shift<V, kColumns>(src, kw, in_row);
    DEPTHWISE_UNROLL
    for (int i = 0; i < kSums; ++i) sums[i] = fma(x, tap[(kLast - i) * 3 + kw], sums[i]);
  }
}

// What comes next in src and dst, fetched in the order of the addresses while the strips go down their columns.
struct Ahead {
  const char *src, *dst;
  template <class V>
  DEPTHWISE_INLINE void prefetch_vector(int i) const {
    prefetch(src + i * static_cast<int>(sizeof(V)));
    prefetch(dst + i * static_cast<int>(sizeof(V)));
  }
  template <class V>
  DEPTHWISE_INLINE void advance(int vectors) {
    src += vectors * static_cast<int>(sizeof(V));
    dst += vectors * static_cast<int>(sizeof(V));
  }
};

// What all strips of a band share: at least three output rows, whose padding is at most one row.
template <class T>
struct StripShape {
  int64_t src_pitch, dst_pitch;
  Ahead ahead;
  Activation activation;
  int32_t full;       // rows less the last two
  bool above, below;  // whether the first output row's first tap row, and the last one's last, lie in the plane
  int32_t pad, out;   // columns of padding before a row, outputs of a row
  const T* limit;     // whole vectors may be stored up to here
};

// One strip; `src`: the input row of the first output row's first tap (it may lie above the plane), at the block's
// first tap column; `dst`: the first output row, at the block's first column.
template <class V, Columns kColumns>
DEPTHWISE_INLINE void k3_strip(const StripShape<typename V::Element>& shape, const typename V::Mask* in_row,
                               const typename V::Element* src, typename V::Element* dst, const V* tap, V bias,
                               Ahead& ahead) {
  using T = typename V::Element;
  const int64_t src_pitch = shape.src_pitch, dst_pitch = shape.dst_pitch;
  const Activation activation = shape.activation;
  const T* const limit = shape.limit;
  const auto store = [&](V sum) DEPTHWISE_INLINE_LAMBDA {
    const V result = clamp_at_store(activation, sum);
    if (kColumns == Columns::kBoth && dst + V::kLanes > limit)
      result.store(dst, V::Mask::first(shape.out));
    else
      result.store(dst);
    src += src_pitch;
    dst += dst_pitch;
  };

  // Sums of the output rows whose last, middle and first tap row comes next.
  V sums[3] = {bias, bias, bias};
  if (shape.above) add_row<V, kColumns, 0, 1>(src, tap, in_row, sums);
  src += src_pitch;
  add_row<V, kColumns, 1, 2>(src, tap, in_row, sums);
  src += src_pitch;
  // Three rows at a time bring each sum back to its place.
  int32_t full = shape.full;
  for (; full >= 3; full -= 3) {
    DEPTHWISE_UNROLL
    for (int i = 0; i < 3; ++i) {
      V turned[3] = {sums[i], sums[(i + 1) % 3], bias};
      if (kColumns != Columns::kBoth) ahead.prefetch_vector<V>(i);
      add_row<V, kColumns, 2, 3>(src, tap, in_row, turned);
      store(turned[0]);
      sums[(i + 1) % 3] = turned[1];
      sums[(i + 2) % 3] = turned[2];
    }
    if (kColumns != Columns::kBoth) ahead.advance<V>(3);
  }
  // Not unrolled: GCC would write these few rows out once more.
#pragma GCC unroll 1
  for (; full > 0; --full) {
    sums[2] = bias;
    add_row<V, kColumns, 2, 3>(src, tap, in_row, sums);
    store(sums[0]);
    sums[0] = sums[1];
    sums[1] = sums[2];
  }
  // The last two output rows: no sum begins any more.
  add_row<V, kColumns, 2, 2>(src, tap, in_row, sums);
  store(sums[0]);
  if (shape.below) add_row<V, kColumns, 2, 1>(src, tap, in_row, sums + 1);
  store(sums[1]);
}

// Blocks [first, last) of a band of rows; the first block of a row may see its left padding, the last its right one, a
// single one both.
template <class V>
__attribute__((noinline)) void k3_strips(const StripShape<typename V::Element>& shape, const ColumnBlocks<V, 3>& blocks,
                                         int32_t first, int32_t last, const typename V::Element* src,
                                         typename V::Element* dst, const typename V::Element* taps,
                                         typename V::Element first_sum) {
  V tap[9];
  DEPTHWISE_UNROLL
  for (int i = 0; i < 9; ++i) tap[i] = V::broadcast(taps[i]);
  const V bias = V::broadcast(first_sum);
  Ahead ahead = shape.ahead;
  src -= shape.pad;
  if (blocks.count == 1) return k3_strip<V, Columns::kBoth>(shape, blocks.first.in_row, src, dst, tap, bias, ahead);
  if (first == 0) {
    k3_strip<V, Columns::kLeft>(shape, blocks.first.in_row, src, dst, tap, bias, ahead);
    ++first;
  }
  const int32_t inside_end = last < blocks.count ? last : blocks.count - 1;
  for (int64_t ow = int64_t{first} * V::kLanes; ow < int64_t{inside_end} * V::kLanes; ow += V::kLanes)
    k3_strip<V, Columns::kInside>(shape, nullptr, src + ow, dst + ow, tap, bias, ahead);
  if (last == blocks.count) {
    const int64_t ow = shape.out - V::kLanes;
    k3_strip<V, Columns::kRight>(shape, blocks.last.in_row, src + ow, dst + ow, tap, bias, ahead);
  }
}

// The shape of the strips of `rows`; false where they are fewer than three, or their padding is more than one row.
template <class T>
DEPTHWISE_INLINE bool strip_shape(const Rows<T>& rows, StripShape<T>* shape) {
  const Geometry& g = *rows.g;
  const int32_t first_ih = rows.begin - g.h.pad, last_ih = rows.end - g.h.pad + 1, count = rows.end - rows.begin;
  shape->src_pitch = g.w.in;
  shape->dst_pitch = g.w.out;
  shape->ahead = {rows.next_src, rows.next_dst};
  shape->activation = g.activation;
  shape->full = count - 2;
  shape->above = first_ih >= 0;
  shape->below = last_ih < g.h.in;
  shape->pad = g.w.pad;
  shape->out = g.w.out;
  shape->limit = rows.limit;
  return count >= 3 && first_ih >= -1 && last_ih <= g.h.in;
}

// Any padding, every load masked.
template <class V>
__attribute__((noinline)) void k3_masked_strip(const Rows<typename V::Element>& rows, const ColumnBlock<V, 3>& block) {
  using T = typename V::Element;
  constexpr Columns kColumns = Columns::kMasked;
  const Axis& h = rows.g->h;
  const int64_t src_pitch = rows.g->w.in, dst_pitch = rows.g->w.out;
  const Activation activation = rows.g->activation;
  T* const limit = rows.limit;
  const int32_t begin = rows.begin, end = rows.end, out = rows.g->w.out;
  typename V::Mask in_row[3];
  DEPTHWISE_UNROLL
  for (int kw = 0; kw < 3; ++kw) in_row[kw] = lanes_in_row(block, kw);
  V tap[9];
  DEPTHWISE_UNROLL
  for (int i = 0; i < 9; ++i) tap[i] = V::broadcast(rows.channel.taps[i]);
  const V bias = V::broadcast(rows.channel.bias);
  const auto store = [&](T* dst, V sum) DEPTHWISE_INLINE_LAMBDA {
    const V result = clamp_at_store(activation, sum);
    if (dst + V::kLanes > limit)
      result.store(dst, V::Mask::first(out - block.ow));
    else
      result.store(dst);
  };

  const int32_t first_ih = begin - h.pad;  // of the first output's first tap
  const T* src = rows.channel.src + int64_t{first_ih} * src_pitch + block.iw;
  T* dst = rows.channel.dst + int64_t{begin} * dst_pitch + block.ow;
  // Sums of the output rows whose last, middle and first tap row comes next.
  V sums[3] = {bias, bias, bias};
  if (first_ih >= 0 && first_ih < h.in) add_row<V, kColumns, 0, 1>(src, tap, in_row, sums);
  src += src_pitch;
  if (first_ih >= -1 && first_ih + 1 < h.in) add_row<V, kColumns, 1, 2>(src, tap, in_row, sums);
  src += src_pitch;

  int32_t oh = begin, ih = first_ih + 2;  // ih: the row of oh's last tap
  for (; oh < end && ih < 0; ++oh, ++ih, src += src_pitch, dst += dst_pitch) {
    store(dst, sums[0]);
    sums[0] = sums[1];
    sums[1] = bias;
  }
  const int32_t full_end = static_cast<int32_t>(min_of(end - 2, int64_t{oh} + h.in - ih));
  for (; oh < full_end; ++oh, ++ih, src += src_pitch, dst += dst_pitch) {
    sums[2] = bias;
    add_row<V, kColumns, 2, 3>(src, tap, in_row, sums);
    store(dst, sums[0]);
    sums[0] = sums[1];
    sums[1] = sums[2];
  }
  // The last two output rows, and those below the input: no sum begins any more that a row would add to.
  for (; oh < end; ++oh, ++ih, src += src_pitch, dst += dst_pitch) {
    if (ih < h.in && oh + 1 < end) add_row<V, kColumns, 2, 2>(src, tap, in_row, sums);
    if (ih < h.in && oh + 1 == end) add_row<V, kColumns, 2, 1>(src, tap, in_row, sums);
    store(dst, sums[0]);
    sums[0] = sums[1];
    sums[1] = bias;
  }
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE2D_K3_STRIP_H_
