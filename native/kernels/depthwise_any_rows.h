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
    // Two vectors at a time: a plain loop would become a call of memmove, which costs more than a short row.
    for (; i + 2 * V::kLanes <= count; i += 2 * V::kLanes) {
      const V low = V::load(src + i), high = V::load(src + i + V::kLanes);
      low.store(row + i);
      high.store(row + i + V::kLanes);
    }
    if (i + V::kLanes <= count) {
      V::load(src + i).store(row + i);
      i += V::kLanes;
    }
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

// Zeros at row[0 .. count) and up to a vector behind. Nearly always a single vector.
template <class V>
DEPTHWISE_INLINE void fill_zeros(typename V::Element* row, int32_t count) {
  if (count <= 0) return;
  V::zero().store(row);
  if (count > V::kLanes)
    for (int32_t i = V::kLanes; i < count; i += V::kLanes) V::zero().store(row + i);
}

// Where one phase of a padded row meets the input: columns [begin, end) of the phase hold input, from column
// `first` of it on; zeros lie around them.
struct Phase {
  int32_t begin, end, first;
};

static inline Phase make_phase(const Axis& w, int32_t phase, int32_t length) {
  const int32_t before = w.pad - phase;
  const int64_t inside = int64_t{w.in} + before;
  Phase p;
  p.begin = before > 0 ? (before + w.stride - 1) / w.stride : 0;
  p.end = inside > 0 ? static_cast<int32_t>((inside + w.stride - 1) / w.stride) : 0;
  if (p.end > length) p.end = length;
  if (p.begin > p.end) p.begin = p.end;
  p.first = static_cast<int32_t>(int64_t{p.begin} * w.stride - before);
  return p;
}

// Fills columns [begin, end) of one phase of a padded row, and up to a vector behind them; zeros where `src_row` (w.in)
// is null.
template <class V>
__attribute__((noinline)) void fill_columns(const typename V::Element* src_row, int32_t stride, const Phase& phase,
                                            int32_t begin, int32_t end, typename V::Element* row) {
  if (src_row == nullptr) return fill_zeros<V>(row + begin, end - begin);
  const int32_t first = phase.begin > begin ? phase.begin < end ? phase.begin : end : begin;
  const int32_t last = phase.end < end ? phase.end > first ? phase.end : first : end;
  fill_zeros<V>(row + begin, first - begin);
  if (first < last)
    copy_strided<V>(src_row + phase.first + int64_t{first - phase.begin} * stride, stride, last - first, row + first);
  fill_zeros<V>(row + last, end - last);
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE_ANY_ROWS_H_
