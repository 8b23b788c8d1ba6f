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

// What all strips of a band share: at least three output rows, whose padding is at most one row.
template <class T>
struct Strips {
  const T* src;  // the input row of the first output row's first tap, column 0; above the plane where !above
  T* dst;        // the first output row, column 0
  int64_t src_pitch, dst_pitch;
  const T* taps;
  T bias;
  Activation activation;
  int32_t full;       // rows less the last two
  bool above, below;  // whether the first output row's first tap row, and the last one's last, lie in the plane
  int32_t out;        // outputs of a row
  const T* limit;     // whole vectors may be stored up to here
  const char *next_src, *next_dst;
};

template <class V, Columns kColumns>
DEPTHWISE_INLINE void k3_strip(Strips<typename V::Element>& strips, const ColumnBlock<V, 3>& block) {
  using T = typename V::Element;
  const int64_t src_pitch = strips.src_pitch, dst_pitch = strips.dst_pitch;
  const Activation activation = strips.activation;
  const T* const limit = strips.limit;
  const T* src = strips.src + block.iw;
  T* dst = strips.dst + block.ow;
  const char *next_src = strips.next_src, *next_dst = strips.next_dst;
  int32_t full = strips.full;
  V tap[9];
  DEPTHWISE_UNROLL
  for (int i = 0; i < 9; ++i) tap[i] = V::broadcast(strips.taps[i]);
  const V bias = V::broadcast(strips.bias);
  const auto store = [&](V sum) DEPTHWISE_INLINE_LAMBDA {
    const V result = clamp_at_store(activation, sum);
    if (kColumns == Columns::kBoth && dst + V::kLanes > limit)
      result.store(dst, V::Mask::first(strips.out - block.ow));
    else
      result.store(dst);
    src += src_pitch;
    dst += dst_pitch;
  };

  // Sums of the output rows whose last, middle and first tap row comes next.
  V sums[3] = {bias, bias, bias};
  if (strips.above) add_row<V, kColumns, 0, 1>(src, tap, block.in_row, sums);
  src += src_pitch;
  add_row<V, kColumns, 1, 2>(src, tap, block.in_row, sums);
  src += src_pitch;
  // Three rows at a time bring each sum back to its place.
  for (; full >= 3; full -= 3) {
    DEPTHWISE_UNROLL
    for (int i = 0; i < 3; ++i) {
      V turned[3] = {sums[i], sums[(i + 1) % 3], bias};
      add_row<V, kColumns, 2, 3>(src, tap, block.in_row, turned);
      store(turned[0]);
      sums[(i + 1) % 3] = turned[1];
      sums[(i + 2) % 3] = turned[2];
      prefetch(next_src + i * static_cast<int>(sizeof(V)));
      prefetch(next_dst + i * static_cast<int>(sizeof(V)));
    }
    next_src += 3 * sizeof(V);
    next_dst += 3 * sizeof(V);
  }
  // Not unrolled: GCC would write these few rows out once more.
#pragma GCC unroll 1
  for (; full > 0; --full) {
    sums[2] = bias;
    add_row<V, kColumns, 2, 3>(src, tap, block.in_row, sums);
    store(sums[0]);
    sums[0] = sums[1];
    sums[1] = sums[2];
  }
  // The last two output rows: no sum begins any more.
  add_row<V, kColumns, 2, 2>(src, tap, block.in_row, sums);
  store(sums[0]);
  if (strips.below) add_row<V, kColumns, 2, 1>(src, tap, block.in_row, sums + 1);
  store(sums[1]);
  strips.next_src = next_src;
  strips.next_dst = next_dst;
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
  for (int kw = 0; kw < 3; ++kw) in_row[kw] = block.in_row[kw];
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
