// Computes: depthwise convolution over volumes, channels first: 3x3 or 5x5 in a plane, stride 1, up to 7 taps along the
//   depth with any stride and dilation, any padding; multiplier and shared bank too.
// Refuses: other sizes, strides and dilations in a plane, more depth taps, layouts; padding that is not zeros;
//   float64.
// Loop order: output channel, band of rows, output depth, tile of rows, column block, depth tap.
// In registers: the sums of a tile over all depth taps, the taps of one column (depthwise2d_tile.h).
// Reads beyond: nothing.
#include "kernels/depthwise2d_planes.h"
#include "kernels/depthwise2d_tile_rows.h"

namespace depthwise {
namespace {

// Input planes of one output depth, and that output: they stay in the second-level cache for the next depths. Whole
// planes where they fit: memory that is read in order comes sooner, and the first-level cache gains nothing more.
constexpr int64_t kDeepBandBytes = cut_size(256 << 10);

// How a channel is cut: work items of `depths` output depths and `rows` output rows, which go through the depths a part
// of `part` rows at a time.
struct DeepBands {
  int32_t rows, depths, part;
  int64_t row_bands, depth_bands;
};

inline DeepBands deep_bands(const Geometry& g) {
  constexpr int64_t kItemMultiplyAdds = cut_size(int64_t{2} << 20);
  const int64_t step = deep_rows(g), row_work = g.taps * g.w.out;
  const auto rows_of = [&](int64_t most) {
    return most >= g.h.out ? g.h.out : static_cast<int32_t>(ceil_of(even_parts(g.h.out, most), step) * step);
  };
  DeepBands bands;
  bands.depths = even_parts(g.d.out, max_of(1, kItemMultiplyAdds / (row_work * min_of(step, g.h.out))));
  bands.rows = rows_of(max_of(step, kItemMultiplyAdds / (row_work * bands.depths)));
  bands.depth_bands = ceil_of(g.d.out, bands.depths);
  bands.row_bands = ceil_of(g.h.out, bands.rows);
  const int64_t planes = min_of(g.d.kernel, g.d.in);
  const int64_t row_bytes = (planes * g.w.in + g.w.out) * static_cast<int64_t>(element_bytes(g.element));
  bands.part = static_cast<int32_t>(min_of(bands.rows, rows_of(max_of(step, kDeepBandBytes / row_bytes))));
  return bands;
}

// One work item: output depths [od_begin, od_end) and rows [begin, end) of a channel.
template <class V, int kKernel>
struct DeepItem {
  using T = typename V::Element;
  const Geometry& g;
  const Tiles<V, kKernel>& tiles;
  const ColumnBlocks<V, kKernel>& blocks;
  Channel<T> channel;
  int64_t group;
  int32_t od_begin, od_end, begin, end, part;
  T* owned_end;  // what lies before it, behind this item, is written later by the same call

  // The rows of one output depth; channel.src and the taps are those of the first depth tap inside the input.
  Rows<T> rows_at(int32_t od, int32_t row_begin, int32_t row_end) const {
    const int64_t src_hw = int64_t{g.h.in} * g.w.in, dst_hw = int64_t{g.h.out} * g.w.out;
    const int64_t first = int64_t{od} * g.d.stride - g.d.pad;
    const int64_t kd_begin = min_of(g.d.kernel, first < 0 ? ceil_of(-first, g.d.dilation) : 0);
    const int64_t kd_end = max_of(kd_begin, min_of(g.d.kernel, ceil_of(max_of(0, g.d.in - first), g.d.dilation)));
    const int64_t id = first + kd_begin * g.d.dilation;
    Rows<T> rows = {&g, channel, row_begin, row_end, true, nullptr, 0, 0};
    rows.channel.src += id * src_hw;
    rows.channel.taps += kd_begin * (kKernel * kKernel);
    rows.channel.dst += od * dst_hw;
    rows.depth_taps = static_cast<int32_t>(kd_end - kd_begin);
    rows.depth_step = g.d.dilation * src_hw;
    const int64_t before = group * g.d.in + id;  // planes before the first one, and behind the last one
    const int64_t behind = int64_t{g.groups} * g.d.in - before - (rows.depth_taps - 1) * int64_t{g.d.dilation} - 1;
    rows.guarded = before * src_hw < kKernel || behind * src_hw < kKernel + V::kLanes;
    // Plane after plane in the order of memory: a short last row may spill into the next plane.
    const bool is_plane = row_begin == 0 && row_end == g.h.out;
    rows.limit = is_plane ? owned_end : rows.channel.dst + int64_t{row_end} * g.w.out;
    // The next output depth: the input plane that it adds to these, and its own.
    const int64_t next_row = max_of(0, int64_t{row_begin} - g.h.pad);
    const int64_t next_plane = rows.depth_taps == 0 ? 0 : (rows.depth_taps - 1) * rows.depth_step + g.d.stride * src_hw;
    rows.next_src = reinterpret_cast<uintptr_t>(rows.channel.src + next_plane + next_row * g.w.in);
    rows.next_dst = reinterpret_cast<uintptr_t>(rows.channel.dst + dst_hw + int64_t{row_begin} * g.w.out);
    return rows;
  }

