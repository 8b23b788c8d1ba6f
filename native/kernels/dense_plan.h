// How a dense or grouped convolution is cut into work items and panels, when lanes lie along the output channels.
#ifndef DEPTHWISE_KERNELS_DENSE_PLAN_H_
#define DEPTHWISE_KERNELS_DENSE_PLAN_H_

#include "kernels/gemm_channels.h"
#include "kernels/gemm_parts.h"

namespace depthwise {
namespace {

// A box of outputs. More than one plane only with all rows, more than one row only with all columns, so that the
// outputs of a box are one run in memory.
struct Box {
  int32_t od, oh, ow;            // first output
  int32_t depth, height, width;  // outputs
};

// What is copied of one input axis for `outputs` neighbours: output o reads its tap k at o * stride + k * dilation.
// Where the taps lie far apart they are copied side by side, and nothing between them.
struct CopyAxis {
  int32_t stride, dilation, size;
};

static CopyAxis copy_axis(const Axis& axis, int32_t outputs) {
  const int64_t span = int64_t{outputs - 1} * axis.stride + int64_t{axis.kernel - 1} * axis.dilation + 1;
  const int64_t taps = int64_t{outputs} * axis.kernel;
  if (span <= taps) return {axis.stride, axis.dilation, static_cast<int32_t>(span)};
  return {axis.kernel, 1, static_cast<int32_t>(taps)};
}

// The input index of element `at` of the copy for outputs from `first` on; may lie in the padding.
static DEPTHWISE_INLINE int32_t copied_index(const Axis& axis, const CopyAxis& copy, int32_t first, int32_t at) {
  const int32_t begin = first * axis.stride - axis.pad;
  if (copy.stride == axis.stride && copy.dilation == axis.dilation) return begin + at;
  return begin + at / axis.kernel * axis.stride + at % axis.kernel * axis.dilation;
}

struct DensePlan {
  int32_t block;   // output channels of a full block of vectors
  int32_t blocks;  // of one group
  int32_t chunk;   // blocks of one work item
  int32_t chunks;
  int32_t panel;  // input channels that are multiplied before the sums go back to memory
  Box box;        // of one work item; the last ones along an axis are smaller
  int32_t boxes_d, boxes_h, boxes_w;
  bool copies;  // channels first with padding: the input of a box is copied between zeros
  CopyAxis copy_d, copy_h, copy_w;
  int64_t copy_plane;  // elements from channel to channel
};

// About 32 KiB of weights: they stay in the first cache while the tiles of a box pass.
constexpr int64_t kPanelTaps = 512;
// Multiply-adds of an item: a fraction of a millisecond, and enough items for many threads.
constexpr int64_t kLargestItem = int64_t{4} << 20;
constexpr int64_t kSmallestItem = int64_t{1} << 18;
// Pixels that should share a block of weights while it is in the cache.
constexpr int64_t kSharingPixels = 48;

static bool all_inside(const Axis& axis) { return axis.interior_begin == 0 && axis.interior_end == axis.out; }

template <class V>
DensePlan dense_plan(const Geometry& g) {
  DensePlan plan = {};
  plan.block = static_cast<int32_t>(at_most(kTileVectors * V::kLanes, parts(g.out_per_group, V::kLanes) * V::kLanes));
  plan.blocks = static_cast<int32_t>(parts(g.out_per_group, plan.block));
  const int64_t panels = parts(g.in_per_group, at_least(1, kPanelTaps / g.taps));
  plan.panel = static_cast<int32_t>(parts(g.in_per_group, panels));

  const double depth = static_cast<double>(g.in_per_group) * static_cast<double>(g.taps);
  const double all = depth * static_cast<double>(g.dst_plane) * g.out_channels;
  const double target = all / 64 < kSmallestItem ? kSmallestItem : all / 64 > kLargestItem ? kLargestItem : all / 64;
  const int64_t outputs = at_least(1, static_cast<int64_t>(target / depth));  // of one item
  plan.chunk = static_cast<int32_t>(
      at_least(1, at_most(plan.blocks, outputs / (plan.block * at_most(kSharingPixels, g.dst_plane)))));
  plan.chunks = static_cast<int32_t>(parts(plan.blocks, plan.chunk));
  plan.chunk = static_cast<int32_t>(parts(plan.blocks, plan.chunks));
  const int64_t pixels = at_least(kTilePixels<V>, outputs / (int64_t{plan.chunk} * plan.block));
  Box& box = plan.box;
  box.width = static_cast<int32_t>(parts(g.w.out, parts(g.w.out, pixels)));
  const bool rows = box.width == g.w.out;
  box.height = rows ? static_cast<int32_t>(at_most(g.h.out, at_least(1, pixels / g.w.out))) : 1;
  const bool planes = rows && box.height == g.h.out;
  box.depth = planes ? static_cast<int32_t>(at_most(g.d.out, at_least(1, pixels / g.w.out / g.h.out))) : 1;
  plan.boxes_w = static_cast<int32_t>(parts(g.w.out, box.width));
  plan.boxes_h = static_cast<int32_t>(parts(g.h.out, box.height));
  plan.boxes_d = static_cast<int32_t>(parts(g.d.out, box.depth));

  plan.copies = g.layout == Layout::kChannelsFirst && !(all_inside(g.d) && all_inside(g.h) && all_inside(g.w));
  if (plan.copies) {
    plan.copy_d = copy_axis(g.d, box.depth);
    plan.copy_h = copy_axis(g.h, box.height);
    plan.copy_w = copy_axis(g.w, box.width);
    plan.copy_plane = int64_t{plan.copy_d.size} * plan.copy_h.size * plan.copy_w.size;
  }
  return plan;
}

// The box of outputs of box number `index`.
static Box box_at(const Geometry& g, const DensePlan& plan, int64_t index) {
  Box box = plan.box;
  box.ow = static_cast<int32_t>(index % plan.boxes_w) * box.width;
  index /= plan.boxes_w;
  box.oh = static_cast<int32_t>(index % plan.boxes_h) * box.height;
  box.od = static_cast<int32_t>(index / plan.boxes_h) * box.depth;
  box.width = static_cast<int32_t>(at_most(box.width, g.w.out - box.ow));
  box.height = static_cast<int32_t>(at_most(box.height, g.h.out - box.oh));
  box.depth = static_cast<int32_t>(at_most(box.depth, g.d.out - box.od));
  return box;
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DENSE_PLAN_H_
