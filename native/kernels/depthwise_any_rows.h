// Copies one input row into a padded row of scratch, so that a tile reads whole vectors and never asks where the
// input ends. A stride of s columns is taken apart here: position i of phase p holds padded column i * s + p, and
// the columns that one tap needs for neighbouring outputs are neighbours in memory again.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE_ANY_ROWS_H_
#define DEPTHWISE_KERNELS_DEPTHWISE_ANY_ROWS_H_

#include "kernels/family.h"

namespace depthwise {
namespace {

// row[i] = src[i * stride] for i in [0, count). Reads nothing but those elements' span.
template <class V>
DEPTHWISE_INLINE void copy_strided(const typename V::Element* src, int32_t stride, int32_t count,
                                   typename V::Element* row) {
  int32_t i = 0;
  if (stride == 1) {
    for (; i + V::kLanes <= count; i += V::kLanes) V::load(src + i).store(row + i);
    if (i < count && count >= V::kLanes) {
      V::load(src + count - V::kLanes).store(row + count - V::kLanes);
      return;
    }
  } else if (stride == 2 && V::kLanes > 1) {
    for (; i + V::kLanes <= count; i += V::kLanes) V::load_every_other(src + 2 * int64_t{i}).store(row + i);
    if (i < count && count >= V::kLanes) {
      V::load_every_other(src + 2 * int64_t{count - V::kLanes}).store(row + count - V::kLanes);
      return;
    }
  }
  for (; i < count; ++i) row[i] = src[int64_t{i} * stride];
}

// Fills one phase of a padded row: row[i], i in [0, length), is padded column i * stride + phase. `src_row` (w.in).
template <class V>
void fill_phase(const Geometry& g, const typename V::Element* src_row, int32_t phase, int32_t length,
                typename V::Element* row) {
  using T = typename V::Element;
  const Axis& w = g.w;
  // The first i inside the input, and the first behind it.
  const int32_t before = w.pad - phase;
  int32_t begin = before > 0 ? (before + w.stride - 1) / w.stride : 0;
  const int64_t inside = int64_t{w.in} + before;
  int32_t end = inside > 0 ? static_cast<int32_t>((inside + w.stride - 1) / w.stride) : 0;
  if (end > length) end = length;
  if (begin > end) begin = end;
  if (begin < end) {
    const int32_t first_column = static_cast<int32_t>(int64_t{begin} * w.stride + phase - w.pad);
    copy_strided<V>(src_row + first_column, w.stride, end - begin, row + begin);
  }
  for (int32_t i = 0; i < begin; ++i) row[i] = T(0);
  for (int32_t i = end; i < length; ++i) row[i] = T(0);
}

// Fills one padded row of `phases` phases, `pitch` elements apart; zeros where `src_row` is null.
template <class V>
void fill_padded_row(const Geometry& g, const typename V::Element* src_row, int32_t phases, int32_t length,
                     int64_t pitch, typename V::Element* row) {
  for (int32_t phase = 0; phase < phases; ++phase, row += pitch) {
    if (src_row != nullptr) {
      fill_phase<V>(g, src_row, phase, length, row);
    } else {
      for (int32_t i = 0; i < length; i += V::kLanes) V::zero().store(row + i);
    }
  }
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE_ANY_ROWS_H_
