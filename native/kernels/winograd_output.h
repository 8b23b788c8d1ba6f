// From the products of a box of tiles, (point, tile, output channel), to its outputs.
#ifndef DEPTHWISE_KERNELS_WINOGRAD_OUTPUT_H_
#define DEPTHWISE_KERNELS_WINOGRAD_OUTPUT_H_

#include "kernels/activation.h"
#include "kernels/lanes.h"
#include "kernels/winograd_plan.h"

namespace depthwise {
namespace {

template <class V>
__attribute__((noinline)) void activate_outputs(Activation activation, V (&y)[kTileOut][kTileOut]) {
  for (int r = 0; r < kTileOut; ++r)
    for (int c = 0; c < kTileOut; ++c) y[r][c] = activate(activation, y[r][c]);
}

// The outputs of one tile for a vector of channels: y (4, 4).
template <class V, class T>
DEPTHWISE_INLINE void finish_tile(const Geometry& g, const T* products, int64_t step, V bias,
                                  V (&y)[kTileOut][kTileOut]) {
  transform_output<V, T>(products, step, y);
  for (int r = 0; r < kTileOut; ++r)
    for (int c = 0; c < kTileOut; ++c) y[r][c] = y[r][c] + bias;
  if (g.activation != Activation::kNone) activate_outputs(g.activation, y);
}

// Channels last: dst is the first output of the plane, of the vector's first channel; `live` channels exist.
template <class T>
void store_tile(const Geometry& g, Vec<T> (&y)[kTileOut][kTileOut], int32_t oh, int32_t ow, int32_t live, T* dst) {
  using V = Vec<T>;
  const typename V::Mask mask = V::Mask::first(live);
  for (int r = 0; r < kTileOut && oh + r < g.h.out; ++r)
    for (int c = 0; c < kTileOut && ow + c < g.w.out; ++c) {
      T* to = dst + (int64_t{oh + r} * g.w.out + ow + c) * g.out_channels;
      if (live >= V::kLanes)
        y[r][c].store(to);
      else
        store_tail(y[r][c], to, live, mask);
    }
}

// The outputs of a tile, as far as `rows` x `columns` of them exist, to (row, output, lane) with `pitch` outputs a row.
template <class T>
DEPTHWISE_INLINE void keep_tile(const Vec<T> (&y)[kTileOut][kTileOut], int32_t rows, int32_t columns, int64_t pitch,
                                T* outputs) {
  using V = Vec<T>;
  if (rows >= kTileOut && columns >= kTileOut) {
#pragma GCC unroll 4
    for (int r = 0; r < kTileOut; ++r)
#pragma GCC unroll 4
      for (int c = 0; c < kTileOut; ++c) y[r][c].store(outputs + (r * pitch + c) * V::kLanes);
    return;
  }
#pragma GCC unroll 4
  for (int r = 0; r < kTileOut; ++r)
#pragma GCC unroll 4
    for (int c = 0; c < kTileOut; ++c)
      if (r < rows && c < columns) y[r][c].store(outputs + (r * pitch + c) * V::kLanes);
}

// dst: output (0, 0) of the plane, of the first channel of the chunk, of which `live` exist. products (36, tiles of the
// box, out_lanes), product_step apart. kept: scratch (4, outputs of a row of tiles, lane), for channels first.
template <class T>
void products_to_box(const Geometry& g, const WinogradPlan& plan, const TileBox& box, const T* products, const T* bias,
                     int32_t live, T* kept, T* dst) {
  using V = Vec<T>;
  const int64_t step = plan.product_step;
  const bool channels_first = g.layout == Layout::kChannelsFirst;
  const int32_t first_ow = box.column * kTileOut;
  const int32_t width = static_cast<int32_t>(at_most(int64_t{box.columns} * kTileOut, g.w.out - first_ow));
  for (int32_t oc = 0; oc < live; oc += V::kLanes) {
    const typename V::Mask mask = V::Mask::first(live - oc);
    const V start = bias ? V::load(bias + oc, mask) : V::zero();
    for (int32_t row = 0; row < box.rows; ++row) {
      const int32_t oh = (box.row + row) * kTileOut;
      const int32_t height = static_cast<int32_t>(at_most(kTileOut, g.h.out - oh));
      for (int32_t column = 0; column < box.columns; ++column) {
        V y[kTileOut][kTileOut];
        finish_tile<V, T>(g, products + (int64_t{row} * box.columns + column) * plan.out_lanes + oc, step, start, y);
        if (channels_first)
          keep_tile<T>(y, height, width - column * kTileOut, width, kept + int64_t{column} * kTileOut * V::kLanes);
        else
          store_tile<T>(g, y, oh, first_ow + column * kTileOut, live - oc, dst + oc);
      }
      if (!channels_first) continue;
      // Whole rows follow one another in memory.
      const bool whole = width == g.w.out;
      T* first = dst + oc * g.dst_plane + int64_t{oh} * g.w.out + first_ow;
      for (int32_t r = 0; r < (whole ? 1 : height); ++r)
        store_outputs(kept + r * int64_t{width} * V::kLanes, whole ? int64_t{width} * height : width, live - oc,
                      first + int64_t{r} * g.w.out, g.dst_plane);
    }
  }
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_WINOGRAD_OUTPUT_H_
