// Computes: 3x3 depthwise convolution, stride 1, channels first, any padding; multiplier and shared bank too.
// Refuses: other sizes, strides, dilations, layouts; padding that is not zeros.
// Loop order: output channel, band of rows that fits the first-level cache, column block; down the rows.
// In registers: nine taps, three sums (depthwise2d_k3_strip.h).  Reads beyond: nothing.
#include "kernels/depthwise2d_k3_strip.h"
#include "kernels/depthwise2d_small.h"

namespace depthwise {
namespace {

template <class V, Columns kColumns>
__attribute__((noinline)) void strip(Strips<typename V::Element>& strips, const ColumnBlock<V, 3>& block) {
  k3_strip<V, kColumns>(strips, block);
}

template <class V>
DEPTHWISE_INLINE void run_strips(Rows<typename V::Element>& rows, const ColumnBlocks<V, 3>& blocks) {
  using T = typename V::Element;
  using Strip = void (*)(Strips<T>&, const ColumnBlock<V, 3>&);
  static constexpr Strip kStrip[] = {strip<V, Columns::kInside>, strip<V, Columns::kLeft>, strip<V, Columns::kRight>,
                                     strip<V, Columns::kBoth>};
  const Geometry& g = *rows.g;
  const int32_t first_ih = rows.begin - g.h.pad, last_ih = rows.end - g.h.pad + 1;
  const bool fits = rows.end - rows.begin >= 3 && first_ih >= -1 && last_ih <= g.h.in;
  Strips<T> strips = {rows.channel.src + int64_t{first_ih} * g.w.in,
                      rows.channel.dst + int64_t{rows.begin} * g.w.out,
                      g.w.in,
                      g.w.out,
                      rows.channel.taps,
                      rows.channel.bias,
                      g.activation,
                      rows.end - rows.begin - 2,
                      first_ih >= 0,
                      last_ih < g.h.in,
                      g.w.out,
                      rows.limit,
                      rows.next_src,
                      rows.next_dst};
  blocks.for_each(g.w, [&](const ColumnBlock<V, 3>& block) DEPTHWISE_INLINE_LAMBDA {
    if (fits && (block.columns == Columns::kInside ||
                 (block.columns != Columns::kMasked && (!rows.guarded || loads_stay_inside<V, 3>(rows, block)))))
      kStrip[static_cast<int>(block.columns)](strips, block);
    else
      k3_masked_strip<V>(rows, block);
  });
}

constexpr int32_t kStep = 7;

template <class T>
void run(const Geometry& g, const Operands& operands, void*, int64_t begin, int64_t end) {
  using V = Vec<T>;
  if (g.h.out <= 16 && run_small_planes<T, 3, 7>(g, operands, begin, end)) return;
  run_planes<T, 3>(g, operands, begin, end, kStep, run_strips<V>);
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