  void run() const {
    for (int32_t row = begin; row < end;) {
      const int32_t row_end = band_end(row, part, tiles.rows, end);
      for (int32_t od = od_begin; od < od_end; ++od) {
        Rows<T> rows = rows_at(od, row, row_end);
        run_tiles<V, kKernel, kMostDepthTaps>(tiles, rows, blocks);
        finish_rows<V>(g.activation, rows.channel.dst + int64_t{row} * g.w.out, int64_t{row_end - row} * g.w.out);
      }
      row = row_end;
    }
  }
};

template <class T, int kKernel>
void run(const Geometry& g, const Operands& operands, void*, int64_t begin, int64_t end) {
  using V = Vec<T>;
  const DeepBands bands = deep_bands(g);
  const Tiles<V, kKernel>& tiles = tiles_for<V, kKernel, true>(g);
  const ColumnBlocks<V, kKernel> blocks(g.w);
  const int64_t count = bands.depth_bands * bands.row_bands;
  ItemWalk walk(g, {bands.rows, count}, begin);
  for (int64_t item = begin; item < end; ++item, walk.next()) {
    const int32_t od = static_cast<int32_t>(walk.band / bands.row_bands) * bands.depths;
    const int32_t row = static_cast<int32_t>(walk.band % bands.row_bands) * bands.rows;
    const int32_t od_end = static_cast<int32_t>(min_of(int64_t{od} + bands.depths, g.d.out));
    const int32_t row_end = static_cast<int32_t>(min_of(int64_t{row} + bands.rows, g.h.out));
    const Channel<T> channel = channel_of<T>(g, operands, walk);
    T* const owned_end = count == 1 ? static_cast<T*>(operands.dst) + end * g.dst_plane
                                    : channel.dst + int64_t{od_end} * g.h.out * g.w.out;
    const DeepItem<V, kKernel> deep = {g,      tiles, blocks,  channel,    walk.group, od,
                                       od_end, row,   row_end, bands.part, owned_end};
    deep.run();
  }
}

template <int kKernel>
const char* refuses(const Geometry& g) {
  if (g.d.kernel > kMostDepthTaps) return "too many depth taps";
  return refuses_square_planes(g, kKernel, 1);
}

template <class T, int kKernel>
double cost(const Geometry& g) {
  const int32_t rows = deep_rows(g);
  const double taps = static_cast<double>(g.taps);
  return 60 + plane_cycles<T>(g, rows, taps * tap_cycles(rows) + 25);
}

int64_t work_items(const Geometry& g) {
  const DeepBands bands = deep_bands(g);
  return g.out_channels * bands.row_bands * bands.depth_bands;
}

template <class T, int kKernel>
constexpr Kernel kernel(const char* name, ElementType element) {
  return unpacked_kernel(name, element, refuses<kKernel>, cost<T, kKernel>, work_items, run<T, kKernel>);
}

constexpr Kernel kKernels[] = {
    kernel<float, 3>("depthwise3d_k3_s1", ElementType::kFloat32),
#if DEPTHWISE_ISA_CODE != DEPTHWISE_IS_avx512  // AVX2's serves
    kernel<float, 5>("depthwise3d_k5_s1", ElementType::kFloat32),
#endif
};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise3d) = {
    DEPTHWISE_ISA_NAME, kKernels, static_cast<int32_t>(sizeof kKernels / sizeof kKernels[0])};

}  // namespace depthwise
