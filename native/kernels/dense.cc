// Computes: dense and grouped convolution of any geometry, both layouts, lanes along a group's output channels.
// Refuses: depthwise (one input channel a group), and with it the shared bank.
// Loop order: group, box of outputs, block of output channels, panel of input channels, tile of pixels; in a tile the
//   taps, then the input channels. An item is one box of one chunk of blocks.
// In registers: the sums of a tile (gemm_channels.h).  Reads beyond: nothing.
#include "kernels/dense_copy.h"
#include "kernels/dense_plan.h"

namespace depthwise {
namespace {

template <class T>
struct DenseItem {
  const T* src;     // the first channel of the group, or its copy
  const T* weight;  // of the group, packed
  const T* bias;    // of the group, or null
  T* dst;           // the first output of the box, of the first channel of the group
  T* sums;          // channels first: (pixels of the box, block); the outputs before they are transposed
  const T* zeros;
  Box box;
  bool padded;
};

// Steps from one output pixel of a box to the next.
struct PixelCursor {
  int32_t od = 0, oh = 0, ow = 0;
  void next(const Box& box) {
    if (++ow < box.width) return;
    ow = 0;
    if (++oh < box.height) return;
    oh = 0;
    ++od;
  }
};

bool is_interior(const Axis& axis, int32_t o) { return o >= axis.interior_begin && o < axis.interior_end; }

// All tiles of a box for one panel. dst of pixel p is dst + p * dst_pixel.
template <class T>
void run_panel(const Geometry& g, const DensePlan& plan, const DenseItem<T>& item, const T* src,
               const ChannelPanel<T>& panel, T* dst, int64_t dst_pixel) {
  using V = Vec<T>;
  const Box& box = item.box;
  const bool copied = g.layout == Layout::kChannelsFirst;
  const int64_t step_w = copied ? plan.in_lanes : g.in_channels;
  const int64_t step_h = step_w * (copied ? plan.copy_w.size : g.w.in);
  const int64_t step_d = step_h * (copied ? plan.copy_h.size : g.h.in);
  PixelSource<T> source = {step_d * (copied ? plan.copy_d.dilation : g.d.dilation),
                           step_h * (copied ? plan.copy_h.dilation : g.h.dilation),
                           step_w * (copied ? plan.copy_w.dilation : g.w.dilation), item.zeros, false};
  const int64_t pixels = pixels_of(box), tiles = parts(pixels, kTilePixels<V>);
  // Pointwise, the pixels of a box are one run in memory, and all inside.
  const bool flat = g.taps == 1 && g.dst_plane == g.src_plane && g.d.stride == 1 && g.h.stride == 1 && g.w.stride == 1;
  const int64_t flat_begin = copied ? 0 : first_pixel(g, box);
  PixelCursor at;
  for (int64_t tile_index = 0, done = 0; tile_index < tiles; ++tile_index) {
    // Tiles of nearly equal size: a short one at the end would leave the multipliers idle.
    const int64_t end = part_begin(pixels, tiles, tile_index + 1);
    const int count = static_cast<int>(end - done);
    PixelTile<T> tile;
    bool padded = false;
    for (int p = 0; flat && p < count; ++p, ++done) {
      tile.id[p] = tile.ih[p] = tile.iw[p] = 0;
      tile.src[p] = src + (flat_begin + done) * step_w;
      tile.dst[p] = dst + done * dst_pixel;
    }
    for (int p = 0; !flat && p < count; ++p, ++done, at.next(box)) {
      tile.id[p] = (box.od + at.od) * g.d.stride - g.d.pad;
      tile.ih[p] = (box.oh + at.oh) * g.h.stride - g.h.pad;
      tile.iw[p] = (box.ow + at.ow) * g.w.stride - g.w.pad;
      tile.src[p] = src + (copied ? at.od * plan.copy_d.stride * step_d + at.oh * plan.copy_h.stride * step_h +
                                        at.ow * plan.copy_w.stride * step_w
                                  : tile.id[p] * step_d + tile.ih[p] * step_h + tile.iw[p] * step_w);
      tile.dst[p] = dst + done * dst_pixel;
      padded |=
          !(is_interior(g.w, box.ow + at.ow) && is_interior(g.h, box.oh + at.oh) && is_interior(g.d, box.od + at.od));
    }
    source.padded = item.padded && padded;
    run_channel_tile<V, T>(count, g, source, tile, panel);
  }
}

template <class T>
void run_block(const Geometry& g, const DensePlan& plan, const DenseItem<T>& item, int32_t block) {
  const int32_t first_oc = block * plan.block;
  const int32_t live = static_cast<int32_t>(at_most(plan.block, g.out_per_group - first_oc));
  const int64_t lanes = parts(live, Vec<T>::kLanes) * Vec<T>::kLanes;
  const bool transposed = g.layout == Layout::kChannelsFirst;
  T* const dst = transposed ? item.sums : item.dst + first_oc;
  const int64_t dst_pixel = transposed ? plan.block : g.out_channels;
  const T* weight = item.weight + int64_t{first_oc} * g.in_per_group * g.taps;
  for (int32_t ic = 0; ic < g.in_per_group; ic += plan.panel) {
    const int32_t channels = static_cast<int32_t>(at_most(plan.panel, g.in_per_group - ic));
    ChannelPanel<T> panel = {weight,   item.bias ? item.bias + first_oc : nullptr,
                             channels, transposed ? static_cast<int32_t>(lanes) : live,
                             ic == 0,  ic + channels == g.in_per_group};
    run_panel(g, plan, item, item.src + ic, panel, dst, dst_pixel);
    weight += channels * g.taps * lanes;
  }
  if (transposed)
    store_transposed(item.sums, plan.block, pixels_of(item.box), live, item.dst + first_oc * g.dst_plane, g.dst_plane);
}

// Packed: (group, block of output channels, panel of input channels, tap, input channel, lanes of the block).
template <class T>
void pack(const Geometry& g, const void* weight, void* packed) {
  const DensePlan plan = dense_plan<Vec<T>>(g);
  T* out = static_cast<T*>(packed);
  for (int32_t group = 0; group < g.groups; ++group)
    for (int32_t block = 0; block < plan.blocks; ++block) {
      const int32_t first_oc = block * plan.block;
      const int32_t live = static_cast<int32_t>(at_most(plan.block, g.out_per_group - first_oc));
      const int32_t lanes = static_cast<int32_t>(parts(live, Vec<T>::kLanes)) * Vec<T>::kLanes;
      const T* taps =
          static_cast<const T*>(weight) + (int64_t{group} * g.out_per_group + first_oc) * g.in_per_group * g.taps;
      for (int32_t panel = 0; panel < g.in_per_group; panel += plan.panel)
        for (int64_t tap = 0; tap < g.taps; ++tap)
          for (int64_t ic = panel; ic < panel + plan.panel && ic < g.in_per_group; ++ic)
            for (int32_t lane = 0; lane < lanes; ++lane)
              *out++ = lane < live ? taps[(lane * g.in_per_group + ic) * g.taps + tap] : T(0);
    }
}

template <class T>
int64_t group_weights(const Geometry& g) {
  return parts(g.out_per_group, Vec<T>::kLanes) * Vec<T>::kLanes * g.in_per_group * g.taps;
}

template <class T>
int64_t packed_bytes(const Geometry& g) {
  return group_weights<T>(g) * g.groups * sizeof(T);
}

template <class T>
int64_t work_items(const Geometry& g) {
  const DensePlan plan = dense_plan<Vec<T>>(g);
  return plan.gangs * plan.boxes.count() * plan.chunks;
}

// Scratch: the sums of a box and the copy of its input (channels first), or a pixel of zeros (channels last); and room
// for one bias per lane.
template <class T>
int64_t scratch_bytes(const Geometry& g) {
  const DensePlan plan = dense_plan<Vec<T>>(g);
  if (g.layout == Layout::kChannelsLast) return plan.panel * int64_t{sizeof(T)};
  const int64_t bias = int64_t{plan.blocks} * plan.block;
  return (pixels_of(plan.boxes.largest) * plan.block + bias + plan.copy_elements) * int64_t{sizeof(T)};
}

template <class T>
void run(const Geometry& g, const Operands& operands, void* scratch, int64_t begin, int64_t end) {
  const DensePlan plan = dense_plan<Vec<T>>(g);
  const bool channels_first = g.layout == Layout::kChannelsFirst;
  T* const room = static_cast<T*>(scratch);
  DenseItem<T> item = {};
  item.sums = room;
  T* const bias_room = room + pixels_of(plan.boxes.largest) * plan.block;
  T* const copy = bias_room + int64_t{plan.blocks} * plan.block;
  item.zeros = room;
  if (!channels_first)
    for (int32_t ic = 0; ic < plan.panel; ++ic) room[ic] = T(0);
  item.padded = !channels_first && !(all_inside(g.d) && all_inside(g.h) && all_inside(g.w));
  const int64_t boxes = plan.boxes.count();
  int64_t copied = held_place(operands, plan.chunks), biased = -1;
  for (int64_t index = begin; index < end; ++index) {
    const int32_t chunk = static_cast<int32_t>(index % plan.chunks);
    const int64_t place = index / plan.chunks;
    // Channels first, the boxes of a group follow one another, and share its weights; channels last, the groups of a
    // box, and share its memory.
    const int64_t box_index = channels_first ? place % boxes : place / plan.gangs;
    const int64_t gang = channels_first ? place / boxes : place % plan.gangs;
    item.box = box_at(g, plan.boxes, box_index);
    for (int64_t group = gang * plan.gang; group < (gang + 1) * plan.gang && group < g.groups; ++group) {
      const T* src = static_cast<const T*>(operands.src) + group * g.in_per_group * (channels_first ? g.src_plane : 1);
      if (channels_first && copied != place) {
        copy_box(g, plan, item.box, src, copy);
        copied = place;
      }
      item.src = channels_first ? copy : src;
      item.weight = static_cast<const T*>(operands.weight) + group * group_weights<T>(g);
      item.bias = operands.bias ? static_cast<const T*>(operands.bias) + group * g.out_per_group : nullptr;
      // Channels first, the lanes behind the last channel are computed too: their bias must be there.
      if (channels_first && item.bias && biased != group) {
        for (int32_t oc = 0; oc < plan.blocks * plan.block; ++oc)
          bias_room[oc] = oc < g.out_per_group ? item.bias[oc] : T(0);
        biased = group;
      }
      if (channels_first && item.bias) item.bias = bias_room;
      const int64_t pixel = first_pixel(g, item.box);
      item.dst = static_cast<T*>(operands.dst) + (channels_first ? group * g.out_per_group * g.dst_plane + pixel
                                                                 : pixel * g.out_channels + group * g.out_per_group);
      for (int32_t block = chunk * plan.chunk; block < (chunk + 1) * plan.chunk && block < plan.blocks; ++block)
        run_block(g, plan, item, block);
    }
  }
}

const char* refuses(const Geometry& g) {
  if (g.in_per_group == 1 && g.groups > 1) return "is for more than one input channel a group";
  if (g.shared_bank) return "has no shared bank";
  return nullptr;
}

template <class T>
double cost(const Geometry& g) {
  using V = Vec<T>;
  const DensePlan plan = dense_plan<V>(g);
  const bool channels_first = g.layout == Layout::kChannelsFirst;
  const double depth = static_cast<double>(g.in_per_group) * static_cast<double>(g.taps);
  const double panels = static_cast<double>(parts(g.in_per_group, plan.panel));
  const bool joined = panels == 1 && plan.panel == (channels_first ? plan.in_lanes : g.in_channels);
  const double runs = static_cast<double>(g.taps) / (joined ? g.w.kernel : 1);
  // Beside its multiply-adds a tile finds its pixels, for each run of taps, and its coordinates; a step is no shorter
  // than a multiply-add takes.
  const double steering = (16 * runs + 60) * panels + (g.taps == 1 ? 30 : 110);
  double tiles = 0;
  for (int32_t vectors = 1; vectors <= kTileVectors<V>; ++vectors) {
    const bool last_is_short = parts(g.out_per_group % plan.block, V::kLanes) == 1;
    const bool all_short = plan.block == V::kLanes;
    const double count = vectors == 1 ? (all_short       ? plan.blocks
                                         : last_is_short ? 1
                                                         : 0)
                                      : (all_short ? 0 : plan.blocks - (last_is_short ? 1 : 0));
    const double sums = kTilePixels<V> * vectors;
    tiles += count *
             ((sums < 4 * kMultiplyAddRate ? 4 * kMultiplyAddRate : sums) / kMultiplyAddRate * depth * 1.02 + steering);
  }
  const double pixel_tiles = static_cast<double>(parts(g.dst_plane, kTilePixels<V>)) * g.groups;
  const double copies =
      static_cast<double>(plan.copy_elements) * g.groups * static_cast<double>(plan.boxes.count()) * 0.7;
  const double transposed = channels_first ? static_cast<double>(g.dst_elements) * 0.7 : 0;
  return 500 + pixel_tiles * tiles + copies + transposed;
}

constexpr Kernel kKernels[] = {
    {"dense", ElementType::kFloat32, true, refuses, cost<float>, work_items<float>, packed_bytes<float>, pack<float>,
     scratch_bytes<float>, run<float>, true},
#if DEPTHWISE_ISA_CODE != DEPTHWISE_IS_avx512 && DEPTHWISE_ISA_CODE != DEPTHWISE_IS_sse2  // AVX2 serves; the formula
    {"dense", ElementType::kFloat64, true, refuses, cost<double>, work_items<double>, packed_bytes<double>,
     pack<double>, scratch_bytes<double>, run<double>, true},
#endif
};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(dense) = {
    DEPTHWISE_ISA_NAME, kKernels, static_cast<int32_t>(sizeof kKernels / sizeof kKernels[0])};

}  // namespace depthwise
