// Which input rows an output row sees, channels last.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE_NHWC_ROWS_H_
#define DEPTHWISE_KERNELS_DEPTHWISE_NHWC_ROWS_H_

#include "kernels/family.h"

namespace depthwise {
namespace {

struct TapRange {
  int32_t begin, end;
};

// The taps of output `o` that lie inside the input.
static inline TapRange taps_inside(const Axis& axis, int32_t o) {
  const int32_t first = o * axis.stride - axis.pad;
  const int32_t begin = first >= 0 ? 0 : (-first + axis.dilation - 1) / axis.dilation;
  int32_t end = first >= axis.in ? 0 : (axis.in - 1 - first) / axis.dilation + 1;
  if (end > axis.kernel) end = axis.kernel;
  return {begin, end < begin ? begin : end};
}

// One input row, and where the taps that meet it lie in a packed kernel: of two output rows, those that the upper one
// meets it with.
template <class T>
struct InputRow {
  const T* src;  // (w.in, in_channels)
  int64_t taps;
};

// One output row, or two that are a dilation apart, and the `count` input rows that they see, in the order of their
// taps.
template <class T>
struct RowGroup {
  InputRow<T>* inputs;
  int64_t count;
  int64_t pixel;    // elements from pixel to pixel of the inputs
  T* dst;           // the first output row (w.out, out_channels)
  bool reads_last;  // sees an input row so near the end of the image that whole vectors may pass it
};

// How many input rows a group names at most.
static inline int64_t most_inputs(const Geometry& g) { return int64_t{g.d.kernel} * (int64_t{g.h.kernel} + 1); }

// The output row that comes `i`-th: of a plane dilated down, rows of one residue follow one another, as they see the
// same input rows.
static inline int64_t row_at(const Geometry& g, int64_t i) {
  const int64_t step = g.h.dilation, plane = g.h.out, at = i % plane;
  if (step == 1 || g.h.stride != 1) return i;
  const int64_t most = (plane + step - 1) / step, full = plane - (most - 1) * step;  // residues of `most` rows
  const int64_t before = full * most;                                                // rows of these
  const int64_t row = at < before ? at / most + at % most * step
                                  : full + (at - before) / (most - 1) + (at - before) % (most - 1) * step;
  return i - at + row;
}

// Whether output row `row` and the one a dilation further lie in one plane and see all of their kernel rows.
static inline bool is_pair(const Geometry& g, int64_t row) {
  const int64_t oh = row % g.h.out;
  return g.h.stride == 1 && oh >= g.h.interior_begin && oh + g.h.dilation < g.h.interior_end;
}

// Finds the input rows of output row `row`; of_pair: of that row and the one a dilation further, one row more at each
// depth. find(input row) is where it lies.
template <class T, class Find>
void find_rows(const Geometry& g, int64_t row, bool of_pair, int lanes, Find find, RowGroup<T>* group) {
  const int32_t od = static_cast<int32_t>(row / g.h.out), oh = static_cast<int32_t>(row % g.h.out);
  const int64_t row_taps = int64_t{g.w.kernel} * lanes;
  const TapRange depth = taps_inside(g.d, od), height = taps_inside(g.h, oh);
  int64_t last = 0;
  group->count = 0;
  for (int32_t kd = depth.begin; kd < depth.end; ++kd) {
    const int64_t id = int64_t{od} * g.d.stride - g.d.pad + int64_t{kd} * g.d.dilation;
    for (int32_t kh = height.begin; kh < height.end + of_pair; ++kh) {
      last = id * g.h.in + int64_t{oh} * g.h.stride - g.h.pad + int64_t{kh} * g.h.dilation;
      group->inputs[group->count++] = {find(last), (int64_t{kd} * g.h.kernel + kh) * row_taps};
    }
  }
  group->reads_last = (int64_t{g.d.in} * g.h.in - 1 - last) * g.w.in * g.in_channels < lanes;
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE_NHWC_ROWS_H_
