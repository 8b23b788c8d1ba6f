// Computes: 3x3 depthwise convolution, stride 1, channels first, any padding; multiplier and shared bank too.
// Refuses: other sizes, strides, dilations, layouts; padding that is not zeros.
// Loop order: output channel, band of rows that fits the first-level cache, column block; down the rows. With AVX-512 a
//   band of rows that fits the second-level one, or all, and strips of several vectors. Without, rows that meet in
//   the first-level cache go along memory, two at a time.
// In registers: nine taps, three sums (depthwise2d_k3_strip.h), or twelve side by side with AVX-512
//   (depthwise2d_k3_wide.h); low planes all their sums.  Reads beyond: nothing.
#include "kernels/depthwise2d_k3_strip.h"
#include "kernels/depthwise2d_k3_wide.h"
#include "kernels/depthwise2d_small.h"
#include "kernels/depthwise2d_sweep.h"

namespace depthwise {
namespace {

int32_t band_step(const Geometry&) { return 7; }

// With planes of one tile in a loop of their own.
template <class V, int kRows>
constexpr Tiles<V, 3> with_whole_planes() {
  Tiles<V, 3> tiles = kTiles<V, 3, kRows, false>;
  tiles.whole_planes = whole_planes<V, 3, kRows>;
  return tiles;
}
template <class V>
constexpr Tiles<V, 3> kLowTiles = with_whole_planes<V, 4>();
template <class V>
constexpr Tiles<V, 3> kHighTiles = with_whole_planes<V, 7>();

// The tile for what is copied first.
constexpr int kCopiedRows = 4;
template <class V>
constexpr Tiles<V, 3> kCopiedTiles = {
    kCopiedRows, {{tile_at<V, 3, kCopiedRows, false, TilePlace::kMiddle, true>(), nullptr}}, nullptr};

// Rows of other padding than the strips know, or too few of them.
template <class V>
__attribute__((noinline)) void run_copied(const Rows<typename V::Element>& rows, const ColumnBlocks<V, 3>& blocks) {
  for (int32_t oh = rows.begin; oh < rows.end; oh += kCopiedRows) {
    const int32_t end = static_cast<int32_t>(min_of(int64_t{oh} + kCopiedRows, rows.end));
    blocks.for_each(rows.g->w, [&](const ColumnBlock<V, 3>& block) DEPTHWISE_INLINE_LAMBDA {
      copied_tile<V, 3, 1>(kCopiedTiles<V>, rows, block, oh, end);
    });
  }
}

template <class V>
DEPTHWISE_INLINE void run_strips(Rows<typename V::Element>& rows, const ColumnBlocks<V, 3>& blocks, bool are_regular,
                                 const SweptColumns& swept = {0, 0}) {
  using T = typename V::Element;
  const Geometry& g = *rows.g;
  StripShape<T> shape;
  if (!strip_shape<T>(rows, &shape)) return run_copied<V>(rows, blocks);
  const T* src = rows.channel.src + (int64_t{rows.begin} - g.h.pad) * g.w.in;
  T* dst = rows.channel.dst + int64_t{rows.begin} * g.w.out;
  const auto masked = [&](const ColumnBlock<V, 3>& block) DEPTHWISE_INLINE_LAMBDA {
    k3_masked_strip<V>(shape, block, src, dst, rows.channel.taps, rows.channel.bias);
  };
  if (!are_regular) return blocks.for_each(g.w, masked);
  const auto is_masked = [&](const ColumnBlock<V, 3>& block) DEPTHWISE_INLINE_LAMBDA {
    return block.columns == Columns::kMasked || (rows.guarded && !loads_stay_inside<V, 3>(rows, block));
  };
  int32_t first = 0, last = blocks.count;
  if (__builtin_expect(is_masked(blocks.last), false)) {
    masked(blocks.last);
    if (--last == 0) return;
  }
  if (__builtin_expect(is_masked(blocks.first), false)) {
    masked(blocks.first);
    if (++first >= last) return;
  }
  if (!HasHalf<V> && !swept.is_empty()) {
    k3_sweep<V>(shape, swept, src, dst, rows.channel.taps, rows.channel.bias);
    // The strips at its sides.
    const int32_t swept_first = static_cast<int32_t>(swept.begin / V::kLanes);
    if (first < swept_first)
      k3_strips<V>(shape, blocks, first, swept_first, src, dst, rows.channel.taps, rows.channel.bias);
    first = static_cast<int32_t>(max_of(first, swept.end / V::kLanes));
    if (first >= last) return;
  }
  k3_strips<V>(shape, blocks, first, last, src, dst, rows.channel.taps, rows.channel.bias);
}

// Planes of kRows rows of a vector or less, whose sums 32 registers hold all at once; false where there are none.
template <class V, int kRows>
bool run_low_planes(const Geometry& g, const Operands& operands, int64_t begin, int64_t end) {
  using T = typename V::Element;
  TilePlace place;
  if (g.h.out != kRows || g.w.out > V::kLanes || !tile_place<3>(g.h, 0, kRows, &place)) return false;
  const ColumnBlocks<V, 3> blocks(g.w);
  if (place != TilePlace::kWhole || blocks.kept[0].columns != Columns::kBoth) return false;
  TilePlan<V, 3> plan;
  plan.count = 1;
  plan.steps[0] = {nullptr, place, &blocks.kept[0], -int64_t{g.h.pad} * g.w.in + blocks.kept[0].iw, 0};
  T* const owned_end = static_cast<T*>(operands.dst) + end * g.dst_plane;
  run_small_planes<V, 3>(g, operands, begin, end, tile_shape<T>(g, owned_end), plan, whole_planes<V, 3, kRows>,
                         [&](int64_t item) {
                           Rows<T> rows = plane_rows(g, operands, item, owned_end);
                           run_strips<V>(rows, blocks, false);
                         });
  return true;
}

template <class T>
void run(const Geometry& g, const Operands& operands, int64_t begin, int64_t end) {
  using V = Vec<T>;
  if constexpr (HasHalf<V>) {
    if (run_wide<V>(kK3Strips<V>, g, operands, begin, end, band_step(g))) return;
    if (run_low_planes<V, 7>(g, operands, begin, end) || run_low_planes<V, 14>(g, operands, begin, end)) return;
  } else if constexpr (sizeof(T) == 4) {
    // Two tiles high at most: with more, strips waste fewer rows. float64 is seldom asked for, and does with strips.
    if (g.h.out <= 6 && run_small_tiles<V, 3>(kLowTiles<V>, g, operands, begin, end)) return;
    if (g.h.out <= 14 && run_small_tiles<V, 3>(kHighTiles<V>, g, operands, begin, end)) return;
  }
  // What is left where there are wide strips is odd, or narrow, and masks cost little there: nobody asks.
  const bool are_regular = !HasHalf<V> && ColumnBlocks<V, 3>(g.w).are_regular(g.w);
  const SweptColumns swept = HasHalf<V> ? SweptColumns{0, 0} : swept_columns<T>(g, 64, 1);
  run_planes<T, 3>(g, operands, begin, end, band_step(g),
                   [&](Rows<T>& rows, const ColumnBlocks<V, 3>& blocks)
                       DEPTHWISE_INLINE_LAMBDA { run_strips<V>(rows, blocks, are_regular, swept); });
}

const char* refuses(const Geometry& g) { return refuses_planes(g, 3, 1); }

// Nine multiply-adds a row and vector at two a cycle, reached to about 75 %; taps, first and last rows, the call.
template <class T>
double cost(const Geometry& g) {
  const double blocks = static_cast<double>(ceil_of(g.w.out, Vec<T>::kLanes));
  const double strip_cycles = 6.0 * g.h.out + 15;
  return static_cast<double>(g.out_channels) * g.d.out * (blocks * strip_cycles * narrow_rows<T>(g) + 30);
}

template <class T>
constexpr Kernel kernel(ElementType element) {
  return unpacked_kernel("depthwise2d_k3_s1", element, refuses, cost<T>, item_count<band_step>,
                         run_depths<band_step, run<T>>);
}

constexpr Kernel kKernels[] = {
    kernel<float>(ElementType::kFloat32),
#if DEPTHWISE_ISA_CODE != DEPTHWISE_IS_sse2  // depthwise_any serves
    kernel<double>(ElementType::kFloat64),
#endif
};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise2d_k3) = {
    DEPTHWISE_ISA_NAME, kKernels, static_cast<int32_t>(sizeof kKernels / sizeof kKernels[0])};

}  // namespace depthwise
