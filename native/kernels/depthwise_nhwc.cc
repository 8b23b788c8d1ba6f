// Computes: depthwise convolution, channels last, of any kernel, stride, dilation, padding and multiplier, with a
//   shared bank or not, in 1-D, 2-D and 3-D.  Refuses: layouts and groups that are something else; _w3, _w5, _w7 also
//   other widths of the kernel and a stride or dilation along the row.
// Loop order: output row, pixels of a tile, vector of channels, multiplier; then the taps: depth, height, width.
// In registers: the sums of up to 8 pixels; with _w3, _w5, _w7 also the taps of one kernel row.
// Reads beyond: nothing. The last vector of channels overlaps the one before it; fewer channels than lanes read
//   into the next pixel, and by mask where there is none.
#include "kernels/activation.h"
#include "kernels/depthwise_nhwc_tile.h"

namespace depthwise {
namespace {

constexpr int kTile = 8;
constexpr int64_t kItemMultiplyAdds = int64_t{1} << 20;

// Items are some whole output rows, or a part of one row where rows are long.
struct Cut {
  int64_t rows, columns;  // of an item
  int64_t row_items, column_items;
};

Cut cut(const Geometry& g) {
  const int64_t pixel_work = g.taps * g.out_channels, row_work = pixel_work * g.w.out;
  const int64_t all_rows = int64_t{g.d.out} * g.h.out;
  Cut c = {1, g.w.out, 1, 1};
  if (row_work > 2 * kItemMultiplyAdds) {
    c.columns = (kItemMultiplyAdds / pixel_work + kTile) / kTile * kTile;
    if (c.columns > g.w.out) c.columns = g.w.out;
    c.column_items = (g.w.out + c.columns - 1) / c.columns;
  } else {
    c.rows = kItemMultiplyAdds / row_work + 1;
    if (c.rows > all_rows) c.rows = all_rows;
  }
  c.row_items = (all_rows + c.rows - 1) / c.rows;
  return c;
}

int32_t channel_vectors(const Geometry& g, int lanes) { return (g.in_channels + lanes - 1) / lanes; }

// The first channel of a vector: the last vector reaches back where it would pass the end.
int32_t first_channel(const Geometry& g, int lanes, int32_t vector) {
  const int32_t channel = vector * lanes;
  return channel + lanes <= g.in_channels || g.in_channels < lanes ? channel : g.in_channels - lanes;
}

template <class T>
int64_t packed_bytes(const Geometry& g) {
  const int lanes = Vec<T>::kLanes;
  return int64_t{sizeof(T)} * (g.shared_bank ? 1 : channel_vectors(g, lanes)) * g.out_per_group * g.taps * lanes;
}

// packed: (channel vectors, multiplier, taps, lanes), or (multiplier, taps, lanes) of a shared bank.
template <class T>
void pack(const Geometry& g, const void* weight, void* packed) {
  const int lanes = Vec<T>::kLanes;
  const int32_t vectors = g.shared_bank ? 1 : channel_vectors(g, lanes);
  T* out = static_cast<T*>(packed);
  for (int32_t vector = 0; vector < vectors; ++vector) {
    const int32_t channel = first_channel(g, lanes, vector);
    for (int32_t multiple = 0; multiple < g.out_per_group; ++multiple) {
      for (int64_t tap = 0; tap < g.taps; ++tap) {
        for (int lane = 0; lane < lanes; ++lane) {
          const int64_t ic = channel + lane < g.in_channels ? channel + lane : channel;
          const int64_t kernel = g.shared_bank ? multiple : ic * g.out_per_group + multiple;
          *out++ = static_cast<const T*>(weight)[kernel * g.taps + tap];
        }
      }
    }
  }
}

// Out of line where it is not a plain load.
template <class V>
__attribute__((noinline)) V load_bias_apart(const Geometry& g, const typename V::Element* bias, int32_t channel,
                                            int32_t multiple) {
  using T = typename V::Element;
  if (g.shared_bank) return V::broadcast(bias[multiple]);
  T lanes[V::kLanes] = {};
  for (int lane = 0; lane < V::kLanes && channel + lane < g.in_channels; ++lane)
    lanes[lane] = bias[int64_t{channel + lane} * g.out_per_group + multiple];
  return V::load(lanes);
}

template <class V>
DEPTHWISE_INLINE V load_bias(const Geometry& g, const typename V::Element* bias, int32_t channel, int32_t multiple) {
  if (bias == nullptr) return V::zero();
  if (g.out_per_group == 1 && !g.shared_bank && g.in_channels >= V::kLanes) return V::load(bias + channel);
  return load_bias_apart<V>(g, bias, channel, multiple);
}

// Where the pixels of a tile go: `dst` is the first of them, at this vector's first channel. Up to `owned` elements
// from there are this item's own or written later by it: a vector with fewer live lanes may spill there.
template <class T>
struct Destination {
  T* dst;
  int64_t owned;
  int32_t channels, multiple;
};

// Stores that are not whole vectors side by side.
template <class V>
__attribute__((noinline)) void store_apart(const Geometry& g, const Destination<typename V::Element>& to, V* sums,
                                           int count) {
  activate_all(g.activation, sums, count);
  for (int p = 0; p < count; ++p) {
    const int64_t at = int64_t{p} * g.out_channels;
    if (g.out_per_group > 1) {
      typename V::Element lanes[V::kLanes];
      sums[p].store(lanes);
      typename V::Element* out = to.dst + at + to.multiple;
      for (int lane = 0; lane < to.channels; ++lane) out[int64_t{lane} * g.out_per_group] = lanes[lane];
    } else if (to.channels == V::kLanes || at + V::kLanes <= to.owned) {
      sums[p].store(to.dst + at);
    } else {
      sums[p].store(to.dst + at, V::Mask::first(to.channels));
    }
  }
}

template <class V, int T>
DEPTHWISE_INLINE void store_pixels(const Geometry& g, const Destination<typename V::Element>& to, const V (&sums)[T]) {
  if (g.out_per_group == 1 && to.channels == V::kLanes && g.activation == Activation::kNone) {
    for (int p = 0; p < T; ++p) sums[p].store(to.dst + int64_t{p} * g.out_channels);
    return;
  }
  V apart[T];  // a copy, so that the sums themselves never need an address
  for (int p = 0; p < T; ++p) apart[p] = sums[p];
  store_apart(g, to, apart, T);
}

// What stays the same over one output row.
template <class T>
struct RowWork {
  const T* src;
  const T* packed;
  const T* bias;
  T* dst_row;  // (w.out, out_channels)
  TapRange kd, kh;
  int32_t id, ih;
  bool reads_last;  // the last row of the input, where whole vectors may pass the end of the array
};

// T pixels from column ow on, all channels. K: the width of the kernel, or 0 for any.
template <class V, int K, int T, bool kEdge, bool kMasked>
void nhwc_tile(const Geometry& g, const RowWork<typename V::Element>& work, int32_t ow, int32_t end) {
  const int32_t vectors = channel_vectors(g, V::kLanes);
  const int64_t kernel_floats = g.taps * V::kLanes;
  for (int32_t vector = 0; vector < vectors; ++vector) {
    const int32_t channel = first_channel(g, V::kLanes, vector);
    const int32_t channels = g.in_channels < V::kLanes ? g.in_channels : V::kLanes;
    for (int32_t multiple = 0; multiple < g.out_per_group; ++multiple) {
      const int64_t kernel = (g.shared_bank ? 0 : int64_t{vector} * g.out_per_group) + multiple;
      const NhwcRow<V> row = {work.src + channel,
                              work.packed + kernel * kernel_floats,
                              load_bias<V>(g, work.bias, channel, multiple),
                              work.kd,
                              work.kh,
                              work.id,
                              work.ih,
                              V::Mask::first(channels)};
      V sums[T];
      if constexpr (K == 0)
        nhwc_any_sums<V, T, kEdge, kMasked>(g, row, ow, sums);
      else
        nhwc_shared_sums<V, K, T, kEdge>(g, row, ow, sums);
      const int64_t pixel = int64_t{ow} * g.out_channels;
      const Destination<typename V::Element> to = {work.dst_row + pixel + int64_t{channel} * g.out_per_group,
                                                   int64_t{end} * g.out_channels - pixel - channel, channels, multiple};
      store_pixels<V, T>(g, to, sums);
    }
  }
}

template <class V, int K, int T>
void nhwc_tile(const Geometry& g, const RowWork<typename V::Element>& work, int32_t ow, int32_t end) {
  if (ow >= g.w.interior_begin && ow + T <= g.w.interior_end) {
    nhwc_tile<V, K, T, false, false>(g, work, ow, end);
  } else {
    nhwc_tile<V, K, T, true, false>(g, work, ow, end);
  }
}

// The size of tile that computes the fewest of `pixels` twice, the largest of those.
static inline int32_t tile_pixels(int32_t pixels) {
  constexpr int32_t kSizes[] = {8, 7, 4, 2, 1};
  int32_t best = 0;
  for (const int32_t size : kSizes)
    if (size <= pixels &&
        (best == 0 || (pixels + size - 1) / size * size < (pixels + best - 1) / best * best - size / 8))
      best = size;
  return best;
}

// Columns [begin, end) of a row; the last tile reaches back over pixels that are done.
template <class V, int K>
void nhwc_row(const Geometry& g, const RowWork<typename V::Element>& work, int32_t begin, int32_t end) {
  if (work.reads_last && g.in_channels < V::kLanes) {
    for (int32_t ow = begin; ow < end; ++ow) nhwc_tile<V, 0, 1, true, true>(g, work, ow, end);
    return;
  }
  const int32_t size = tile_pixels(end - begin);
  for (int32_t done = begin; done < end; done += size) {
    const int32_t ow = done + size <= end ? done : end - size;
    switch (size) {
      case 1: nhwc_tile<V, K, 1>(g, work, ow, end); break;
      case 2: nhwc_tile<V, K, 2>(g, work, ow, end); break;
      case 4: nhwc_tile<V, K, 4>(g, work, ow, end); break;
      case 7: nhwc_tile<V, K, 7>(g, work, ow, end); break;
      default: nhwc_tile<V, K, 8>(g, work, ow, end); break;
    }
  }
}

template <class T, int K>
void run(const Geometry& g, const Operands& operands, void*, int64_t begin, int64_t end) {
  const Cut c = cut(g);
  const int64_t all_rows = int64_t{g.d.out} * g.h.out;
  for (int64_t item = begin; item < end; ++item) {
    const int64_t row_begin = item / c.column_items * c.rows;
    const int64_t row_end = row_begin + c.rows < all_rows ? row_begin + c.rows : all_rows;
    const int64_t ow = item % c.column_items * c.columns;
    const int64_t ow_end = ow + c.columns < g.w.out ? ow + c.columns : g.w.out;
    for (int64_t row = row_begin; row < row_end; ++row) {
      const int32_t od = static_cast<int32_t>(row / g.h.out), oh = static_cast<int32_t>(row % g.h.out);
      RowWork<T> work = {static_cast<const T*>(operands.src),
                         static_cast<const T*>(operands.weight),
                         static_cast<const T*>(operands.bias),
                         static_cast<T*>(operands.dst) + row * g.w.out * g.out_channels,
                         taps_inside(g.d, od),
                         taps_inside(g.h, oh),
                         od * g.d.stride - g.d.pad,
                         oh * g.h.stride - g.h.pad,
                         false};
      // Whole vectors pass a row of few channels by less than kLanes elements: only at the end of the last rows.
      const int64_t row_elements = int64_t{g.w.in} * g.in_channels;
      const int64_t last_id = work.id + int64_t{work.kd.end - 1} * g.d.dilation;
      const int64_t last_ih = work.ih + int64_t{work.kh.end - 1} * g.h.dilation;
      const int64_t rows_behind = (g.d.in - 1 - last_id) * g.h.in + g.h.in - 1 - last_ih;
      work.reads_last = rows_behind * row_elements < Vec<T>::kLanes;
      nhwc_row<Vec<T>, K>(g, work, static_cast<int32_t>(ow), static_cast<int32_t>(ow_end));
    }
  }
}

template <int K>
const char* refuses(const Geometry& g) {
  if (g.layout != Layout::kChannelsLast) return "channels are first";
  if (g.in_per_group != 1) return "not depthwise";
  if (K == 0) return nullptr;
  if (g.w.kernel != K) return "another kernel width";
  if (g.w.stride != 1 || g.w.dilation != 1) return "a stride or dilation along the row";
  return nullptr;
}

template <class T, int K>
double cost(const Geometry& g) {
  const double vectors = static_cast<double>(channel_vectors(g, Vec<T>::kLanes)) * g.out_per_group;
  const double pixels = static_cast<double>(g.d.out) * g.h.out * g.w.out;
  const double store = g.out_per_group == 1 ? 1.0 : 2.0 * Vec<T>::kLanes;
  const double tap = K == 0 ? 0.75 : 0.62;
  return 100.0 + vectors * pixels * (store + 3.0 + tap * static_cast<double>(g.taps));
}

int64_t work_items(const Geometry& g) {
  const Cut c = cut(g);
  return c.row_items * c.column_items;
}

int64_t scratch_bytes(const Geometry&) { return 0; }

template <class T, int K>
constexpr Kernel kernel(const char* name, ElementType element) {
  return {name, element, true, refuses<K>, cost<T, K>, work_items, packed_bytes<T>, pack<T>, scratch_bytes, run<T, K>};
}

constexpr Kernel kKernels[] = {
    kernel<float, 3>("depthwise_nhwc_w3", ElementType::kFloat32),
    kernel<float, 5>("depthwise_nhwc_w5", ElementType::kFloat32),
    kernel<float, 7>("depthwise_nhwc_w7", ElementType::kFloat32),
    kernel<float, 0>("depthwise_nhwc", ElementType::kFloat32),
    kernel<double, 3>("depthwise_nhwc_w3", ElementType::kFloat64),
    kernel<double, 0>("depthwise_nhwc", ElementType::kFloat64),
};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise_nhwc) = {
    DEPTHWISE_ISA_NAME, kKernels, static_cast<int32_t>(sizeof kKernels / sizeof kKernels[0])};

}  // namespace depthwise
