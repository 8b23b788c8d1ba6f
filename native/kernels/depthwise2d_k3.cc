// Computes: 3x3 depthwise convolution, stride 1, channels first, any padding; multiplier and shared bank too.
// Refuses: other sizes, strides, dilations, layouts; padding that is not zeros.
// Loop order: output channel, band of rows that fits the first-level cache, column block; down the rows.
// In registers: nine taps, three sums (depthwise2d_k3_strip.h).  Reads beyond: nothing.
#include "kernels/depthwise2d_k3_strip.h"

namespace depthwise {
namespace {

constexpr int64_t kCacheBytes = 13 << 10;  // input and output of a band, with room for the next one beside them

template <class V, Columns kColumns, int kVectors>
__attribute__((noinline)) void strip(Rows<typename V::Element>& rows, const ColumnBlock<V, 3>& block) {
  k3_strip<V, kColumns, kVectors>(rows, block);
}

// Whether plain loads of a block that touches the side padding stay inside the image.
template <class V>
DEPTHWISE_INLINE bool loads_stay_inside(const Rows<typename V::Element>& rows, const ColumnBlock<V, 3>& block) {
  const Geometry& g = *rows.g;
  const int64_t first = max_of(0, rows.begin - g.h.pad), last = min_of(g.h.in, int64_t{rows.end} - g.h.pad + 2) - 1;
  return first * g.w.in + block.iw >= rows.channel.src_begin - rows.channel.src &&
         last * g.w.in + block.iw + 2 + V::kLanes <= rows.channel.src_end - rows.channel.src;
}

template <class V>
DEPTHWISE_INLINE void run_block(Rows<typename V::Element>& rows, const ColumnBlock<V, 3>& block) {
  if (block.columns == Columns::kInside) return strip<V, Columns::kInside, 1>(rows, block);
  if (!loads_stay_inside<V>(rows, block)) return strip<V, Columns::kMasked, 1>(rows, block);
  switch (block.columns) {
    case Columns::kLeft: return strip<V, Columns::kLeft, 1>(rows, block);
    case Columns::kRight: return strip<V, Columns::kRight, 1>(rows, block);
    case Columns::kBoth: return strip<V, Columns::kBoth, 1>(rows, block);
    default: return strip<V, Columns::kMasked, 1>(rows, block);
  }
}

template <class T>
void run(const Geometry& g, const Operands& operands, void*, int64_t begin, int64_t end) {
  using V = Vec<T>;
  const Bands items = item_bands(g);
  const ColumnBlocks<V, 3> blocks(g.w);
  const int64_t row_bytes = (int64_t{g.w.in} + g.w.out) * static_cast<int64_t>(sizeof(T));
  const int64_t cached_rows = max_of(8, kCacheBytes / row_bytes);
  T* const owned_end = static_cast<T*>(operands.dst) + end * g.dst_plane;  // where an item is a whole plane
  for (int64_t item = begin; item < end; ++item) {
    const int64_t m = item % g.out_per_group, band = item / g.out_per_group % items.count;
    const int64_t group = item / g.out_per_group / items.count;
    Rows<T> rows;
    rows.g = &g;
    rows.channel = channel_of<T>(g, operands, group * g.out_per_group + m);
    const int64_t item_begin = band * items.rows, item_end = min_of(item_begin + items.rows, g.h.out);
    rows.limit = items.count == 1 ? owned_end : rows.channel.dst + item_end * g.w.out;
    const int64_t parts = ceil_of(item_end - item_begin, cached_rows);
    const int64_t part = parts > 0 ? ceil_of(item_end - item_begin, parts) : 1;
    for (int64_t oh = item_begin; oh < item_end; oh += part) {
      rows.begin = static_cast<int32_t>(oh);
      rows.end = static_cast<int32_t>(min_of(oh + part, item_end));
      const int64_t next_ih = min_of(g.h.in, max_of(0, int64_t{rows.end} - g.h.pad + 2));
      rows.next_src = reinterpret_cast<const char*>(rows.channel.src + next_ih * g.w.in);
      rows.next_dst = reinterpret_cast<const char*>(rows.channel.dst + int64_t{rows.end} * g.w.out);
      for (int32_t i = 0; i < blocks.count; ++i) {
        if (i < blocks.kKept)
          run_block<V>(rows, blocks.kept[i]);
        else
          run_block<V>(rows, blocks.make(g.w, i));
      }
      finish_rows<V>(g.activation, rows.channel.dst + oh * g.w.out, (rows.end - oh) * g.w.out);
    }
  }
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
          item_count,          no_packed_bytes, no_pack, no_scratch_bytes, run<T>};
}

constexpr Kernel kKernels[] = {kernel<float>(ElementType::kFloat32), kernel<double>(ElementType::kFloat64)};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise2d_k3) = {DEPTHWISE_ISA_NAME, kKernels, 2};

}  // namespace depthwise
