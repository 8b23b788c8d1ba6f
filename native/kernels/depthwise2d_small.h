// Planes of a few tiles: which tile goes where is found once for a call, so that a plane costs little more than its
// multiply-adds. Takes padding of half a kernel or none.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE2D_SMALL_H_
#define DEPTHWISE_KERNELS_DEPTHWISE2D_SMALL_H_

#include "kernels/depthwise2d_planes.h"
#include "kernels/depthwise2d_tile_rows.h"

namespace depthwise {
namespace {

template <class V, int kKernel>
struct TilePlan {
  static constexpr int kMost = 16;
  struct Step {
    Tile<V, kKernel> tile;
    const ColumnBlock<V, kKernel>* block;
    int64_t src, dst;  // from the beginning of a plane
  };
  int count = 0;
  Step steps[kMost];

  // Tiles of kRows rows. False where the planes are too large, too low, or padded in another way.
  template <int kRows>
  bool fill(const Geometry& g, const ColumnBlocks<V, kKernel>& blocks) {
    const int64_t bands = ceil_of(g.h.out, kRows);
    if (g.h.out < kRows || blocks.count > blocks.kKept || bands * blocks.count > kMost) return false;
    for (int64_t band = 0; band < bands; ++band) {
      const int32_t oh = static_cast<int32_t>(min_of(band * kRows, g.h.out - kRows));
      TilePlace place;
      if (!tile_place<kKernel>(g.h, oh, kRows, &place)) return false;
      for (int32_t i = 0; i < blocks.count; ++i) {
        const ColumnBlock<V, kKernel>& block = blocks.kept[i];
        if (block.columns == Columns::kMasked) return false;
        steps[count++] = {tiles_at<V, kKernel, kRows>(place)[static_cast<int>(block.columns)], &block,
                          (int64_t{oh} - g.h.pad) * g.w.in + block.iw, int64_t{oh} * g.w.out + block.ow};
      }
    }
    return true;
  }
};

// Work items [begin, end) where an item is a whole plane; false if the plan has no tiles for them.
template <class T, int kKernel, int kRows>
bool run_small_planes(const Geometry& g, const Operands& operands, int64_t begin, int64_t end) {
  using V = Vec<T>;
  if (item_bands(g, kRows).count != 1) return false;
  const ColumnBlocks<V, kKernel> blocks(g.w);
  TilePlan<V, kKernel> plan;
  if (!plan.template fill<kRows>(g, blocks)) return false;
  const T* const owned_end = static_cast<T*>(operands.dst) + end * g.dst_plane;
  const TileShape<T> shape = tile_shape(g, owned_end);
  const int64_t plane_bytes = (g.src_plane + g.dst_plane) / 2 * static_cast<int64_t>(sizeof(T));
  ItemWalk walk(g, {g.h.out, 1}, begin);
  for (int64_t item = begin; item < end; ++item, walk.next()) {
    const Channel<T> channel = channel_of<T>(g, operands, walk);
    if (__builtin_expect(needs_guard<V, kKernel>(g, walk.group), false)) {
      Rows<T> rows = {&g, channel, 0, g.h.out, true, const_cast<T*>(owned_end), nullptr, nullptr};
      run_tiles<V, kKernel, kRows>(rows, blocks);
    } else {
      for (int64_t line = 0; line < plane_bytes; line += 64) {
        prefetch(reinterpret_cast<const char*>(channel.src + g.src_plane) + line);
        prefetch(reinterpret_cast<const char*>(channel.dst + g.dst_plane) + line);
      }
      for (int i = 0; i < plan.count; ++i) {
        const typename TilePlan<V, kKernel>::Step& step = plan.steps[i];
        step.tile(shape, *step.block, channel.src + step.src, channel.dst + step.dst, channel.taps, channel.bias);
      }
    }
  }
  // One more pass over what is still in the second-level cache.
  finish_rows<V>(g.activation, static_cast<T*>(operands.dst) + begin * g.dst_plane, (end - begin) * g.dst_plane);
  return true;
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE2D_SMALL_H_
