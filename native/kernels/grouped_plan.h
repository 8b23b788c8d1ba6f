// How a grouped convolution with lanes along the pixels is cut up, and how the input of a work item is laid out.
//
// The input is copied once into scratch, between zeros, sorted so that every tap of neighbouring outputs is a run of
// neighbouring elements: along each axis output o reads its tap k at element o + shift(k) of line phase(k). With
// stride 1 there is one line and the shift is k * dilation; with stride 2 the even and the odd elements are two lines;
// where the taps of few outputs lie far apart each tap has a line of its own. Rows follow one another without a gap,
// so that a vector may run from the end of one output row into the next: only a few lanes at the seams are wasted.
#ifndef DEPTHWISE_KERNELS_GROUPED_PLAN_H_
#define DEPTHWISE_KERNELS_GROUPED_PLAN_H_

#include "kernels/gemm_box.h"
#include "kernels/gemm_pixels.h"

namespace depthwise {
namespace {

// One axis of the copy.
struct Lines {
  int32_t count;    // lines
  int32_t length;   // elements of a line, for `outputs` outputs
  int32_t residue;  // lines are the residues 0, residue, 2 * residue .. of the stride; 0: a line for each tap
};

static int32_t common_divisor(int32_t a, int32_t b) {
  while (b != 0) {
    const int32_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

static Lines lines_of(const Axis& axis, int32_t outputs) {
  const int32_t residue = common_divisor(axis.stride, axis.dilation);
  const int64_t by_residue = axis.stride / residue;
  const int64_t length = outputs + int64_t{axis.kernel - 1} * axis.dilation / axis.stride;
  if (by_residue * length <= int64_t{axis.kernel} * outputs)
    return {static_cast<int32_t>(by_residue), static_cast<int32_t>(length), residue};
  return {axis.kernel, outputs, 0};
}

static int32_t line_of_tap(const Axis& axis, const Lines& lines, int32_t tap) {
  return lines.residue ? static_cast<int32_t>(int64_t{tap} * axis.dilation % axis.stride) / lines.residue : tap;
}

static int32_t shift_of_tap(const Axis& axis, const Lines& lines, int32_t tap) {
  return lines.residue ? static_cast<int32_t>(int64_t{tap} * axis.dilation / axis.stride) : 0;
}

// The input index of the first element of a line, for outputs from `first` on; the others follow at the stride.
static int32_t line_begin(const Axis& axis, const Lines& lines, int32_t line, int32_t first) {
  return first * axis.stride - axis.pad + line * (lines.residue ? lines.residue : axis.dilation);
}

struct GroupedPlan {
  Boxes boxes;
  Lines d, h, w;
  int32_t pitch;  // from row to row of the copy
  int64_t plane;  // elements of one (line of h, line of w): all rows
  int64_t copy;   // elements of the copy of one group
  int64_t steps;  // in_per_group * taps
  int32_t tiles;  // of a group's output channels
  int32_t gang;   // groups of a work item: channels last, those that share cache lines
  int32_t gangs;
  int64_t out_plane;  // channels last: outputs of a box of one channel, before they are transposed
  int32_t columns;    // vectors of a tile
};

// Few rows leave room for more columns: the sums of a tile should be 8 or more, and where there are registers for 16,
// four columns share the broadcasts.
template <class V>
constexpr int kFewRows = V::kRegisters == 32 ? 4 : 2;  // of tiles of four columns

template <class V>
int32_t columns_for(int64_t most_rows) {
  if (most_rows == 1) return 8;
  if (most_rows <= kFewRows<V>) return 4;
  if (most_rows == 3) return 3;
  return kTileColumns;
}

constexpr int32_t kLineChannels = 16;

// The copy of a box should stay in the second cache, and its rows in the first.
constexpr int64_t kCopyBytes = 96 * 1024;

template <class T>
GroupedPlan grouped_plan(const Geometry& g) {
  using V = Vec<T>;
  GroupedPlan plan = {};
  plan.steps = g.in_per_group * g.taps;
  plan.tiles = static_cast<int32_t>(parts(g.out_per_group, kTileRows<V>));
  const bool last = g.layout == Layout::kChannelsLast;
  plan.gang = last ? static_cast<int32_t>(at_most(g.groups, at_least(1, kLineChannels / g.in_per_group))) : 1;
  plan.gangs = static_cast<int32_t>(parts(g.groups, plan.gang));
  plan.columns = columns_for<V>(parts(g.out_per_group, plan.tiles));
  const double macs = static_cast<double>(plan.steps) * g.out_per_group * plan.gang;
  const double all = macs * static_cast<double>(g.dst_plane) * plan.gangs;
  int64_t pixels = static_cast<int64_t>(item_size(all) / macs);
  const int64_t per_pixel = int64_t{g.in_per_group} * plan.gang * g.d.kernel * at_most(g.h.kernel, g.h.stride) *
                            at_most(g.w.kernel, g.w.stride) * int64_t{sizeof(T)};
  pixels = at_most(pixels, kCopyBytes / per_pixel);
  plan.boxes = cut_boxes(g, at_least(pixels, 8 * V::kLanes));
  // One plane of outputs at a time.
  plan.boxes.largest.depth = 1;
  plan.boxes.d = g.d.out;
  const Box& box = plan.boxes.largest;
  plan.d = {g.d.kernel, 1, 0};
  plan.h = lines_of(g.h, box.height);
  plan.w = lines_of(g.w, box.width);
  plan.pitch = plan.w.length;
  // The zeros behind a row may be those before the next, as far as outputs do not come to lie on one another.
  if (box.width == g.w.out && g.w.stride == 1 && plan.w.residue) {
    const int64_t right = int64_t{plan.w.length} - g.w.pad - g.w.in;
    plan.pitch -= static_cast<int32_t>(at_least(0, at_most(at_most(g.w.pad, right), plan.w.length - box.width)));
  }
  plan.plane = int64_t{plan.h.length} * plan.pitch + (plan.w.length - plan.pitch) + (last ? V::kLanes : 0);
  plan.copy = plan.plane * plan.h.count * plan.w.count * plan.d.count * g.in_per_group;
  plan.out_plane = last ? pixels_of(box) + V::kLanes : 0;
  return plan;
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_GROUPED_PLAN_H_
