// Computes: pointwise convolution (a kernel of one tap, any stride and groups), channels first, as a matrix product
//   with lanes along the pixels.  Refuses: larger kernels, padding, channels last, one input channel a group;
//   float64.
// Loop order: group, span of pixels, chunk of output channels; slab of input channels, panel of pixels, tile of output
//   channels; in a tile the input channels. An item is one span of one chunk.
// In registers: the sums of a tile (gemm_pixels.h); its first tile copies the panel into scratch for the others.
// Reads beyond: nothing.
#include "kernels/gemm_box.h"
#include "kernels/gemm_pixels.h"

namespace depthwise {
namespace {

template <class T>
struct PointwisePlan {
  static constexpr int kLanes = Vec<T>::kLanes;
  static constexpr int kPanel = kTileColumns * kLanes;  // pixels
  int32_t tiles;                                        // of a group's output channels
  int32_t chunk;                                        // tiles of an item
  int32_t chunks;
  int32_t slab;         // input channels that are summed before the sums go back to memory
  int64_t span, spans;  // pixels of an item
};

// A panel of 256 x 16 floats takes half of a first-level cache of 32 KiB.
constexpr int32_t kSlab = 256;
// Output channels of a chunk share a panel; more of them make the copy of the panel cheaper.
constexpr int64_t kSharingChannels = 192;

template <class T>
PointwisePlan<T> pointwise_plan(const Geometry& g) {
  using Plan = PointwisePlan<T>;
  Plan plan = {};
  plan.tiles = static_cast<int32_t>(parts(g.out_per_group, kTileRows<Vec<T>>));
  plan.slab = static_cast<int32_t>(parts(g.in_per_group, parts(g.in_per_group, kSlab)));
  const double all = static_cast<double>(g.dst_elements) * g.in_per_group;
  plan.chunks = static_cast<int32_t>(parts(g.out_per_group, kSharingChannels));
  plan.chunk = static_cast<int32_t>(parts(plan.tiles, plan.chunks));
  plan.chunks = static_cast<int32_t>(parts(plan.tiles, plan.chunk));
  const double pixel = static_cast<double>(g.in_per_group) * plan.chunk * kTileRows<Vec<T>>;
  const int64_t panels = parts(g.dst_plane, Plan::kPanel);
  const int64_t share = at_most(panels, at_least(1, static_cast<int64_t>(item_size(all) / pixel / Plan::kPanel)));
  plan.span = parts(panels, parts(panels, share)) * Plan::kPanel;
  plan.spans = parts(g.dst_plane, plan.span);
  return plan;
}

int64_t first_row(const Geometry& g, int32_t tiles, int64_t tile) { return part_begin(g.out_per_group, tiles, tile); }

// Which input pixel output pixel `index` reads.
int64_t source_pixel(const Geometry& g, int64_t index) {
  const int64_t ow = index % g.w.out, oh = index / g.w.out % g.h.out, od = index / g.w.out / g.h.out;
  return (od * g.d.stride * g.h.in + oh * g.h.stride) * g.w.in + ow * g.w.stride;
}

// Whether each lane's pixel lies `step` behind that of the lane before. The distance of the last lane alone does not
// tell: a volume's rows of one pixel may leave out a slice and end where an even step would.
bool steps_by(const int64_t* offset, int32_t lanes, int64_t step) {
  for (int32_t lane = 1; lane < lanes; ++lane)
    if (offset[lane] - offset[lane - 1] != step) return false;
  return true;
}

bool strided(const Geometry& g) { return g.d.stride != 1 || g.h.stride != 1 || g.w.stride != 1; }

// panel (channels, kPanel) of output pixels [first, first + count); lanes behind them are 0.
template <class T>
void copy_panel(const Geometry& g, const T* src, int32_t channels, int64_t first, int32_t count, T* panel) {
  using V = Vec<T>;
  constexpr int kPanel = PointwisePlan<T>::kPanel;
  for (int32_t begin = 0; begin < kPanel; begin += V::kLanes) {
    const int32_t lanes = static_cast<int32_t>(at_most(V::kLanes, at_least(0, count - begin)));
    const bool whole = lanes == V::kLanes;
    int64_t offset[V::kLanes] = {};
    for (int lane = 0; lane < lanes; ++lane) offset[lane] = source_pixel(g, first + begin + lane);
    const bool neighbours = whole && steps_by(offset, lanes, 1), every_other = whole && steps_by(offset, lanes, 2);
    T* out = panel + begin;
    for (int32_t ic = 0; ic < channels; ++ic, out += kPanel) {
      const T* plane = src + ic * g.src_plane;
      if (neighbours) {
        V::load(plane + offset[0]).store(out);
      } else if (every_other) {
        V::load_every_other(plane + offset[0]).store(out);
      } else {
        for (int lane = 0; lane < V::kLanes; ++lane) out[lane] = lane < lanes ? plane[offset[lane]] : T(0);
      }
    }
  }
}

// One panel of pixels, one slab of input channels, the tiles of a chunk. weights: of the slab, from tile 0 on.
template <class T>
void run_panel(const Geometry& g, const PointwisePlan<T>& plan, const T* src, int32_t channels, int32_t chunk,
               int64_t first_pixel, const T* weights, TileRows<T> out, T* dst, const T* bias, T* panel) {
  using V = Vec<T>;
  constexpr int kPanel = PointwisePlan<T>::kPanel;
  // The first tile can read the input where it is, and keep it, if whole vectors of neighbours lie there.
  bool copied = out.lanes < kPanel || strided(g);
  if (copied) copy_panel(g, src, channels, first_pixel, out.lanes, panel);
  const EvenSteps<T> packed = {panel, kPanel}, in_place = {src + first_pixel, g.src_plane};
  const int64_t begin = int64_t{chunk} * plan.chunk;
  const int64_t tiles = at_most(plan.chunk, plan.tiles - begin);
  for (int64_t tile = begin; tile < begin + tiles; ++tile) {
    const int64_t row = first_row(g, plan.tiles, tile);
    const int rows = static_cast<int>(first_row(g, plan.tiles, tile + 1) - row);
    out.dst = dst + row * g.dst_plane + first_pixel;
    out.bias = bias ? bias + row : nullptr;
    const T* w = weights + row * channels;
    if (!copied)
      pixel_tile_of<V, kTileRows<V>, kTileColumns, true, EvenSteps<T>, T>(rows, in_place, channels, w, panel, out);
    else if (out.lanes > V::kLanes)
      pixel_tile_of<V, kTileRows<V>, kTileColumns, false, EvenSteps<T>, T>(rows, packed, channels, w, nullptr, out);
    else
      pixel_tile_of<V, kTileRows<V>, 1, false, EvenSteps<T>, T>(rows, packed, channels, w, nullptr, out);
    copied = true;
  }
}

template <class T>
void run(const Geometry& g, const Operands& operands, void* scratch, int64_t begin, int64_t end) {
  constexpr int kPanel = PointwisePlan<T>::kPanel;
  const PointwisePlan<T> plan = pointwise_plan<T>(g);
  for (int64_t item = begin; item < end; ++item) {
    const int32_t chunk = static_cast<int32_t>(item % plan.chunks);
    const int64_t span = item / plan.chunks % plan.spans, group = item / plan.chunks / plan.spans;
    const int64_t first_pixel = span * plan.span, end_pixel = at_most(g.dst_plane, first_pixel + plan.span);
    const T* src = static_cast<const T*>(operands.src) + group * g.in_per_group * g.src_plane;
    const T* weights = static_cast<const T*>(operands.weight) + group * g.out_per_group * g.in_per_group;
    const T* bias = operands.bias ? static_cast<const T*>(operands.bias) + group * g.out_per_group : nullptr;
    T* dst = static_cast<T*>(operands.dst) + group * g.out_per_group * g.dst_plane;
    for (int32_t ic = 0; ic < g.in_per_group; ic += plan.slab) {
      const int32_t channels = static_cast<int32_t>(at_most(plan.slab, g.in_per_group - ic));
      TileRows<T> out = {nullptr, g.dst_plane, nullptr, 0, ic == 0, ic + channels == g.in_per_group, g.activation};
      for (int64_t pixel = first_pixel; pixel < end_pixel; pixel += kPanel) {
        out.lanes = static_cast<int32_t>(at_most(kPanel, end_pixel - pixel));
        run_panel(g, plan, src + ic * g.src_plane, channels, chunk, pixel, weights + int64_t{ic} * g.out_per_group, out,
                  dst, bias, static_cast<T*>(scratch));
      }
    }
  }
}

// Packed: (group, slab of input channels, tile of output channels, input channel, output channel of the tile).
template <class T>
void pack(const Geometry& g, const void* weight, void* packed) {
  const PointwisePlan<T> plan = pointwise_plan<T>(g);
  T* out = static_cast<T*>(packed);
  for (int32_t group = 0; group < g.groups; ++group) {
    const T* weights = static_cast<const T*>(weight) + int64_t{group} * g.out_per_group * g.in_per_group;
    for (int64_t slab = 0; slab < g.in_per_group; slab += plan.slab)
      for (int32_t tile = 0; tile < plan.tiles; ++tile)
        for (int64_t ic = slab; ic < slab + plan.slab && ic < g.in_per_group; ++ic)
          for (int64_t oc = first_row(g, plan.tiles, tile); oc < first_row(g, plan.tiles, tile + 1); ++oc)
            *out++ = weights[oc * g.in_per_group + ic];
  }
}

template <class T>
int64_t packed_bytes(const Geometry& g) {
  return g.weight_elements * int64_t{sizeof(T)};
}

template <class T>
int64_t work_items(const Geometry& g) {
  const PointwisePlan<T> plan = pointwise_plan<T>(g);
  return g.groups * plan.spans * plan.chunks;
}

template <class T>
int64_t scratch_bytes(const Geometry& g) {
  return int64_t{pointwise_plan<T>(g).slab} * PointwisePlan<T>::kPanel * int64_t{sizeof(T)};
}

const char* refuses(const Geometry& g) {
  if (g.taps != 1) return "is for kernels of one tap";
  if (g.layout != Layout::kChannelsFirst) return "is for channels first";
  if (g.d.pad || g.h.pad || g.w.pad || g.d.pad_end || g.h.pad_end || g.w.pad_end) return "has no padding";
  if (g.in_per_group == 1 && g.groups > 1) return "is for more than one input channel a group";
  if (g.shared_bank) return "has no shared bank";
  return nullptr;
}

template <class T>
double cost(const Geometry& g) {
  using V = Vec<T>;
  const PointwisePlan<T> plan = pointwise_plan<T>(g);
  // A last vector is computed whole. A tile of few rows waits for its own sums: no step is shorter than 4 cycles.
  const double vectors = static_cast<double>(g.dst_plane / V::kLanes) + (g.dst_plane % V::kLanes ? 1.5 : 0);
  const double rows = static_cast<double>(g.out_per_group) / plan.tiles;
  const double step = rows * kTileColumns / kMultiplyAddRate < 4 ? 4 : rows * kTileColumns / kMultiplyAddRate;
  const double tile = step * g.in_per_group * 1.03 + 38;
  const double copies = (strided(g) ? 6.0 : 1.0) * g.in_per_group * plan.chunks;
  return 300 + vectors * g.groups * (tile * plan.tiles / kTileColumns + copies);
}

// float64: dense.
constexpr Kernel kKernels[] = {
    {"pointwise", ElementType::kFloat32, true, refuses, cost<float>, work_items<float>, packed_bytes<float>,
     pack<float>, scratch_bytes<float>, run<float>, true},
};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(pointwise) = {DEPTHWISE_ISA_NAME, kKernels, 1};

}  // namespace depthwise
