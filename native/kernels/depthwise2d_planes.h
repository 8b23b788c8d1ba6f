// Work items and bands of the kernels that take one plane at a time: Band does rows [begin, end) of a channel.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE2D_PLANES_H_
#define DEPTHWISE_KERNELS_DEPTHWISE2D_PLANES_H_

#include "kernels/depthwise_columns.h"

namespace depthwise {
namespace {

// Input and output of a band, with room for the next one beside them in the first-level cache.
constexpr int64_t kBandBytes = cut_size(13 << 10);

// Rows of a band: about `bytes`, a multiple of `step` where there is more than one.
inline int32_t band_rows(const Geometry& g, int64_t rows, int32_t step, int64_t bytes = kBandBytes) {
  const int64_t row_bytes = (int64_t{g.w.in} * g.h.stride + g.w.out) * static_cast<int64_t>(element_bytes(g.element));
  const int64_t most = max_of(step, bytes / row_bytes);
  return static_cast<int32_t>(rows <= most ? rows : ceil_of(even_parts(rows, most), step) * step);
}

// Where the band of `part` rows from `begin` on ends: a rest that is too low for a tile of `step` rows belongs to it.
DEPTHWISE_INLINE int32_t band_end(int32_t begin, int32_t part, int32_t step, int32_t end) {
  const int64_t part_end = int64_t{begin} + part;
  return static_cast<int32_t>(part_end + step > end ? end : part_end);
}

// run_band(rows, walk) for each band of about `part` rows of the work items [begin, end). Of `rows` only the channel
// and the rows themselves are set, and how far whole vectors may be stored.
template <class T, class Band>
DEPTHWISE_INLINE void for_each_band(const Geometry& g, const Operands& operands, int64_t begin, int64_t end,
                                    const Bands& items, int32_t part, int32_t step, Band run_band) {
  T* const owned_end = static_cast<T*>(operands.dst) + end * g.dst_plane;  // where an item is a whole plane
  ItemWalk walk(g, items, begin);
  for (int64_t item = begin; item < end; ++item, walk.next()) {
    Rows<T> rows;
    rows.g = &g;
    rows.channel = channel_of<T>(g, operands, walk);
    const int32_t item_end = static_cast<int32_t>(min_of(walk.row() + items.rows, g.h.out));
    rows.limit = items.count == 1 ? owned_end : rows.channel.dst + int64_t{item_end} * g.w.out;
    for (rows.begin = static_cast<int32_t>(walk.row()); rows.begin < item_end; rows.begin = rows.end) {
      rows.end = band_end(rows.begin, part, step, item_end);
      run_band(rows, walk);
    }
  }
}

template <class T, int kKernel, class Band>
DEPTHWISE_INLINE void run_planes(const Geometry& g, const Operands& operands, int64_t begin, int64_t end, int32_t step,
                                 Band run_band) {
  using V = Vec<T>;
  const ColumnBlocks<V, kKernel> blocks(g.w);
  const Bands items = item_bands(g, step);
  const int32_t part = band_rows(g, items.rows, step);
  for_each_band<T>(g, operands, begin, end, items, part, step, [&](Rows<T>& rows, const ItemWalk& walk) {
    rows.guarded = needs_guard<V, kKernel>(g, walk.group);
    const int64_t next_ih = min_of(g.h.in, max_of(0, int64_t{rows.end} - g.h.pad + kKernel - 1));
    rows.next_src = reinterpret_cast<uintptr_t>(rows.channel.src + next_ih * g.w.in);
    rows.next_dst = reinterpret_cast<uintptr_t>(rows.channel.dst + int64_t{rows.end} * g.w.out);
    run_band(rows, blocks);
    finish_rows<V>(g.activation, rows.channel.dst + int64_t{rows.begin} * g.w.out,
                   (int64_t{rows.end} - rows.begin) * g.w.out);
  });
}

// What rows cost of which half a vector of 64 bytes would do: each load and store crosses a cache line for nothing, and
// narrower vectors are faster.
template <class T>
double narrow_rows(const Geometry& g) {
  constexpr int kLanes = Vec<T>::kLanes;
  return kLanes * sizeof(T) > 32 && g.w.out <= kLanes / 2 ? 1.25 : 1;
}

// Expected cycles of a stride-1 kernel: `tile_cycles` for each tile of `rows` rows and one vector. Tiles that see other
// padding than none or half a kernel are copied first.
template <class T>
double plane_cycles(const Geometry& g, int32_t rows, double tile_cycles) {
  const double blocks = static_cast<double>(ceil_of(g.w.out, Vec<T>::kLanes));
  const double tiles = static_cast<double>(ceil_of(g.h.out, rows));
  const auto is_odd = [](const Axis& axis) {
    const int32_t end = axis.out - 1 - axis.pad + axis.kernel - axis.in;  // padding that the last output sees
    return (axis.pad != 0 && axis.pad != axis.kernel / 2) || (end > 0 && end != axis.kernel / 2);
  };
  const double inner_blocks = is_odd(g.w) ? max_of(0, static_cast<int64_t>(blocks) - 2) : blocks;
  const double inner_tiles = is_odd(g.h) ? max_of(0, static_cast<int64_t>(tiles) - 2) : tiles;
  const double copied = blocks * tiles - inner_blocks * inner_tiles;
  const double cycles = blocks * tiles * tile_cycles + copied * 6.0 * (rows + g.h.kernel) + 30;
  return static_cast<double>(g.out_channels) * g.d.out * cycles * narrow_rows<T>(g);
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE2D_PLANES_H_
