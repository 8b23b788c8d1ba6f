// Computes: 3x3 depthwise convolution, stride 1, channels first, any padding; multiplier and shared bank too.
// Refuses: other sizes, strides, dilations, layouts; padding that is not zeros.
// Loop order: output channel, band of rows that fits the first-level cache, column block; down the rows.
// In registers: nine taps, three sums (depthwise2d_k3_strip.h).  Reads beyond: nothing.
#include "kernels/depthwise2d_k3_strip.h"
#include "kernels/depthwise2d_small.h"

namespace depthwise {
namespace {

int32_t band_step(const Geometry&) { return 7; }

template <class V>
DEPTHWISE_INLINE void run_strips(Rows<typename V::Element>& rows, const ColumnBlocks<V, 3>& blocks, bool are_regular) {
  using T = typename V::Element;
  const Geometry& g = *rows.g;
  StripShape<T> shape;
  if (!strip_shape<T>(rows, &shape) || !are_regular)
    return blocks.for_each(g.w, [&](const ColumnBlock<V, 3>& block) { k3_masked_strip<V>(rows, block); });
  int32_t first = 0, last = blocks.count;
  if (__builtin_expect(rows.guarded, false)) {
    if (!loads_stay_inside<V, 3>(rows, blocks.last)) {
      k3_masked_strip<V>(rows, blocks.last);
      if (--last == 0) return;
    }
    if (!loads_stay_inside<V, 3>(rows, blocks.first)) {
      k3_masked_strip<V>(rows, blocks.first);
      if (++first >= last) return;
    }
  }
  k3_strips<V>(shape, blocks, first, last, rows.channel.src + (int64_t{rows.begin} - g.h.pad) * g.w.in,
               rows.channel.dst + int64_t{rows.begin} * g.w.out, rows.channel.taps, rows.channel.bias);
}

template <class T>
void run(const Geometry& g, const Operands& operands, void*, int64_t begin, int64_t end) {
  using V = Vec<T>;
  // Two tiles high at most: with more, strips waste fewer rows.
  if (g.h.out <= 14 && run_small_tiles<T, 3, 7>(g, operands, begin, end)) return;
  const bool are_regular = ColumnBlocks<V, 3>(g.w).are_regular(g.w);
  run_planes<T, 3>(g, operands, begin, end, band_step(g),
                   [&](Rows<T>& rows, const ColumnBlocks<V, 3>& blocks)
                       DEPTHWISE_INLINE_LAMBDA { run_strips<V>(rows, blocks, are_regular); });
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
  return {"depthwise2d_k3_s1",   element,         true,    refuses,          cost<T>,
          item_count<band_step>, no_packed_bytes, no_pack, no_scratch_bytes, run<T>};
}

constexpr Kernel kKernels[] = {kernel<float>(ElementType::kFloat32), kernel<double>(ElementType::kFloat64)};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise2d_k3) = {DEPTHWISE_ISA_NAME, kKernels, 2};

}  // namespace depthwise
