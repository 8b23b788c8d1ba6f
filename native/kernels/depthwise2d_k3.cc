// Computes: 3x3 depthwise convolution, stride 1, channels first, any padding; multiplier and shared bank too.
// Refuses: other sizes, strides, dilations, layouts; padding that is not zeros.
// Loop order: output channel, band of rows that fits the first-level cache, column block; down the rows.
// In registers: nine taps, three sums (depthwise2d_k3_strip.h).  Reads beyond: nothing.
#include "kernels/depthwise2d_k3_strip.h"
#include "kernels/depthwise2d_planes.h"
#include "kernels/depthwise2d_tile_rows.h"

namespace depthwise {
namespace {

template <class V, Columns kColumns>
__attribute__((noinline)) void strip(Rows<typename V::Element>& rows, const ColumnBlock<V, 3>& block) {
  k3_strip<V, kColumns>(rows, block);
}

template <class V>
DEPTHWISE_INLINE void run_block(Rows<typename V::Element>& rows, const ColumnBlock<V, 3>& block) {
  if (block.columns == Columns::kInside) return strip<V, Columns::kInside>(rows, block);
  if (!loads_stay_inside<V, 3>(rows, block)) return strip<V, Columns::kMasked>(rows, block);
  switch (block.columns) {
    case Columns::kLeft: return strip<V, Columns::kLeft>(rows, block);
    case Columns::kRight: return strip<V, Columns::kRight>(rows, block);
    case Columns::kBoth: return strip<V, Columns::kBoth>(rows, block);
    default: return strip<V, Columns::kMasked>(rows, block);
  }
}

constexpr int32_t kStep = 7;

template <class T>
void run(const Geometry& g, const Operands& operands, void*, int64_t begin, int64_t end) {
  using V = Vec<T>;
  const bool is_small = g.h.out <= 16;
  run_planes<T, 3>(
      g, operands, begin, end, kStep, [&](Rows<T>& rows, const ColumnBlocks<V, 3>& blocks) DEPTHWISE_INLINE_LAMBDA {
        if (is_small) return run_tiles<V, 3, 7>(rows, blocks);
        blocks.for_each(g.w,
                        [&](const ColumnBlock<V, 3>& block) DEPTHWISE_INLINE_LAMBDA { run_block<V>(rows, block); });
      });
}

const char* refuses(const Geometry& g) { return refuses_planes(g, 3, 1); }

template <class T>
double cost(const Geometry& g) {
  const double blocks = static_cast<double>(ceil_of(g.w.out, Vec<T>::kLanes));
  // Nine multiply-adds a step at two a cycle, reached to about 75 %; taps, first and last rows, the call.
  const double strip_cycles = 6.0 * g.h.out + 15;
  return g.out_channels * (blocks * strip_cycles + 20);
}

template <class T>
constexpr Kernel kernel(ElementType element) {
  return {"depthwise2d_k3_s1", element,         true,    refuses,          cost<T>,
          item_count<kStep>,   no_packed_bytes, no_pack, no_scratch_bytes, run<T>};
}

constexpr Kernel kKernels[] = {kernel<float>(ElementType::kFloat32), kernel<double>(ElementType::kFloat64)};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise2d_k3) = {DEPTHWISE_ISA_NAME, kKernels, 2};

}  // namespace depthwise
