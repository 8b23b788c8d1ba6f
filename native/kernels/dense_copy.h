// The two moves of a channels-first convolution with lanes along the output channels: the input of a box to channels
// last, between zeros; and the finished sums from (pixel, channel) to (channel, pixel).
#ifndef DEPTHWISE_KERNELS_DENSE_COPY_H_
#define DEPTHWISE_KERNELS_DENSE_COPY_H_

#include "kernels/dense_plan.h"
#include "simd/transpose.h"

namespace depthwise {
namespace {

// square[lane]: L neighbours of a row of the copy, from element `at` on, of channel `lane`; zeros outside the input.
template <class V, class T>
DEPTHWISE_INLINE void load_square(const Geometry& g, const CopyAxis& copy, int32_t first, int32_t at, int32_t channels,
                                  const T* row, V (&square)[V::kLanes]) {
  const Axis& axis = g.w;
  if (copy.stride == axis.stride && copy.dilation == axis.dilation) {
    const int32_t iw = first * axis.stride - axis.pad + at;
    const bool whole = iw >= 0 && iw + V::kLanes <= axis.in;
    const typename V::Mask mask = V::Mask::range(-iw, axis.in - iw);
    for (int lane = 0; lane < V::kLanes; ++lane)
      square[lane] = lane >= channels ? V::zero()
                     : whole          ? V::load(row + lane * g.src_plane + iw)
                                      : V::load(row + lane * g.src_plane + iw, mask);
    return;
  }
  for (int lane = 0; lane < V::kLanes; ++lane) {
    T elements[V::kLanes] = {};
    for (int32_t i = 0; i < V::kLanes && at + i < copy.size && lane < channels; ++i) {
      const int32_t iw = copied_index(axis, copy, first, at + i);
      if (inside(iw, axis.in)) elements[i] = row[lane * g.src_plane + iw];
    }
    square[lane] = V::load(elements);
  }
}

// copy (copy_d, copy_h, copy_w, in_lanes) of src (in_per_group, d.in, h.in, w.in). A row is written up to a vector of
// pixels too far, into the next one, which is written later, or behind the copy.
template <class T>
void copy_box(const Geometry& g, const DensePlan& plan, const Box& box, const T* src, T* copy) {
  using V = Vec<T>;
  const CopyAxis copy_d = plan.copy_d, copy_h = plan.copy_h, copy_w = plan.copy_w;
  for (int32_t ic = 0; ic < g.in_per_group; ic += V::kLanes) {
    T* row = copy + ic;
    const int32_t channels = g.in_per_group - ic;
    for (int32_t d = 0; d < copy_d.size; ++d)
      for (int32_t h = 0; h < copy_h.size; ++h, row += copy_w.size * plan.in_lanes) {
        const int32_t id = copied_index(g.d, copy_d, box.od, d), ih = copied_index(g.h, copy_h, box.oh, h);
        const bool outside = !inside(id, g.d.in) || !inside(ih, g.h.in);
        const T* from = src + ic * g.src_plane + (int64_t{id} * g.h.in + ih) * g.w.in;
        for (int32_t w = 0; w < copy_w.size; w += V::kLanes) {
          V square[V::kLanes];
          load_square<V, T>(g, copy_w, box.ow, w, outside ? 0 : channels, from, square);
          if (!outside) transpose(square);
          for (int i = 0; i < V::kLanes; ++i) square[i].store(row + (w + i) * plan.in_lanes);
        }
      }
  }
}

// dst[channel * dst_plane + pixel] = sums[pixel * block + channel], in squares of vectors where they fit.
template <class T>
void store_transposed(const T* sums, int32_t block, int64_t pixels, int32_t channels, T* dst, int64_t dst_plane) {
  using V = Vec<T>;
  for (int32_t channel = 0; channel < channels; channel += V::kLanes) {
    const int32_t live = static_cast<int32_t>(at_most(V::kLanes, channels - channel));
    for (int64_t begin = 0; begin < pixels; begin += V::kLanes) {
      // The last square ends with the pixels; what it writes again is the same.
      const int64_t pixel = at_most(begin, pixels - V::kLanes);
      if (pixel < 0) {
        for (int32_t lane = 0; lane < live; ++lane)
          for (int64_t p = 0; p < pixels; ++p) dst[(channel + lane) * dst_plane + p] = sums[p * block + channel + lane];
        break;
      }
      V square[V::kLanes];
      for (int i = 0; i < V::kLanes; ++i) square[i] = V::load(sums + (pixel + i) * block + channel);
      transpose(square);
      for (int lane = 0; lane < V::kLanes && lane < live; ++lane)
        square[lane].store(dst + (channel + lane) * dst_plane + pixel);
    }
  }
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DENSE_COPY_H_
