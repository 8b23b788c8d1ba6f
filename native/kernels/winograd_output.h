// From the products of a box of tiles, (point, tile, output channel), to its outputs.
#ifndef DEPTHWISE_KERNELS_WINOGRAD_OUTPUT_H_
#define DEPTHWISE_KERNELS_WINOGRAD_OUTPUT_H_

#include "kernels/activation.h"
#include "kernels/winograd_plan.h"
#include "simd/transpose.h"

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

// Channels first: `count` outputs of a row, (output, lane), to row[channel * dst_plane + output].
template <class T>
void store_row(const T* outputs, int64_t count, int32_t live, T* row, int64_t dst_plane) {
  using V = Vec<T>;
  for (int64_t begin = 0; begin < count; begin += V::kLanes) {
    // The last vector ends with the row where that is long enough, and is cut short where not.
    const int64_t at = count >= V::kLanes ? at_most(begin, count - V::kLanes) : 0;
    V square[V::kLanes];
    for (int i = 0; i < V::kLanes; ++i) square[i] = V::load(outputs + (at + i) * V::kLanes);
    transpose(square);
    for (int lane = 0; lane < V::kLanes && lane < live; ++lane) {
      T* to = row + lane * dst_plane + at;
      if (count >= V::kLanes)
        square[lane].store(to);
      else
        store_tail(square[lane], to, static_cast<int>(count), V::Mask::first(static_cast<int>(count)));
    }
  }
}

// dst: output (0, 0) of the plane, of the first channel of the chunk, of which `live` exist. products (36, tiles of the
// box, out_lanes), product_step apart. rows: scratch (4, outputs of a row of tiles, lane), for channels first.
template <class T>
void products_to_box(const Geometry& g, const WinogradPlan& plan, const TileBox& box, const T* products, const T* bias,
                     int32_t live, T* rows, T* dst) {
  using V = Vec<T>;
  const int64_t step = plan.product_step;
  const bool channels_first = g.layout == Layout::kChannelsFirst;
  const int64_t pitch = int64_t{plan.largest.columns} * kTileOut + V::kLanes;  // outputs of a row in scratch
  for (int32_t oc = 0; oc < live; oc += V::kLanes) {
    const typename V::Mask mask = V::Mask::first(live - oc);
    const V start = bias ? V::load(bias + oc, mask) : V::zero();
    for (int32_t row = 0; row < box.rows; ++row) {
      const int32_t oh = (box.row + row) * kTileOut, first_ow = box.column * kTileOut;
      for (int32_t column = 0; column < box.columns; ++column) {
        V y[kTileOut][kTileOut];
        finish_tile<V, T>(g, products + (int64_t{row} * box.columns + column) * plan.out_lanes + oc, step, start, y);
        if (channels_first) {
          for (int r = 0; r < kTileOut; ++r)
            for (int c = 0; c < kTileOut; ++c) y[r][c].store(rows + (r * pitch + column * kTileOut + c) * V::kLanes);
        } else {
          store_tile<T>(g, y, oh, first_ow + column * kTileOut, live - oc, dst + oc);
        }
      }
      if (!channels_first) continue;
      const int64_t count = at_most(int64_t{box.columns} * kTileOut, g.w.out - first_ow);
      for (int r = 0; r < kTileOut && oh + r < g.h.out; ++r)
        store_row(rows + r * pitch * V::kLanes, count, live - oc,
                  dst + oc * g.dst_plane + int64_t{oh + r} * g.w.out + first_ow, g.dst_plane);
    }
  }
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_WINOGRAD_OUTPUT_H_
