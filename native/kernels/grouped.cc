// Computes: grouped and dense convolution of any geometry, both layouts, lanes along the pixels: for groups of few
//   output channels.  Refuses: one input channel a group, copies past 2^31 elements; float64.
// Loop order: group, box of outputs; tile of pixels, tile of output channels; in a tile the input channels, then the
//   taps. An item is one box of one group, or channels last of the groups that share cache lines.
// In registers: the sums of a tile (gemm_pixels.h).  Reads beyond: nothing of the caller's; its own copy, a tile far.
#include "kernels/grouped_copy.h"
#include "kernels/grouped_last.h"

namespace depthwise {
namespace {

// The outputs of one box: rows of `width`, one behind the other; `pitch` apart in the copy.
template <class T>
struct SeamedRows {
  T* dst;        // first output of the box, of the tile's first output channel
  int64_t size;  // outputs of the box
  int64_t step;  // from channel to channel
  int32_t width, pitch;
};

// Writes `lanes` elements of each of `rows` channels (values: `stride` apart), from column `column` of row `row` on.
// What lies behind `width` of a row belongs to nobody. Whole vectors are stored: what they write too far is written
// again by those that follow, but never behind the outputs of the box.
template <class V, class T>
__attribute__((noinline)) void store_seamed(const SeamedRows<T>& out, int rows, int32_t row, int32_t column,
                                            const T* values, int stride, int lanes) {
  for (int done = 0; done < lanes; ++row, column = 0) {
    const int64_t at = int64_t{row} * out.width + column;
    if (int64_t{row} * out.width >= out.size) return;
    const int count = static_cast<int>(at_most(lanes - done, out.width - column));
    for (int i = 0; i < count; i += V::kLanes) {
      T* to = out.dst + (at + i);
      const T* from = values + (done + i);
      if (out.size - (at + i) >= V::kLanes) {
        for (int r = 0; r < rows; ++r) V::load(from + r * stride).store(to + r * out.step);
      } else {
        const int left = static_cast<int>(at_most(count - i, out.size - (at + i)));
        for (int r = 0; r < rows; ++r)
          for (int lane = 0; lane < left; ++lane) to[r * out.step + lane] = from[r * stride + lane];
      }
    }
    done += out.pitch - column;
  }
}

// The same straight from the registers, where masked stores are cheap.
template <class V, int kRows, int kColumns, class T>
DEPTHWISE_INLINE void store_masked(const SeamedRows<T>& out, int32_t row, int32_t column,
                                   const V (&sums)[kRows][kColumns]) {
#pragma GCC unroll 16
  for (int c = 0; c < kColumns; ++c) {
    for (int lane = 0; lane < V::kLanes;) {
      if (int64_t{row} * out.width >= out.size) return;
      if (column < out.width) {
        const typename V::Mask mask = V::Mask::range(lane, lane + (out.width - column));
        T* to = out.dst + (int64_t{row} * out.width + column - lane);
#pragma GCC unroll 16
        for (int r = 0; r < kRows; ++r) sums[r][c].store(to + r * out.step, mask);
      }
      const int left = V::kLanes - lane;
      if (out.pitch - column > left) {
        column += left;
        break;
      }
      lane += out.pitch - column;
      column = 0;
      ++row;
    }
  }
}

template <class V, int kRows, int kColumns, class T>
void seamed_tile(const ListedSteps<T>& input, int64_t steps, const T* weights, const T* bias, Activation activation,
                 int32_t row, int32_t column, const SeamedRows<T>& out) {
  constexpr int kWidth = kColumns * V::kLanes;
  V sums[kRows][kColumns];
  begin_with_bias<V, kRows, kColumns, T>(sums, bias);
  add_products<V, kRows, kColumns, false, ListedSteps<T>, T>(sums, input, steps, weights, nullptr);
  activate_tile<V, kRows, kColumns>(activation, sums);
  if (column + kWidth <= out.width) {
    T* to = out.dst + int64_t{row} * out.width + column;
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 16
      for (int c = 0; c < kColumns; ++c) sums[r][c].store(to + r * out.step + c * V::kLanes);
    return;
  }
  if constexpr (V::kCheapMasks) {
    store_masked<V, kRows, kColumns, T>(out, row, column, sums);
    return;
  }
  alignas(64) T values[kRows * kWidth + V::kLanes];  // a vector more: it is read where a seam lies in the last one
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 16
    for (int c = 0; c < kColumns; ++c) sums[r][c].store(values + r * kWidth + c * V::kLanes);
  V::zero().store(values + kRows * kWidth);
  store_seamed<V, T>(out, kRows, row, column, values, kWidth, kWidth);
}

// The tile of `rows` output channels, kLeastRows .. kRows.
template <class V, int kLeastRows, int kRows, int kColumns, class T>
DEPTHWISE_INLINE void seamed_tile_of(int rows, const ListedSteps<T>& input, int64_t steps, const T* weights,
                                     const T* bias, Activation activation, int32_t row, int32_t column,
                                     const SeamedRows<T>& out) {
  if constexpr (kRows > kLeastRows) {
    if (rows < kRows)
      return seamed_tile_of<V, kLeastRows, kRows - 1, kColumns, T>(rows, input, steps, weights, bias, activation, row,
                                                                   column, out);
  }
  seamed_tile<V, kRows, kColumns, T>(input, steps, weights, bias, activation, row, column, out);
}

int64_t first_row(const Geometry& g, const GroupedPlan& plan, int64_t tile) {
  return part_begin(g.out_per_group, plan.tiles, tile);
}

// All tiles of a box, of kLeastRows .. kMostRows x kColumns.
template <class T, int kLeastRows, int kMostRows, int kColumns>
void run_box(const Geometry& g, const GroupedPlan& plan, const Box& box, const T* copy, const int32_t* offsets,
             const T* weights, const T* bias, T* dst, int64_t dst_plane) {
  using V = Vec<T>;
  const int64_t positions = int64_t{box.height - 1} * plan.pitch + box.width;
  SeamedRows<T> out = {nullptr, pixels_of(box), dst_plane, box.width, plan.pitch};
  int32_t row = 0, column = 0;
  for (int64_t at = 0; at < positions; at += kColumns * V::kLanes) {
    const ListedSteps<T> input = {copy + at, offsets};
    for (int64_t tile = 0; tile < plan.tiles; ++tile) {
      const int64_t oc = first_row(g, plan, tile);
      const int rows = static_cast<int>(first_row(g, plan, tile + 1) - oc);
      out.dst = dst + oc * dst_plane;
      seamed_tile_of<V, kLeastRows, kMostRows, kColumns, T>(rows, input, plan.steps, weights + oc * plan.steps,
                                                            bias ? bias + oc : nullptr, g.activation, row, column, out);
    }
    for (column += kColumns * V::kLanes; column >= plan.pitch; column -= plan.pitch) ++row;
  }
}

// Packed: (group, tile of output channels, input channel, tap, output channel of the tile).
template <class T>
void pack(const Geometry& g, const void* weight, void* packed) {
  const GroupedPlan plan = grouped_plan<T>(g);
  T* out = static_cast<T*>(packed);
  for (int32_t group = 0; group < g.groups; ++group) {
    const T* weights = static_cast<const T*>(weight) + int64_t{group} * g.out_per_group * plan.steps;
    for (int32_t tile = 0; tile < plan.tiles; ++tile)
      for (int64_t step = 0; step < plan.steps; ++step)
        for (int64_t oc = first_row(g, plan, tile); oc < first_row(g, plan, tile + 1); ++oc)
          *out++ = weights[oc * plan.steps + step];
  }
}

template <class T>
int64_t packed_bytes(const Geometry& g) {
  return g.weight_elements * int64_t{sizeof(T)};
}

template <class T>
int64_t work_items(const Geometry& g) {
  const GroupedPlan plan = grouped_plan<T>(g);
  return plan.gangs * plan.boxes.count();
}

// Scratch: the copies of a gang, room behind them for what the last tile reads and the last line writes too far; the
// planes of outputs of a gang, channels last; and where the steps begin.
template <class T>
int64_t copy_elements(const GroupedPlan& plan) {
  return parts(plan.copy * plan.gang + plan.columns * Vec<T>::kLanes, 64) * 64;
}

template <class T>
int64_t plane_elements(const Geometry& g, const GroupedPlan& plan) {
  return parts(plan.out_plane * plan.gang * g.out_per_group, 64) * 64;
}

template <class T>
int64_t scratch_bytes(const Geometry& g) {
  const GroupedPlan plan = grouped_plan<T>(g);
  return (copy_elements<T>(plan) + plane_elements<T>(g, plan)) * int64_t{sizeof(T)} +
         plan.steps * int64_t{sizeof(int32_t)};
}

// One group of a box, its input copied. dst: the first output of the box, of the group's first channel.
template <class T>
void run_group(const Geometry& g, const GroupedPlan& plan, const Box& box, const Operands& operands, int64_t group,
               const T* copy, const int32_t* offsets, T* dst, int64_t dst_plane) {
  const T* weights = static_cast<const T*>(operands.weight) + group * g.out_per_group * plan.steps;
  const T* bias = operands.bias ? static_cast<const T*>(operands.bias) + group * g.out_per_group : nullptr;
  using V = Vec<T>;
  switch (plan.columns) {
    case 8: return run_box<T, 1, 1, 8>(g, plan, box, copy, offsets, weights, bias, dst, dst_plane);
    case 4: return run_box<T, 2, kFewRows<V>, 4>(g, plan, box, copy, offsets, weights, bias, dst, dst_plane);
    case 3: return run_box<T, 3, 3, 3>(g, plan, box, copy, offsets, weights, bias, dst, dst_plane);
  }
  // More rows than these tiles have are cut into tiles of half the most at the least.
  run_box<T, kTileRows<V> / 2, kTileRows<V>, kTileColumns>(g, plan, box, copy, offsets, weights, bias, dst, dst_plane);
}

template <class T>
void run(const Geometry& g, const Operands& operands, void* scratch, int64_t begin, int64_t end) {
  const GroupedPlan plan = grouped_plan<T>(g);
  const int64_t boxes = plan.boxes.count();
  const T* const all_src = static_cast<const T*>(operands.src);
  T* const all_dst = static_cast<T*>(operands.dst);
  T* const copy = static_cast<T*>(scratch);
  T* const planes = copy + copy_elements<T>(plan);
  int32_t* const offsets = reinterpret_cast<int32_t*>(planes + plane_elements<T>(g, plan));
  list_steps(g, plan, offsets);
  for (int64_t item = begin; item < end; ++item) {
    if (g.layout == Layout::kChannelsFirst) {
      const int64_t group = item / boxes;
      const Box box = box_at(g, plan.boxes, item % boxes);
      if (item == begin || plan.boxes.w > 1) zero_run(copy, copy_elements<T>(plan));
      copy_lines(g, plan, box, all_src + group * g.in_per_group * g.src_plane, copy);
      run_group(g, plan, box, operands, group, copy, offsets,
                all_dst + group * g.out_per_group * g.dst_plane + first_pixel(g, box), g.dst_plane);
      continue;
    }
    const Box box = box_at(g, plan.boxes, item / plan.gangs);
    const int64_t first = item % plan.gangs * plan.gang;
    const int32_t groups = static_cast<int32_t>(at_most(plan.gang, g.groups - first));
    copy_lines_last(g, plan, box, groups, all_src + first * g.in_per_group, copy);
    for (int32_t i = 0; i < groups; ++i)
      run_group(g, plan, box, operands, first + i, copy + i * plan.copy, offsets,
                planes + i * g.out_per_group * plan.out_plane, plan.out_plane);
    store_planes_last(planes, plan.out_plane, pixels_of(box), groups * g.out_per_group,
                      all_dst + first_pixel(g, box) * g.out_channels + first * g.out_per_group, g.out_channels);
  }
}

const char* refuses(const Geometry& g) {
  if (g.in_per_group == 1 && g.groups > 1) return "is for more than one input channel a group";
  if (g.shared_bank) return "has no shared bank";
  const GroupedPlan plan = grouped_plan<float>(g);
  if (plan.copy * plan.gang > 0x7fffffff || plan.steps > 0x7fffffff) return "would copy more than 2^31 elements";
  return nullptr;
}

template <class T>
double cost(const Geometry& g) {
  using V = Vec<T>;
  const GroupedPlan plan = grouped_plan<T>(g);
  const Box& box = plan.boxes.largest;
  const double items = static_cast<double>(plan.gangs) * static_cast<double>(plan.boxes.count());
  const double positions = static_cast<double>(box.height - 1) * plan.pitch + box.width;
  const double pixel_tiles = static_cast<double>(parts(static_cast<int64_t>(positions), plan.columns * V::kLanes));
  const double sums = static_cast<double>(g.out_per_group) / plan.tiles * plan.columns;
  const double step = (sums < 4 * kMultiplyAddRate ? 4 * kMultiplyAddRate : sums) / kMultiplyAddRate;
  const double seams = 3.0 * plan.columns * V::kLanes / plan.pitch;  // the share of tiles with a seam, and more
  // A larger copy is read from the second cache, again for each tile of output channels.
  const double far = plan.copy * int64_t{sizeof(T)} > 128 * 1024 && plan.tiles > 1 ? 1.3 : 1.06;
  const double tile = step * static_cast<double>(plan.steps) * far + 30 + (seams < 3 ? seams : 3) * sums;
  const double last = plan.gang * static_cast<double>(plan.copy + pixels_of(box) * g.out_per_group) * 0.8;
  const double copied_rows = static_cast<double>(plan.copy) / plan.pitch;
  const double first = static_cast<double>(plan.copy) / V::kLanes *
                           (g.w.stride == 1   ? 1.2
                            : g.w.stride == 2 ? 4
                                              : 12) +
                       10 * copied_rows;
  const double copies = g.layout == Layout::kChannelsFirst ? first : last;
  return 500 + items * (pixel_tiles * plan.tiles * plan.gang * tile + copies + 300);
}

constexpr Kernel kKernels[] = {
    {"grouped", ElementType::kFloat32, true, refuses, cost<float>, work_items<float>, packed_bytes<float>, pack<float>,
     scratch_bytes<float>, run<float>, true},
};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(grouped) = {DEPTHWISE_ISA_NAME, kKernels, 1};

}  // namespace depthwise
