// The kernels of depthwise2d_k5.cc and depthwise2d_k7.cc: k x k, stride 1, by tiles (depthwise2d_tile.h), or in pairs
// of rows (depthwise2d_sweep.h).
#ifndef DEPTHWISE_KERNELS_DEPTHWISE2D_SQUARE_H_
#define DEPTHWISE_KERNELS_DEPTHWISE2D_SQUARE_H_

#include "kernels/depthwise2d_small.h"
#include "kernels/depthwise2d_sweep.h"

namespace depthwise {
namespace {

template <class T, int kKernel>
void run_square(const Geometry& g, const Operands& operands, int64_t begin, int64_t end) {
  using V = Vec<T>;
  const Tiles<V, kKernel>& tiles = tiles_for<V, kKernel>(g);
  if (run_small_tiles<V, kKernel>(tiles, g, operands, begin, end)) return;
  const SweptColumns swept = swept_columns<T>(g, 8, kSweptVectors);
  run_planes<T, kKernel>(g, operands, begin, end, tiles.rows,
                         [&](const Rows<T>& rows, const ColumnBlocks<V, kKernel>& blocks) DEPTHWISE_INLINE_LAMBDA {
                           const int32_t last = rows.end - 2;
                           const SweptColumns done = last < rows.begin ? SweptColumns{0, 0} : swept;
                           if (!done.is_empty())
                             for (int32_t oh = rows.begin; oh < rows.end; oh += 2)
                               sweep_pair<V>(g, rows.channel, oh < last ? oh : last, done);
                           run_tiles<V, kKernel>(tiles, rows, blocks, done);
                         });
}

template <int kKernel>
const char* refuses_square(const Geometry& g) {
  return refuses_planes(g, kKernel, 1);
}

template <class T, int kKernel>
double square_cost(const Geometry& g) {
  const int32_t rows = tile_rows(g);
  return plane_cycles<T>(g, rows, kKernel * kKernel * tap_cycles(rows) + 20);
}

template <class T, int kKernel>
constexpr Kernel square_kernel(const char* name, ElementType element) {
  return unpacked_kernel(name, element, refuses_square<kKernel>, square_cost<T, kKernel>, item_count<tile_rows>,
                         run_depths<tile_rows, run_square<T, kKernel>>);
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE2D_SQUARE_H_
