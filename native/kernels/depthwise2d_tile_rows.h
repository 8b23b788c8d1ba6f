// Walks the tiles of depthwise2d_tile.h over a band of rows of one channel.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE2D_TILE_ROWS_H_
#define DEPTHWISE_KERNELS_DEPTHWISE2D_TILE_ROWS_H_

#include "kernels/depthwise2d_tile.h"

namespace depthwise {
namespace {

// Rows of a tile: eight sums keep both multipliers busy, seven nearly; fewer for planes that are not that high.
inline int32_t tile_rows(const Geometry& g) {
  // Five: 7x7 tiles of seven rows would see a part of the padding of the other side.
  if (g.h.out == 5 || g.h.out == 9) return 5;
  if (g.h.out < 7) return 4;
  return ceil_of(g.h.out, 8) < ceil_of(g.h.out, 7) && g.h.out >= 8 ? 8 : 7;
}

// As tile_rows(), with one height less: volumes are seldom five or nine rows high.
inline int32_t deep_rows(const Geometry& g) { return tile_rows(g) == 5 ? 4 : tile_rows(g); }

// The tiles of tile_rows(g) or, kDeep, deep_rows(g) rows.
template <class V, int kKernel, bool kDeep = false>
DEPTHWISE_INLINE const Tiles<V, kKernel>& tiles_for(const Geometry& g) {
  switch (tile_rows(g)) {
    case 8: return kTiles<V, kKernel, 8, kDeep>;
    case 7: return kTiles<V, kKernel, 7, kDeep>;
    case 5: return kTiles < V, kKernel, kDeep ? 4 : 5, kDeep > ;
    default: return kTiles<V, kKernel, 4, kDeep>;
  }
}

// Expected cycles of one tap of a tile. At most two multiply-adds a cycle; a sum waits four for its last one, so fewer
// than eight sums leave some unused.
inline double tap_cycles(int32_t rows) { return rows < 7 ? 4 : 0.5 * rows + 0.3; }

template <class T>
DEPTHWISE_INLINE TileShape<T> tile_shape(const Geometry& g, const T* limit) {
  return {g.w.in, g.w.out, g.activation, g.w.out, limit, 1, 0};
}

constexpr int kMostDepthTaps = 7;

// A tile of any padding: its inputs are copied between zeros first, its outputs from a tile of their own. Output rows
// [begin, end), at most those of a tile. kPlanes: most planes of taps.
template <class V, int kKernel, int kPlanes>
__attribute__((noinline)) void copied_tile(const Tiles<V, kKernel>& tiles, const Rows<typename V::Element>& rows,
                                           const ColumnBlock<V, kKernel>& block, int32_t begin, int32_t end) {
  using T = typename V::Element;
  constexpr int kMostSrcRows = kMostTileRows + kKernel - 1, kVectors = (2 * V::kLanes + kKernel - 2) / V::kLanes;
  constexpr int kPitch = kVectors * V::kLanes;
  alignas(64) T src[kPlanes * kMostSrcRows * kPitch], sums[kMostTileRows * V::kLanes];
  const int src_rows = tiles.rows + kKernel - 1;
  const Geometry& g = *rows.g;
  typename V::Mask in_row[kVectors];
  for (int v = 0; v < kVectors; ++v) {
    const int64_t first = int64_t{block.iw} + v * V::kLanes;
    in_row[v] = V::Mask::range(static_cast<int>(max_of(0, min_of(-first, V::kLanes))),
                               static_cast<int>(max_of(0, min_of(g.w.in - first, V::kLanes))));
  }
  T* copy = src;
  for (int32_t kd = 0; kd < rows.depth_taps; ++kd) {
    for (int row = 0; row < src_rows; ++row, copy += kPitch) {
      const int64_t ih = int64_t{begin} - g.h.pad + row;
      const bool is_inside = ih >= 0 && ih < g.h.in;
      const T* src_row = rows.channel.src + kd * rows.depth_step + ih * g.w.in + block.iw;
      for (int v = 0; v < kVectors; ++v)
        (is_inside ? V::load(src_row + v * V::kLanes, in_row[v]) : V::zero()).store(copy + v * V::kLanes);
    }
  }
  const TileShape<T> shape = {kPitch,
                              V::kLanes,
                              g.activation,
                              V::kLanes,
                              sums + tiles.rows * V::kLanes,
                              rows.depth_taps,
                              int64_t{src_rows} * kPitch};
  ColumnBlock<V, kKernel> inside;
  inside.ow = block.ow;
  inside.columns = Columns::kInside;
  inside.plain_begin = 0;
  inside.plain_end = kKernel;
  tiles.at(TilePlace::kMiddle, Columns::kInside)(shape, TilePlace::kMiddle, inside, src, sums, rows.channel.taps,
                                                 rows.channel.bias);
  T* dst = rows.channel.dst + int64_t{begin} * g.w.out + block.ow;
  const int64_t outputs = min_of(V::kLanes, int64_t{g.w.out} - block.ow);
  for (int row = 0; row < end - begin; ++row, dst += g.w.out) {
    const V sum = V::load(sums + row * V::kLanes);
    if (outputs == V::kLanes)
      sum.store(dst);
    else
      sum.store(dst, V::Mask::first(static_cast<int>(outputs)));
  }
}

template <class V, int kKernel, int kPlanes = 1>
__attribute__((noinline)) void run_tiles(const Tiles<V, kKernel>& tiles, const Rows<typename V::Element>& rows,
                                         const ColumnBlocks<V, kKernel>& blocks, const SweptColumns& done = {0, 0}) {
  const int32_t tile_rows = tiles.rows;
  const Geometry& g = *rows.g;
  TileShape<typename V::Element> shape = tile_shape(g, rows.limit);
  shape.depth_taps = rows.depth_taps;
  shape.src_depth = rows.depth_step;
  uintptr_t next_src = rows.next_src, next_dst = rows.next_dst;
  for (int32_t next = rows.begin; next < rows.end;) {
    Rows<typename V::Element> here = rows;
    here.begin = tile_begin<kKernel>(g.h, tile_rows, next, rows.begin, rows.end);
    next = here.begin + tile_rows;
    here.end = static_cast<int32_t>(min_of(int64_t{here.begin} + tile_rows, rows.end));
    TilePlace place = TilePlace::kMiddle;
    const bool fits = here.end - here.begin == tile_rows && tile_place<kKernel>(g.h, here.begin, tile_rows, &place);
    const typename V::Element* src = rows.channel.src + (int64_t{here.begin} - g.h.pad) * g.w.in;
    typename V::Element* dst = rows.channel.dst + int64_t{here.begin} * g.w.out;
    const auto do_block = [&](const ColumnBlock<V, kKernel>& block) DEPTHWISE_INLINE_LAMBDA {
      for (int line = 0; line < tile_rows * static_cast<int>(sizeof(V)); line += 64) {
        prefetch(next_src);
        prefetch(next_dst);
        next_src += 64;
        next_dst += 64;
      }
      if (fits &&
          (block.columns == Columns::kInside ||
           (block.columns != Columns::kMasked && (!rows.guarded || loads_stay_inside<V, kKernel>(here, block)))))
        tiles.at(place, block.columns)(shape, place, block, src + block.iw, dst + block.ow, rows.channel.taps,
                                       rows.channel.bias);
      else
        copied_tile<V, kKernel, kPlanes>(tiles, rows, block, here.begin, here.end);
    };
    blocks.for_each(g.w, do_block, done);
  }
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE2D_TILE_ROWS_H_
