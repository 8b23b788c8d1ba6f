// 3x3, stride 1: sweeps down one column block. Three sums are under way at any time; each input row is loaded once
// in three shifts and adds its nine products to them, so nothing is computed twice and no row of padding is multiplied.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE2D_K3_STRIP_H_
#define DEPTHWISE_KERNELS_DEPTHWISE2D_K3_STRIP_H_

#include "kernels/depthwise_columns.h"
#include "simd/in_register.h"

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
    const V x = shared(load_shift<V, kColumns>(src, kw, in_row));
    DEPTHWISE_UNROLL
    for (int i = 0; i < kSums; ++i) sums[i] = fma(x, tap[(kLast - i) * 3 + kw], sums[i]);
  }
}

// What comes next in src and dst, fetched in the order of the addresses while the strips go down their columns.
struct Ahead {
  uintptr_t src, dst;
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

// What all strips of a band share: at least three output rows, whose padding is at most two rows.
template <class T>
struct StripShape {
  int64_t src_pitch, dst_pitch;
  Ahead ahead;
  Activation activation;
  int32_t full;      // rows less the last two
  bool above[2];     // whether the first output row's first and second tap row lie in the plane
  bool below[2];     // whether the last output row's second and third tap row do
  int32_t pad, out;  // columns of padding before a row, outputs of a row
  const T* limit;    // whole vectors may be stored up to here
};

// One strip; `src`: the input row of the first output row's first tap (it may lie above the plane), at the block's
// first tap column; `dst`: the first output row, at the block's first column.
template <class V, Columns kColumns>
DEPTHWISE_INLINE void k3_strip(const StripShape<typename V::Element>& shape, const typename V::Mask* in_row,
                               const typename V::Element* src, typename V::Element* dst, const V* tap, V bias,
                               Ahead& ahead) {
  using T = typename V::Element;
  // Only rows shorter than a vector do, which have one block.
  constexpr bool kSpills = kColumns == Columns::kBoth || kColumns == Columns::kMasked;
  const int64_t src_pitch = shape.src_pitch, dst_pitch = shape.dst_pitch;
  const Activation activation = shape.activation;
  const T* const limit = shape.limit;
  const auto store = [&](V sum) DEPTHWISE_INLINE_LAMBDA {
    const V result = clamp_at_store(activation, sum);
    if (kSpills && dst + V::kLanes > limit)
      result.store(dst, V::Mask::first(shape.out));
    else
      result.store(dst);
    src += src_pitch;
    dst += dst_pitch;
  };

  // Sums of the output rows whose last, middle and first tap row comes next.
  V sums[3] = {bias, bias, bias};
  if (shape.above[0]) add_row<V, kColumns, 0, 1>(src, tap, in_row, sums);
  src += src_pitch;
  if (shape.above[1]) add_row<V, kColumns, 1, 2>(src, tap, in_row, sums);
  src += src_pitch;
  // Three rows at a time bring each sum back to its place.
  int32_t full = shape.full;
  for (; full >= 3; full -= 3) {
    DEPTHWISE_UNROLL
    for (int i = 0; i < 3; ++i) {
      V turned[3] = {sums[i], sums[(i + 1) % 3], bias};
      if (!kSpills) ahead.prefetch_vector<V>(i);
      add_row<V, kColumns, 2, 3>(src, tap, in_row, turned);
      sums[(i + 1) % 3] = computed(turned[1]);
      sums[(i + 2) % 3] = computed(turned[2]);
      store(turned[0]);
    }
    if (!kSpills) ahead.advance<V>(3);
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
  if (shape.below[0]) add_row<V, kColumns, 2, 2>(src, tap, in_row, sums);
  store(sums[0]);
  if (shape.below[1]) add_row<V, kColumns, 2, 1>(src, tap, in_row, sums + 1);
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

// Outputs `columns` of each row of a band, two rows at a time along memory: whole vectors, none of which sees padding
// at the sides (depthwise2d_sweep.h says when). `src`, `dst`: as of k3_strips().
template <class V>
__attribute__((noinline)) void k3_sweep(const StripShape<typename V::Element>& given, const SweptColumns& columns,
                                        const typename V::Element* src, typename V::Element* dst,
                                        const typename V::Element* taps, typename V::Element first_sum) {
  using T = typename V::Element;
  const StripShape<T> shape = given;
  V tap[9];
  DEPTHWISE_UNROLL
  for (int i = 0; i < 9; ++i) tap[i] = V::broadcast(taps[i]);
  const V bias = V::broadcast(first_sum);
  const int32_t last = shape.full;  // the first row of the last two
  // Whether an input row lies in the plane, counted from the first output row's first tap on.
  const auto is_inside = [&](int32_t row) {
    return row < 2 ? shape.above[row] : row < last + 2 || shape.below[row - last - 2];
  };
  for (int32_t next = 0; next < last + 2; next += 2) {
    const int32_t row = next < last ? next : last;
    const bool inside[4] = {is_inside(row), is_inside(row + 1), is_inside(row + 2), is_inside(row + 3)};
    const T* const from = src - shape.pad + row * shape.src_pitch;
    T* const to = dst + row * shape.dst_pitch;
    for (int64_t ow = columns.begin; ow < columns.end; ow += V::kLanes) {
      V sums[2] = {bias, bias};
      const T* at = from + ow;
      if (inside[0]) add_row<V, Columns::kInside, 0, 1>(at, tap, nullptr, sums);
      at += shape.src_pitch;
      if (inside[1]) add_row<V, Columns::kInside, 1, 2>(at, tap, nullptr, sums);
      at += shape.src_pitch;
      if (inside[2]) add_row<V, Columns::kInside, 2, 2>(at, tap, nullptr, sums);
      at += shape.src_pitch;
      if (inside[3]) add_row<V, Columns::kInside, 2, 1>(at, tap, nullptr, sums + 1);
      clamp_at_store(shape.activation, sums[0]).store(to + ow);
      clamp_at_store(shape.activation, sums[1]).store(to + shape.dst_pitch + ow);
    }
  }
}

// One block of any padding along the row, or whose plain loads would leave the image: every load masked.
template <class V>
__attribute__((noinline)) void k3_masked_strip(const StripShape<typename V::Element>& shape,
                                               const ColumnBlock<V, 3>& block, const typename V::Element* src,
                                               typename V::Element* dst, const typename V::Element* taps,
                                               typename V::Element first_sum) {
  V tap[9];
  DEPTHWISE_UNROLL
  for (int i = 0; i < 9; ++i) tap[i] = V::broadcast(taps[i]);
  typename V::Mask in_row[3];
  DEPTHWISE_UNROLL
  for (int kw = 0; kw < 3; ++kw) in_row[kw] = lanes_in_row(block, kw);
  Ahead ahead = shape.ahead;
  k3_strip<V, Columns::kMasked>(shape, in_row, src + block.iw, dst + block.ow, tap, V::broadcast(first_sum), ahead);
}

// The shape of the strips of `rows`; false where they are fewer than three, or their padding is more than two rows.
template <class T>
DEPTHWISE_INLINE bool strip_shape(const Rows<T>& rows, StripShape<T>* shape) {
  const Geometry& g = *rows.g;
  const int64_t first_ih = int64_t{rows.begin} - g.h.pad, last_ih = int64_t{rows.end} - g.h.pad + 1;
  const int32_t count = rows.end - rows.begin;
  shape->src_pitch = g.w.in;
  shape->dst_pitch = g.w.out;
  shape->ahead = {rows.next_src, rows.next_dst};
  shape->activation = g.activation;
  shape->full = count - 2;
  shape->above[0] = first_ih >= 0;
  shape->above[1] = first_ih >= -1;
  shape->below[0] = last_ih <= g.h.in;
  shape->below[1] = last_ih < g.h.in;
  shape->pad = g.w.pad;
  shape->out = g.w.out;
  shape->limit = rows.limit;
  // The third tap row of the first output row, and the first of the last one, lie in the plane.
  return count >= 3 && first_ih >= -2 && last_ih <= int64_t{g.h.in} + 1;
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE2D_K3_STRIP_H_
