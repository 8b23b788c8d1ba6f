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

template <class V, Columns kColumns>
DEPTHWISE_INLINE void k3_strip(Rows<typename V::Element>& rows, const ColumnBlock<V, 3>& block) {
  using T = typename V::Element;
  constexpr bool kMaySpill = kColumns == Columns::kBoth || kColumns == Columns::kMasked;
  const Axis& h = rows.g->h;
  const int64_t src_pitch = rows.g->w.in, dst_pitch = rows.g->w.out;
  const Activation activation = rows.g->activation;
  T* const limit = rows.limit;
  const int32_t begin = rows.begin, end = rows.end, out = rows.g->w.out;
  const char *next_src = rows.next_src, *next_dst = rows.next_dst;
  typename V::Mask in_row[3];
  if (kColumns != Columns::kInside) {
    DEPTHWISE_UNROLL
    for (int kw = 0; kw < 3; ++kw) in_row[kw] = block.in_row[kw];
  }
  V tap[9];
  DEPTHWISE_UNROLL
  for (int i = 0; i < 9; ++i) tap[i] = V::broadcast(rows.channel.taps[i]);
  const V bias = V::broadcast(rows.channel.bias);
  const auto store = [&](T* dst, V sum) DEPTHWISE_INLINE_LAMBDA {
    const V result = clamp_at_store(activation, sum);
    if (kMaySpill && dst + V::kLanes > limit)
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
    prefetch(next_src);
    prefetch(next_dst);
    next_src += sizeof(V);
    next_dst += sizeof(V);
  }
  // The last two output rows, and those below the input: no sum begins any more that a row would add to.
  for (; oh < end; ++oh, ++ih, src += src_pitch, dst += dst_pitch) {
    if (ih < h.in && oh + 1 < end) add_row<V, kColumns, 2, 2>(src, tap, in_row, sums);
    if (ih < h.in && oh + 1 == end) add_row<V, kColumns, 2, 1>(src, tap, in_row, sums);
    store(dst, sums[0]);
    sums[0] = sums[1];
    sums[1] = bias;
  }
  rows.next_src = next_src;
  rows.next_dst = next_dst;
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE2D_K3_STRIP_H_
