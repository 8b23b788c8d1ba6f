// Computes: 5x5 depthwise convolution, stride 1, channels first, any padding; multiplier and shared bank too.
// Refuses: other sizes, strides, dilations, layouts; padding that is not zeros.
// Loop order: output channel, band of rows that fits the first-level cache, tile of rows, column block.
// In registers: the sums of a tile, the taps of one column (depthwise2d_tile.h).  Reads beyond: nothing.
#include "kernels/depthwise2d_small.h"

namespace depthwise {
namespace {

// Rows of a tile: 8 sums keep both multipliers busy, 7 nearly; fewer for planes that are not that high.
int32_t tile_rows(const Geometry& g) {
  if (g.h.out < 7) return 4;
  return ceil_of(g.h.out, 8) < ceil_of(g.h.out, 7) && g.h.out >= 8 ? 8 : 7;
}

template <class T>
void run(const Geometry& g, const Operands& operands, void*, int64_t begin, int64_t end) {
  if (tile_rows(g) == 8) {
    if (!run_small_tiles<T, 5, 8>(g, operands, begin, end))
      run_planes<T, 5>(g, operands, begin, end, tile_rows(g), run_tiles<Vec<T>, 5, 8>);
  } else if (tile_rows(g) == 7) {
    if (!run_small_tiles<T, 5, 7>(g, operands, begin, end))
      run_planes<T, 5>(g, operands, begin, end, tile_rows(g), run_tiles<Vec<T>, 5, 7>);
  } else if (!run_small_tiles<T, 5, 4>(g, operands, begin, end)) {
    run_planes<T, 5>(g, operands, begin, end, tile_rows(g), run_tiles<Vec<T>, 5, 4>);
  }
}

const char* refuses(const Geometry& g) { return refuses_planes(g, 5, 1); }

template <class T>
double cost(const Geometry& g) {
  const double blocks = static_cast<double>(ceil_of(g.w.out, Vec<T>::kLanes));
  const int32_t rows = tile_rows(g);
  const double tiles = static_cast<double>(ceil_of(g.h.out, rows));
  return g.out_channels * (blocks * tiles * (5 * 5 * (rows * 0.55 + 0.5) + 15) + 20);
}

template <class T>
constexpr Kernel kernel(ElementType element) {
  return {"depthwise2d_k5_s1",   element,         true,    refuses,          cost<T>,
          item_count<tile_rows>, no_packed_bytes, no_pack, no_scratch_bytes, run<T>};
}

constexpr Kernel kKernels[] = {kernel<float>(ElementType::kFloat32), kernel<double>(ElementType::kFloat64)};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise2d_k5) = {DEPTHWISE_ISA_NAME, kKernels, 2};

}  // namespace depthwise
