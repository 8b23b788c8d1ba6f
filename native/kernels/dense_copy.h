// The two moves of a channels-first convolution with lanes along the output channels: the input of a box between
// zeros, and the finished sums from (pixel, channel) to (channel, pixel).
#ifndef DEPTHWISE_KERNELS_DENSE_COPY_H_
#define DEPTHWISE_KERNELS_DENSE_COPY_H_

#include "kernels/dense_plan.h"

namespace depthwise {
namespace {

// One row of the copy (copy.size) of input row src (axis.in), for outputs from `first` on.
template <class T>
void copy_row(const Axis& axis, const CopyAxis& copy, int32_t first, const T* src, T* row) {
  if (copy.stride != axis.stride || copy.dilation != axis.dilation) {
    for (int32_t i = 0; i < copy.size; ++i) {
      const int32_t iw = copied_index(axis, copy, first, i);
      row[i] = inside(iw, axis.in) ? src[iw] : T(0);
    }
    return;
  }
  using V = Vec<T>;
  const int32_t begin = first * axis.stride - axis.pad;
  const int32_t left = static_cast<int32_t>(at_most(copy.size, at_least(0, -int64_t{begin})));
  const int32_t end = static_cast<int32_t>(at_least(left, at_most(copy.size, int64_t{axis.in} - begin)));
  int32_t i = 0;
  for (; i < left; ++i) row[i] = T(0);
  for (; i + V::kLanes <= end; i += V::kLanes) V::load(src + (begin + i)).store(row + i);
  for (; i < end; ++i) row[i] = src[begin + i];
  for (; i < copy.size; ++i) row[i] = T(0);
}

// copy (in_per_group, copy_d, copy_h, copy_w) of src (in_per_group, d.in, h.in, w.in).
template <class T>
void copy_box(const Geometry& g, const DensePlan& plan, const Box& box, const T* src, T* copy) {
  const CopyAxis copy_d = plan.copy_d, copy_h = plan.copy_h, copy_w = plan.copy_w;
  for (int32_t ic = 0; ic < g.in_per_group; ++ic)
    for (int32_t d = 0; d < copy_d.size; ++d)
      for (int32_t h = 0; h < copy_h.size; ++h, copy += copy_w.size) {
        const int32_t id = copied_index(g.d, copy_d, box.od, d), ih = copied_index(g.h, copy_h, box.oh, h);
        if (inside(id, g.d.in) && inside(ih, g.h.in)) {
          copy_row(g.w, copy_w, box.ow, src + ((int64_t{ic} * g.d.in + id) * g.h.in + ih) * g.w.in, copy);
        } else {
          for (int32_t w = 0; w < copy_w.size; ++w) copy[w] = T(0);
        }
      }
}

// dst[channel * dst_plane + pixel] = sums[pixel * block + channel]
template <class T>
void store_transposed(const T* sums, int32_t block, int64_t pixels, int32_t channels, T* dst, int64_t dst_plane) {
  for (int32_t channel = 0; channel < channels; ++channel)
    for (int64_t pixel = 0; pixel < pixels; ++pixel) dst[channel * dst_plane + pixel] = sums[pixel * block + channel];
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DENSE_COPY_H_
