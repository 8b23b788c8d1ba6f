// How a dense or grouped convolution is cut into work items and panels, when lanes lie along the output channels.
#ifndef DEPTHWISE_KERNELS_DENSE_PLAN_H_
#define DEPTHWISE_KERNELS_DENSE_PLAN_H_

#include "kernels/gemm_box.h"
#include "kernels/gemm_channels.h"

namespace depthwise {
namespace {

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
  int32_t gang;  // groups of one work item
  int32_t gangs;
  int32_t panel;  // input channels that are multiplied before the sums go back to memory
  Boxes boxes;
  // Channels first: the copy of the input of a box, (copy_d, copy_h, copy_w, in_lanes).
  CopyAxis copy_d, copy_h, copy_w;
  int64_t in_lanes;  // of a group, in whole vectors
  int64_t copy_elements;
};

// About 64 KiB of weights: they stay in the second cache while the tiles of a box pass.
constexpr int64_t kPanelTaps = 1024;
// Pixels that should share a block of weights while it is in the cache.
constexpr int64_t kSharingPixels = 49;

constexpr int64_t kSharingRows = 2, kMostSharingPixels = 128;

// Input and output of so many elements stay in the second cache.
constexpr int64_t kNearElements = 32 * 1024;

template <class V>
DensePlan dense_plan(const Geometry& g) {
  DensePlan plan = {};
  plan.block =
      static_cast<int32_t>(at_most(kTileVectors<V> * V::kLanes, parts(g.out_per_group, V::kLanes) * V::kLanes));
  plan.blocks = static_cast<int32_t>(parts(g.out_per_group, plan.block));
  const int64_t panels = parts(g.in_per_group, at_least(1, kPanelTaps / g.taps));
  plan.panel = static_cast<int32_t>(parts(g.in_per_group, panels));

  const double depth = static_cast<double>(g.in_per_group) * static_cast<double>(g.taps);
  const double all = depth * static_cast<double>(g.dst_plane) * g.out_channels;
  const int64_t outputs = at_least(1, static_cast<int64_t>(item_size(all) / depth));  // of one item
  plan.chunk = static_cast<int32_t>(
      at_least(1, at_most(plan.blocks, outputs / (plan.block * at_most(kSharingPixels, g.dst_plane)))));
  // Every chunk copies its box again: with 128 multiply-adds for an element of it that costs a few percent.
  if (g.layout == Layout::kChannelsFirst)
    plan.chunk =
        static_cast<int32_t>(at_most(plan.blocks, at_least(plan.chunk, parts(parts(128, g.taps), plan.block))));
  plan.chunks = static_cast<int32_t>(parts(plan.blocks, plan.chunk));
  plan.chunk = static_cast<int32_t>(parts(plan.blocks, plan.chunks));
  int64_t pixels = at_least(at_most(kSharingPixels, g.dst_plane), outputs / (int64_t{plan.chunk} * plan.block));
  // Rows that share input rows, so that these are not copied too often.
  if (g.h.kernel > 1) pixels = at_least(pixels, at_most(kSharingRows * g.w.out, kMostSharingPixels));
  plan.gang = 1;
  if (g.layout == Layout::kChannelsLast && g.groups > 1) {
    // The groups of a pixel share its cache lines: all of them are computed while these are near.
    const int64_t near = kNearElements / (int64_t{g.in_channels} + g.out_channels);
    pixels = at_most(pixels, at_least(8 * kTilePixels<V>, near));
    if (plan.chunks == 1)
      plan.gang = static_cast<int32_t>(at_most(g.groups, at_least(1, outputs / (pixels * g.out_per_group))));
  }
  plan.gangs = static_cast<int32_t>(parts(g.groups, plan.gang));
  plan.boxes = cut_boxes(g, pixels);

  if (g.layout == Layout::kChannelsFirst) {
    plan.copy_d = copy_axis(g.d, plan.boxes.largest.depth);
    plan.copy_h = copy_axis(g.h, plan.boxes.largest.height);
    plan.copy_w = copy_axis(g.w, plan.boxes.largest.width);
    plan.in_lanes = parts(g.in_per_group, V::kLanes) * V::kLanes;
    plan.copy_elements = (int64_t{plan.copy_d.size} * plan.copy_h.size * plan.copy_w.size + V::kLanes) * plan.in_lanes;
  }
  return plan;
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DENSE_PLAN_H_
