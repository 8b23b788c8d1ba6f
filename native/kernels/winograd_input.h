// From the input of a box of tiles to its points: (point, tile, channel).
#ifndef DEPTHWISE_KERNELS_WINOGRAD_INPUT_H_
#define DEPTHWISE_KERNELS_WINOGRAD_INPUT_H_

#include "kernels/winograd_plan.h"
#include "simd/transpose.h"

namespace depthwise {
namespace {

// copy (vector of channels, copy_rows, copy_pitch, lane) of src (in_per_group, d.in, h.in, w.in), zeros around it.
template <class T>
void copy_channels(const Geometry& g, const WinogradPlan& plan, const TileBox& box, const T* src, T* copy) {
  using V = Vec<T>;
  for (int32_t ic = 0; ic < g.in_per_group; ic += V::kLanes)
    for (int32_t row = 0; row < plan.copy_rows; ++row) {
      const int32_t ih = box.row * kTileOut + row - g.h.pad;
      for (int32_t column = 0; column < plan.copy_pitch; column += V::kLanes, copy += V::kLanes * V::kLanes) {
        const int32_t iw = box.column * kTileOut + column - g.w.pad;
        if (!inside(ih, g.h.in) || iw >= g.w.in || iw + V::kLanes <= 0) {
          for (int lane = 0; lane < V::kLanes; ++lane) V::zero().store(copy + lane * V::kLanes);
          continue;
        }
        V square[V::kLanes];
        const T* from = src + ((int64_t{ic} * g.d.in + box.od) * g.h.in + ih) * g.w.in + iw;
        const bool whole = iw >= 0 && iw + V::kLanes <= g.w.in;
        const typename V::Mask mask = V::Mask::range(-iw, g.w.in - iw);
        for (int lane = 0; lane < V::kLanes; ++lane, from += g.src_plane)
          square[lane] = ic + lane >= g.in_per_group ? V::zero() : whole ? V::load(from) : V::load(from, mask);
        transpose(square);
        for (int lane = 0; lane < V::kLanes; ++lane) square[lane].store(copy + lane * V::kLanes);
      }
    }
}

// One patch (6, 6, lane) of src (h.in, w.in, channels), zeros where it lies in the padding.
template <class T>
void copy_patch(const Geometry& g, const T* src, int32_t ih, int32_t iw, int32_t channels, T* patch) {
  using V = Vec<T>;
  const typename V::Mask mask = V::Mask::first(channels);
  for (int r = 0; r < kTileIn; ++r)
    for (int c = 0; c < kTileIn; ++c, patch += V::kLanes) {
      const T* from = src + (int64_t{ih + r} * g.w.in + iw + c) * g.in_channels;
      (inside(ih + r, g.h.in) && inside(iw + c, g.w.in) ? V::load(from, mask) : V::zero()).store(patch);
    }
}

// points (36, tiles of the box, in_lanes), the points point_step apart. src: the first channel of the group; copy:
// scratch. False: the input is not finite, or huge.
template <class T>
bool box_to_points(const Geometry& g, const WinogradPlan& plan, const TileBox& box, const T* src, T* copy, T* points) {
  using V = Vec<T>;
  const int64_t step = plan.point_step;
  const bool channels_first = g.layout == Layout::kChannelsFirst;
  Squares<V> squares;
  if (channels_first) copy_channels(g, plan, box, src, copy);
  for (int32_t row = 0; row < box.rows; ++row)
    for (int32_t column = 0; column < box.columns; ++column, points += plan.in_lanes) {
      const int32_t ih = (box.row + row) * kTileOut - g.h.pad, iw = (box.column + column) * kTileOut - g.w.pad;
      const bool whole = ih >= 0 && ih + kTileIn <= g.h.in && iw >= 0 && iw + kTileIn <= g.w.in;
      const T* plane = src + int64_t{box.od} * g.h.in * g.w.in * g.in_channels;
      for (int32_t ic = 0; ic < g.in_per_group; ic += V::kLanes) {
        if (channels_first) {
          const T* patch = copy +
                           (int64_t{ic / V::kLanes} * plan.copy_rows + row * kTileOut) * plan.copy_pitch * V::kLanes +
                           int64_t{column} * kTileOut * V::kLanes;
          transform_input<V, T>(patch, int64_t{plan.copy_pitch} * V::kLanes, V::kLanes, points + ic, step, squares);
        } else if (whole && ic + V::kLanes <= g.in_per_group) {
          const T* patch = plane + (int64_t{ih} * g.w.in + iw) * g.in_channels + ic;
          transform_input<V, T>(patch, int64_t{g.w.in} * g.in_channels, g.in_channels, points + ic, step, squares);
        } else {
          copy_patch(g, plane + ic, ih, iw, g.in_per_group - ic, copy);
          transform_input<V, T>(copy, kTileIn * V::kLanes, V::kLanes, points + ic, step, squares);
        }
      }
    }
  return squares.are_finite();
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_WINOGRAD_INPUT_H_
