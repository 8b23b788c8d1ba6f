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
    Tile<V, kKernel> function;
    TilePlace place;
    const ColumnBlock<V, kKernel>* block;
    int64_t src, dst;  // from the beginning of a plane
  };
  int count = 0;
  Step steps[kMost];

  // All column blocks of the rows from `oh` on. False: does not fit.
  bool add_rows(const Geometry& g, const ColumnBlocks<V, kKernel>& blocks, int32_t oh, const Tiles<V, kKernel>& tiles,
                TilePlace place) {
    if (blocks.count > blocks.kKept || count + blocks.count > kMost) return false;
    for (int32_t i = 0; i < blocks.count; ++i) {
      const ColumnBlock<V, kKernel>& block = blocks.kept[i];
      if (block.columns == Columns::kMasked) return false;
      steps[count++] = {tiles.at(place, block.columns), place, &block, (int64_t{oh} - g.h.pad) * g.w.in + block.iw,
                        int64_t{oh} * g.w.out + block.ow};
    }
    return true;
  }
};

// False where the planes are too large, too low, or padded in another way than by half a kernel.
template <class V, int kKernel>
bool plan_tiles(const Geometry& g, const Tiles<V, kKernel>& tiles, const ColumnBlocks<V, kKernel>& blocks,
                TilePlan<V, kKernel>* plan) {
  if (g.h.out < tiles.rows) return false;
  for (int32_t next = 0; next < g.h.out;) {
    const int32_t oh = tile_begin<kKernel>(g.h, tiles.rows, next, 0, g.h.out);
    next = oh + tiles.rows;
    TilePlace place;
    if (!tile_place<kKernel>(g.h, oh, tiles.rows, &place)) return false;
    if (!plan->add_rows(g, blocks, oh, tiles, place)) return false;
  }
  return true;
}

// The rows of a work item that is a whole plane.
template <class T>
Rows<T> plane_rows(const Geometry& g, const Operands& operands, int64_t item, T* limit) {
  const ItemWalk walk(g, {g.h.out, 1}, item);
  return {&g, channel_of<T>(g, operands, walk), 0, g.h.out, true, limit, 0, 0};
}

// Work items [begin, end), each a whole plane. `whole`: whole_planes() where a plane is one tile that it takes, or
// null. guarded(item) takes a plane near an end of the image, where plain loads of its edges could leave it.
template <class V, int kKernel, class Whole, class Guarded>
DEPTHWISE_INLINE void run_small_planes(const Geometry& g, const Operands& operands, int64_t begin, int64_t end,
                                       const TileShape<typename V::Element>& shape, const TilePlan<V, kKernel>& plan,
                                       Whole whole, Guarded guarded) {
  using T = typename V::Element;
  // Groups whose plain loads all stay inside the image.
  const int64_t free_begin = ceil_of(kKernel, g.src_plane);
  const int64_t free_end = g.groups - ceil_of(kKernel + V::kLanes, g.src_plane);
  const T zero = 0;
  const T* const src = static_cast<const T*>(operands.src);
  T* const dst = static_cast<T*>(operands.dst);
  // Together: the planes of a group, which read the same input, or those of groups that have one plane each.
  const bool is_one = g.out_per_group == 1, has_own_taps = !(is_one && g.shared_bank);
  PlaneRun<T> run = {};
  run.src_step = is_one ? g.src_plane : 0;
  run.dst_step = g.dst_plane;
  run.taps_step = has_own_taps ? kKernel * kKernel : 0;
  run.bias_step = has_own_taps && operands.bias ? 1 : 0;
  for (int64_t item = begin; item < end; item += run.count) {
    const int64_t group = item / g.out_per_group, m = item % g.out_per_group, kernel = g.shared_bank ? m : item;
    if (__builtin_expect(group < free_begin || group >= free_end, false)) {
      guarded(item);
      run.count = 1;
      continue;
    }
    run.count = min_of(is_one ? free_end - item : g.out_per_group - m, end - item);
    run.src = src + group * g.src_plane;
    run.dst = dst + item * g.dst_plane;
    run.taps = static_cast<const T*>(operands.weight) + kernel * (kKernel * kKernel);
    run.bias = operands.bias ? static_cast<const T*>(operands.bias) + kernel : &zero;
    if (whole) {
      run.src += plan.steps[0].src;
      whole(shape, *plan.steps[0].block, run);
      continue;
    }
    for (int64_t i = 0; i < run.count; ++i) {
      const typename TilePlan<V, kKernel>::Step* step = plan.steps;
      do {
        step->function(shape, step->place, *step->block, run.src + step->src, run.dst + step->dst, run.taps, *run.bias);
      } while (++step != plan.steps + plan.count);
      run.src += run.src_step;
      run.dst += run.dst_step;
      run.taps += run.taps_step;
      run.bias += run.bias_step;
    }
  }
  // One more pass over what is still in the second-level cache.
  finish_rows<V>(g.activation, dst + begin * g.dst_plane, (end - begin) * g.dst_plane);
}

// Small planes; false where there are none for this geometry.
template <class V, int kKernel>
__attribute__((noinline)) bool run_small_tiles(const Tiles<V, kKernel>& tiles, const Geometry& g,
                                               const Operands& operands, int64_t begin, int64_t end) {
  using T = typename V::Element;
  if (item_bands(g, tiles.rows).count != 1) return false;
  const ColumnBlocks<V, kKernel> blocks(g.w);
  TilePlan<V, kKernel> plan;
  if (!plan_tiles<V, kKernel>(g, tiles, blocks, &plan)) return false;
  T* const owned_end = static_cast<T*>(operands.dst) + end * g.dst_plane;
  const bool is_whole =
      plan.count == 1 && plan.steps[0].place == TilePlace::kWhole && plan.steps[0].block->columns != Columns::kInside;
  run_small_planes<V, kKernel>(
      g, operands, begin, end, tile_shape<T>(g, owned_end), plan, is_whole ? tiles.whole_planes : nullptr,
      [&](int64_t item) { run_tiles<V, kKernel>(tiles, plane_rows(g, operands, item, owned_end), blocks); });
  return true;
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE2D_SMALL_H_
