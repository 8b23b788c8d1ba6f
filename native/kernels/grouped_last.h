// Channels last in grouped.cc: squares of pixels and channels are transposed on the way into the copy, and out again.
#ifndef DEPTHWISE_KERNELS_GROUPED_LAST_H_
#define DEPTHWISE_KERNELS_GROUPED_LAST_H_

#include "kernels/gemm_channels.h"
#include "kernels/grouped_plan.h"
#include "simd/transpose.h"

namespace depthwise {
namespace {

// One line of one input row into the lines of `channels` channels: plane_of(channel) + row. pixels (w.in, in_channels);
// null: padding. Whole vectors are written: too far, into the next row, or the room behind a plane.
template <class T>
void copy_line_last(const Geometry& g, const GroupedPlan& plan, const T* pixels, int32_t begin_w, int32_t channels,
                    int64_t first_plane, T* copy) {
  using V = Vec<T>;
  const int64_t planes = int64_t{plan.d.count} * plan.h.count * plan.w.count;
  for (int32_t channel = 0; channel < channels; channel += V::kLanes) {
    const int live = static_cast<int>(at_most(V::kLanes, channels - channel));
    const typename V::Mask mask = V::Mask::first(live);
    T* lines[V::kLanes];
    for (int lane = 0; lane < live; ++lane) {
      const int32_t group = (channel + lane) / g.in_per_group, ic = (channel + lane) % g.in_per_group;
      lines[lane] = copy + group * plan.copy + (ic * planes + first_plane) * plan.plane;
    }
    for (int32_t element = 0; element < plan.w.length; element += V::kLanes) {
      V square[V::kLanes];
      int64_t iw = begin_w + int64_t{element} * g.w.stride;
      for (int lane = 0; lane < V::kLanes; ++lane, iw += g.w.stride) {
        if (!pixels || iw < 0 || iw >= g.w.in) {
          square[lane] = V::zero();
          continue;
        }
        const T* from = pixels + iw * g.in_channels + channel;
        square[lane] = live == V::kLanes ? V::load(from) : V::load(from, mask);
      }
      transpose(square);
      for (int lane = 0; lane < V::kLanes; ++lane)
        if (lane < live) square[lane].store(lines[lane] + element);
    }
  }
}

// The copies of `groups` groups; src: the first of their channels of the first pixel.
template <class T>
void copy_lines_last(const Geometry& g, const GroupedPlan& plan, const Box& box, int32_t groups, const T* src,
                     T* copy) {
  int64_t plane = 0;
  for (int32_t kd = 0; kd < g.d.kernel; ++kd)
    for (int32_t line_h = 0; line_h < plan.h.count; ++line_h)
      for (int32_t line_w = 0; line_w < plan.w.count; ++line_w, ++plane)
        for (int32_t row = 0; row < plan.h.length; ++row) {
          const int32_t id = box.od * g.d.stride - g.d.pad + kd * g.d.dilation;
          const int64_t ih = line_begin(g.h, plan.h, line_h, box.oh) + int64_t{row} * g.h.stride;
          const bool row_inside = inside(id, g.d.in) && ih >= 0 && ih < g.h.in;
          const T* pixels = row_inside ? src + (int64_t{id} * g.h.in + ih) * g.w.in * g.in_channels : nullptr;
          copy_line_last(g, plan, pixels, line_begin(g.w, plan.w, line_w, box.ow), groups * g.in_per_group, plane,
                         copy + int64_t{row} * plan.pitch);
        }
}

// dst[pixel * out_channels + channel] = planes[channel * pitch + pixel]
template <class T>
void store_planes_last(const T* planes, int64_t pitch, int64_t pixels, int32_t channels, T* dst, int64_t out_channels) {
  using V = Vec<T>;
  for (int64_t pixel = 0; pixel < pixels; pixel += V::kLanes)
    for (int32_t channel = 0; channel < channels; channel += V::kLanes) {
      const int32_t live = channels - channel;
      V square[V::kLanes];
      for (int lane = 0; lane < V::kLanes; ++lane)
        square[lane] = lane < live ? V::load(planes + (channel + lane) * pitch + pixel) : V::zero();
      transpose(square);
      T* to = dst + pixel * out_channels + channel;
      for (int64_t lane = 0; lane < V::kLanes && pixel + lane < pixels; ++lane, to += out_channels) {
        if (live >= V::kLanes)
          square[lane].store(to);
        else
          store_tail(square[lane], to, live, V::Mask::first(live));
      }
    }
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_GROUPED_LAST_H_
