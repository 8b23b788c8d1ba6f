// The copy of a box of input that grouped_plan.h describes.
#ifndef DEPTHWISE_KERNELS_GROUPED_COPY_H_
#define DEPTHWISE_KERNELS_GROUPED_COPY_H_

#include "kernels/grouped_plan.h"

namespace depthwise {
namespace {

// One line of every row: elements begin, begin + stride, .. of a row; those outside it, before `first` and from `end`
// on, are zeros.
struct LineCut {
  int64_t begin, first, end, length;
};

static LineCut cut_line(const Axis& axis, int64_t begin, int64_t length) {
  const int64_t left = begin < 0 ? parts(-begin, axis.stride) : 0;
  const int64_t behind = begin >= axis.in ? 0 : parts(axis.in - begin, axis.stride);
  const int64_t first = at_most(length, left);
  return {begin, first, at_most(length, at_least(first, behind)), length};
}

template <class T>
void zero_run(T* out, int64_t count) {
  using V = Vec<T>;
  int64_t i = 0;
  for (; i + V::kLanes <= count; i += V::kLanes) V::zero().store(out + i);
  for (; i < count; ++i) out[i] = T(0);
}

// The elements of a line that lie in the input; the zeros around them are there already. The last vector writes zeros
// behind them: rows are copied in ascending order, so nothing but zeros and what is still to come stands there.
template <int kStride, class T>
DEPTHWISE_INLINE void copy_line(const LineCut& cut, int64_t stride, const T* row, T* line) {
  using V = Vec<T>;
  const T* from = row + cut.begin;
  int64_t i = cut.first;
  if constexpr (kStride == 1) {
    for (; i + V::kLanes <= cut.end; i += V::kLanes) V::load(from + i).store(line + i);
    if (i < cut.end) V::load(from + i, V::Mask::first(static_cast<int>(cut.end - i))).store(line + i);
    return;
  }
  if constexpr (kStride == 2)
    for (; i + V::kLanes <= cut.end; i += V::kLanes) V::load_every_other(from + 2 * i).store(line + i);
  for (; i < cut.end; ++i) line[i] = from[i * stride];
}

// The rows of one line of h and one line of w, of one input plane (null: padding).
template <int kStride, class T>
void copy_rows(const Geometry& g, const GroupedPlan& plan, const LineCut& cut, int64_t begin_h, const T* plane,
               T* copy) {
  for (int32_t row = 0; row < plan.h.length; ++row, copy += plan.pitch) {
    const int64_t ih = begin_h + int64_t{row} * g.h.stride;
    if (plane && ih >= 0 && ih < g.h.in)
      copy_line<kStride, T>(cut, g.w.stride, plane + ih * g.w.in, copy);
    else
      zero_run(copy, plan.pitch);
  }
}

// copy (in_per_group, tap of d, line of h, line of w, row, pitch) of src (in_per_group, d.in, h.in, w.in). The copy was
// zero before, or is one of other rows of the same columns.
template <class T>
void copy_lines(const Geometry& g, const GroupedPlan& plan, const Box& box, const T* src, T* copy) {
  for (int32_t ic = 0; ic < g.in_per_group; ++ic)
    for (int32_t kd = 0; kd < g.d.kernel; ++kd) {
      const int32_t id = box.od * g.d.stride - g.d.pad + kd * g.d.dilation;
      const T* plane = inside(id, g.d.in) ? src + (int64_t{ic} * g.d.in + id) * g.h.in * g.w.in : nullptr;
      for (int32_t line_h = 0; line_h < plan.h.count; ++line_h)
        for (int32_t line_w = 0; line_w < plan.w.count; ++line_w, copy += plan.plane) {
          const int64_t begin_h = line_begin(g.h, plan.h, line_h, box.oh);
          const LineCut cut = cut_line(g.w, line_begin(g.w, plan.w, line_w, box.ow), plan.w.length);
          switch (g.w.stride) {
            case 1: copy_rows<1, T>(g, plan, cut, begin_h, plane, copy); break;
            case 2: copy_rows<2, T>(g, plan, cut, begin_h, plane, copy); break;
            default: copy_rows<0, T>(g, plan, cut, begin_h, plane, copy);
          }
        }
    }
}

// Where the input of each step begins in the copy, for the first output of the box.
static void list_steps(const Geometry& g, const GroupedPlan& plan, int32_t* offsets) {
  for (int32_t ic = 0; ic < g.in_per_group; ++ic)
    for (int32_t kd = 0; kd < g.d.kernel; ++kd)
      for (int32_t kh = 0; kh < g.h.kernel; ++kh)
        for (int32_t kw = 0; kw < g.w.kernel; ++kw) {
          const int64_t line =
              ((int64_t{ic} * g.d.kernel + kd) * plan.h.count + line_of_tap(g.h, plan.h, kh)) * plan.w.count +
              line_of_tap(g.w, plan.w, kw);
          *offsets++ = static_cast<int32_t>(line * plan.plane + int64_t{shift_of_tap(g.h, plan.h, kh)} * plan.pitch +
                                            shift_of_tap(g.w, plan.w, kw));
        }
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_GROUPED_COPY_H_
