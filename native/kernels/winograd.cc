// Computes: 3x3 convolution, stride 1, dense or in wide groups, both layouts, by Winograd's F(4x4, 3x3): transforms of
//   4x4 tiles of outputs and 36 matrix products. Not exact on integers.
// Refuses: other kernels, strides and dilations; a kernel or padding along the depth; one input channel a group;
//   float64.
// Loop order: group, box of tiles, chunk of output channels: input transform; point, block of output channels, tiles;
//   output transform. An item is one chunk of one box.
// In registers: the sums of a tile of the matrix product.  Reads beyond: nothing.
#include "kernels/winograd_input.h"
#include "kernels/winograd_output.h"

namespace depthwise {
namespace {

// Longer sums are made of parts: the rounding errors of one long chain would grow with its length.
constexpr int64_t kLongestSum = 128;

// sums += pixels (kPixels, in_lanes) times weights (channels, vectors); returns the end of the weights. kInLanes:
// in_lanes of small groups, or 0.
template <class V, int kPixels, int kVectors, int kInLanes, class T>
DEPTHWISE_INLINE const T* add_point(V (&sums)[kPixels][kVectors], const T* pixels, int64_t in_lanes, int64_t channels,
                                    const T* weights) {
  if constexpr (kInLanes > 0) in_lanes = kInLanes;
  for (int64_t ic = 0; ic < channels; ++ic, weights += kVectors * V::kLanes) {
    // Weights come once, in order, from the second or third cache; those of small groups are there in time.
    if constexpr (kInLanes == 0) __builtin_prefetch(weights + kWeightsAhead / sizeof(T));
    V w[kVectors];
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v) w[v] = V::load(weights + v * V::kLanes);
#pragma GCC unroll 16
    for (int p = 0; p < kPixels; ++p) {
      const V x = V::broadcast(pixels[p * in_lanes + ic]);
#pragma GCC unroll 16
      for (int v = 0; v < kVectors; ++v) sums[p][v] = fma(x, w[v], sums[p][v]);
    }
  }
  return weights;
}

// products (tiles, out_lanes) of one point = points (tiles, in_lanes) x weights (block, in_per_group, lanes). Out of
// line: beside the loops around it GCC has no registers for the addresses.
template <class V, int kPixels, int kVectors, int kInLanes, class T>
__attribute__((noinline)) void multiply_tile(const T* points, int64_t in_lanes, int32_t channels, const T* weights,
                                             T* products, int64_t out_lanes) {
  const int64_t sum_parts = kInLanes > 0 || channels <= kLongestSum ? 1 : parts(channels, kLongestSum);
  for (int64_t i = 0, first = 0; i < sum_parts; ++i) {
    const int64_t end = i + 1 == sum_parts ? channels : part_begin(channels, sum_parts, i + 1);
    V sums[kPixels][kVectors];
#pragma GCC unroll 16
    for (int p = 0; p < kPixels; ++p)
#pragma GCC unroll 16
      for (int v = 0; v < kVectors; ++v) sums[p][v] = V::zero();
    weights = add_point<V, kPixels, kVectors, kInLanes, T>(sums, points + first, in_lanes, end - first, weights);
    first = end;
#pragma GCC unroll 16
    for (int p = 0; p < kPixels; ++p)
#pragma GCC unroll 16
      for (int v = 0; v < kVectors; ++v) {
        T* to = products + p * out_lanes + v * V::kLanes;
        if (i != 0) sums[p][v] = V::load(to) + sums[p][v];
        sums[p][v].store(to);
      }
  }
}

// Pixels of a tile in small groups, of one vector of input and one of output channels: with more of them the weights
// are loaded less often, and no sum is waited for. They lie a vector apart, so that one address serves them all.
template <class V>
constexpr int kSmallPixels = V::kRegisters == 32 ? 16 : 12;

template <class T>
bool is_small(const WinogradPlan& plan) {
  return plan.in_lanes == Vec<T>::kLanes && plan.out_lanes == Vec<T>::kLanes;
}

template <class V, int kPixels, class T>
DEPTHWISE_INLINE void multiply_small_tile_of(int pixels, const T* points, int32_t channels, const T* weights,
                                             T* products) {
  if constexpr (kPixels > 1) {
    if (pixels < kPixels) return multiply_small_tile_of<V, kPixels - 1, T>(pixels, points, channels, weights, products);
  }
  multiply_tile<V, kPixels, 1, V::kLanes, T>(points, V::kLanes, channels, weights, products, V::kLanes);
}

template <class V, int kPixels, class T>
DEPTHWISE_INLINE void multiply_tile_of(int pixels, bool narrow, const T* points, int64_t in_lanes, int32_t channels,
                                       const T* weights, T* products, int64_t out_lanes) {
  if constexpr (kPixels > 1) {
    if (pixels < kPixels)
      return multiply_tile_of<V, kPixels - 1, T>(pixels, narrow, points, in_lanes, channels, weights, products,
                                                 out_lanes);
  }
  if (narrow)
    multiply_tile<V, kPixels, 1, 0, T>(points, in_lanes, channels, weights, products, out_lanes);
  else
    multiply_tile<V, kPixels, kTileVectors<V>, 0, T>(points, in_lanes, channels, weights, products, out_lanes);
}

// Output channels that are multiplied for block `block`, in whole vectors.
template <class T>
int32_t block_lanes(const Geometry& g, const WinogradPlan& plan, int64_t block) {
  const int64_t live = at_most(plan.block, g.out_per_group - block * plan.block);
  return static_cast<int32_t>(parts(live, Vec<T>::kLanes)) * Vec<T>::kLanes;
}

template <class T>
int64_t point_weights(const Geometry& g) {
  return parts(g.out_per_group, Vec<T>::kLanes) * Vec<T>::kLanes * g.in_per_group;
}

// weights: of the group, packed.
template <class T>
void multiply_points(const Geometry& g, const WinogradPlan& plan, int64_t tiles, int32_t chunk, const T* points,
                     const T* weights, T* products) {
  using V = Vec<T>;
  const int64_t end = at_most(plan.blocks, int64_t{chunk + 1} * plan.chunk);
  const bool small = is_small<T>(plan);
  const int64_t count = parts(tiles, small ? kSmallPixels<V> : kTilePixels<V>);
  for (int point = 0; point < kPoints; ++point)
    for (int64_t block = int64_t{chunk} * plan.chunk; block < end; ++block) {
      const T* w = weights + point * point_weights<T>(g) + block * plan.block * g.in_per_group;
      const bool narrow = block_lanes<T>(g, plan, block) == V::kLanes;
      for (int64_t i = 0; i < count; ++i) {
        const int64_t first = part_begin(tiles, count, i);
        const int pixels = static_cast<int>(part_begin(tiles, count, i + 1) - first);
        if (small) {
          multiply_small_tile_of<V, kSmallPixels<V>, T>(pixels, points + point * plan.point_step + first * V::kLanes,
                                                        g.in_per_group, w,
                                                        products + point * plan.product_step + first * V::kLanes);
          continue;
        }
        multiply_tile_of<V, kTilePixels<V>, T>(pixels, narrow, points + point * plan.point_step + first * plan.in_lanes,
                                               plan.in_lanes, g.in_per_group, w,
                                               products + point * plan.product_step + first * plan.out_lanes +
                                                   (block - int64_t{chunk} * plan.chunk) * plan.block,
                                               plan.out_lanes);
      }
    }
}

// Packed: (group, point, block of output channels, input channel, lanes of the block).
template <class T>
void pack(const Geometry& g, const void* weight, void* packed) {
  using V = Vec<T>;
  const WinogradPlan plan = winograd_plan<T>(g);
  const int64_t point_step = point_weights<T>(g);
  T* out = static_cast<T*>(packed);
  for (int32_t group = 0; group < g.groups; ++group, out += kPoints * point_step)
    for (int32_t block = 0; block < plan.blocks; ++block) {
      const int32_t lanes = block_lanes<T>(g, plan, block);
      T* panel = out + int64_t{block} * plan.block * g.in_per_group;
      for (int32_t ic = 0; ic < g.in_per_group; ++ic) {
        // The points lie a power of two apart in many layers: written one number at a time they would throw each other
        // out of the cache.
        T rows[kPoints][kTileVectors<V> * V::kLanes];
        for (int32_t lane = 0; lane < lanes; ++lane) {
          const int32_t oc = block * plan.block + lane;
          double points[kPoints] = {};
          if (oc < g.out_per_group)
            transform_weights(static_cast<const T*>(weight) +
                                  ((int64_t{group} * g.out_per_group + oc) * g.in_per_group + ic) * g.taps,
                              points);
          for (int p = 0; p < kPoints; ++p) rows[p][lane] = static_cast<T>(points[p]);
        }
        for (int p = 0; p < kPoints; ++p)
          for (int32_t lane = 0; lane < lanes; lane += V::kLanes)
            V::load(rows[p] + lane).store(panel + p * point_step + int64_t{ic} * lanes + lane);
      }
    }
}

template <class T>
int64_t packed_bytes(const Geometry& g) {
  return g.groups * kPoints * point_weights<T>(g) * int64_t{sizeof(T)};
}

int64_t boxes_of(const Geometry& g, const WinogradPlan& plan) { return int64_t{g.d.out} * plan.boxes_h * plan.boxes_w; }

template <class T>
int64_t work_items(const Geometry& g) {
  const WinogradPlan plan = winograd_plan<T>(g);
  return g.groups * boxes_of(g, plan) * plan.chunks;
}

template <class T>
int64_t scratch_bytes(const Geometry& g) {
  const WinogradPlan plan = winograd_plan<T>(g);
  return (plan.copy_elements + plan.points_elements + plan.products_elements + plan.rows_elements) * int64_t{sizeof(T)};
}

template <class T>
void run(const Geometry& g, const Operands& operands, void* scratch, int64_t begin, int64_t end) {
  const WinogradPlan plan = winograd_plan<T>(g);
  const bool channels_first = g.layout == Layout::kChannelsFirst;
  T* const points = static_cast<T*>(scratch);
  T* const products = points + plan.points_elements;
  T* const copy = products + plan.products_elements;
  T* const rows = copy + plan.copy_elements;
  const int64_t boxes = boxes_of(g, plan);
  int64_t transformed = held_place(operands, plan.chunks);
  for (int64_t item = begin; item < end; ++item) {
    const int32_t chunk = static_cast<int32_t>(item % plan.chunks);
    const int64_t place = item / plan.chunks, group = place / boxes;
    const TileBox box = tile_box_at(plan, place % boxes);
    const int64_t first_oc = group * g.out_per_group + int64_t{chunk} * plan.out_lanes;
    if (transformed != place) {
      const T* src = static_cast<const T*>(operands.src) + group * g.in_per_group * (channels_first ? g.src_plane : 1);
      if (!box_to_points(g, plan, box, src, copy, points)) report_beyond(operands.is_beyond);
      transformed = place;
    }
    multiply_points(g, plan, box.count(), chunk, points,
                    static_cast<const T*>(operands.weight) + group * kPoints * point_weights<T>(g), products);
    const int32_t live =
        static_cast<int32_t>(at_most(plan.out_lanes, g.out_per_group - int64_t{chunk} * plan.out_lanes));
    const int64_t plane = int64_t{box.od} * g.h.out * g.w.out;
    T* dst = static_cast<T*>(operands.dst) +
             (channels_first ? first_oc * g.dst_plane + plane : plane * g.out_channels + first_oc);
    products_to_box(g, plan, box, products, operands.bias ? static_cast<const T*>(operands.bias) + first_oc : nullptr,
                    live, rows, dst);
  }
}

const char* refuses(const Geometry& g) {
  if (g.h.kernel != 3 || g.w.kernel != 3 || g.d.kernel != 1) return "is for kernels of 3x3";
  if (g.h.stride != 1 || g.w.stride != 1 || g.d.stride != 1) return "is for stride 1";
  if (g.h.dilation != 1 || g.w.dilation != 1) return "is for dilation 1";
  if (g.d.pad || g.d.pad_end) return "has no padding along the depth";
  if (g.in_per_group == 1) return "is for more than one input channel a group";
  return nullptr;
}

template <class T>
double cost(const Geometry& g) {
  using V = Vec<T>;
  const WinogradPlan plan = winograd_plan<T>(g);
  const double tiles = static_cast<double>(plan.rows) * plan.columns * g.d.out * g.groups;
  const double in = static_cast<double>(plan.in_lanes) / V::kLanes;
  const double out = static_cast<double>(parts(g.out_per_group, V::kLanes));
  // A tile of few sums waits for them, as one of a single vector does for its loads; the ends of a tile weigh most in
  // small groups.
  const bool small = is_small<T>(plan), narrow = plan.block == V::kLanes;
  const double sums = static_cast<double>(at_most(small ? kSmallPixels<V> : kTilePixels<V>, plan.largest.count())) *
                      (narrow ? 1 : kTileVectors<V>);
  const double wait = sums < 4 * kMultiplyAddRate ? 4 * kMultiplyAddRate / sums : 1;
  const double product = g.in_per_group / kMultiplyAddRate * (narrow && !small ? 1.4 : 1.1) * wait + (small    ? 2
                                                                                                      : narrow ? 9
                                                                                                               : 4);
  const double scalar = V::kLanes == 1 ? 1.5 : 1;
  const double items = static_cast<double>(work_items<T>(g));
  return 1000 + items * 1200 + tiles * (kPoints * out * product + (in * 160 * plan.chunks + out * 150) * scalar);
}

constexpr Kernel kKernels[] = {
    {"winograd2d_k3_s1", ElementType::kFloat32, false, refuses, cost<float>, work_items<float>, packed_bytes<float>,
     pack<float>, scratch_bytes<float>, run<float>, true},
};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(winograd) = {DEPTHWISE_ISA_NAME, kKernels, 1};

}  // namespace depthwise
