// How a Winograd convolution is cut into work items, and its scratch.
#ifndef DEPTHWISE_KERNELS_WINOGRAD_PLAN_H_
#define DEPTHWISE_KERNELS_WINOGRAD_PLAN_H_

#include "kernels/gemm_box.h"
#include "kernels/gemm_channels.h"
#include "kernels/winograd_transform.h"

namespace depthwise {
namespace {

// A box of tiles of one plane.
struct TileBox {
  int32_t od, row, column;  // first tile
  int32_t rows, columns;
  int64_t count() const { return int64_t{rows} * columns; }
};

struct WinogradPlan {
  int32_t rows, columns;  // tiles of a plane
  TileBox largest;        // of one item; the last ones along an axis are smaller
  int32_t boxes_h, boxes_w;
  int32_t block, blocks;        // output channels that are multiplied together
  int32_t chunk, chunks;        // blocks of an item
  int64_t in_lanes, out_lanes;  // channels of a group, and output channels of a chunk, in whole vectors
  // Channels first: the input of a box, (vector of channels, row, column, lane), between zeros.
  int32_t copy_rows, copy_pitch;
  int64_t point_step, product_step;  // elements from point to point
  int64_t copy_elements, points_elements, products_elements, rows_elements;
};

// Tiles that share the weights of a point while these are in the cache, and an item's multiply-adds.
constexpr int64_t kSharingTiles = 16;
constexpr int64_t kChunkChannels = 64;
constexpr double kWinogradItem = cut_size(4 << 20);

// At least `elements`, and an odd number of cache lines: the 36 points of a tile are written together, and lie in
// different sets of the cache then.
template <class T>
int64_t odd_lines(int64_t elements) {
  constexpr int64_t kLine = 64 / sizeof(T);
  return (parts(elements, kLine) | 1) * kLine;
}

template <class T>
WinogradPlan winograd_plan(const Geometry& g) {
  using V = Vec<T>;
  WinogradPlan plan = {};
  plan.rows = static_cast<int32_t>(parts(g.h.out, kTileOut));
  plan.columns = static_cast<int32_t>(parts(g.w.out, kTileOut));
  plan.block =
      static_cast<int32_t>(at_most(kTileVectors<V> * V::kLanes, parts(g.out_per_group, V::kLanes) * V::kLanes));
  plan.blocks = static_cast<int32_t>(parts(g.out_per_group, plan.block));
  plan.chunks = static_cast<int32_t>(parts(g.out_per_group, at_least(kChunkChannels, plan.block)));
  plan.chunk = static_cast<int32_t>(parts(plan.blocks, plan.chunks));
  plan.chunks = static_cast<int32_t>(parts(plan.blocks, plan.chunk));
  const double tile = static_cast<double>(kPoints) * g.in_per_group * plan.chunk * plan.block;
  const int64_t tiles = at_least(kSharingTiles, static_cast<int64_t>(kWinogradItem / tile));
  TileBox& box = plan.largest;
  box.columns = static_cast<int32_t>(parts(plan.columns, parts(plan.columns, tiles)));
  const int64_t rows = box.columns == plan.columns ? at_least(1, tiles / plan.columns) : 1;
  box.rows = static_cast<int32_t>(parts(plan.rows, parts(plan.rows, rows)));
  plan.boxes_h = static_cast<int32_t>(parts(plan.rows, box.rows));
  plan.boxes_w = static_cast<int32_t>(parts(plan.columns, box.columns));
  plan.in_lanes = parts(g.in_per_group, V::kLanes) * V::kLanes;
  plan.out_lanes = int64_t{plan.chunk} * plan.block;
  if (g.layout == Layout::kChannelsFirst) {
    plan.copy_rows = box.rows * kTileOut + kTileIn - kTileOut;
    plan.copy_pitch = static_cast<int32_t>(parts(box.columns * kTileOut + kTileIn - kTileOut, V::kLanes)) * V::kLanes;
    plan.copy_elements = plan.in_lanes * plan.copy_rows * plan.copy_pitch;
    plan.rows_elements = int64_t{kTileOut} * (box.columns * kTileOut + V::kLanes) * V::kLanes;
  } else {
    plan.copy_elements = kPoints * V::kLanes;  // one patch
  }
  plan.point_step = odd_lines<T>(box.count() * plan.in_lanes);
  plan.product_step = odd_lines<T>(box.count() * plan.out_lanes);
  plan.points_elements = kPoints * plan.point_step;
  plan.products_elements = kPoints * plan.product_step;
  return plan;
}

static TileBox tile_box_at(const WinogradPlan& plan, int64_t index) {
  TileBox box = plan.largest;
  box.column = static_cast<int32_t>(index % plan.boxes_w) * box.columns;
  index /= plan.boxes_w;
  box.row = static_cast<int32_t>(index % plan.boxes_h) * box.rows;
  box.od = static_cast<int32_t>(index / plan.boxes_h);
  box.rows = static_cast<int32_t>(at_most(box.rows, plan.rows - box.row));
  box.columns = static_cast<int32_t>(at_most(box.columns, plan.columns - box.column));
  return box;
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_WINOGRAD_PLAN_H_
