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
constexpr int32_t kRowsTogether = 8;
constexpr int64_t kZerosBytes = 64;                // one vector of any ISA
constexpr int64_t kTileBytes = int64_t{24} << 10;  // of input, in the first cache
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

// What stays the same over one output row.
template <class T>
struct RowWork {
  KernelRows<T> rows;
  const T* packed;
  const T* bias;
  T* dst_row;       // (w.out, out_channels)
  bool reads_last;  // the last row of the input, where whole vectors may pass the end of the array
};

// T pixels from column ow on, all channels. K: the width of the kernel, or 0 for any.
template <class V, int K, int T, bool kEdge, bool kMasked>
__attribute__((noinline)) void nhwc_tile(const Geometry& g, const RowWork<typename V::Element>& work, int32_t ow,
                                         int32_t end) {
  using Element = typename V::Element;
  const int32_t width = g.in_channels < V::kLanes ? g.in_channels : V::kLanes, last = g.in_channels - width;
  const int64_t kernel_floats = g.taps * V::kLanes, pixel = int64_t{ow} * g.out_channels;
  const int64_t vector_floats = g.shared_bank ? 0 : kernel_floats * g.out_per_group;
  const Element* vector_taps = work.packed;
  const bool is_plain = g.out_per_group == 1 && width == V::kLanes && g.activation == Activation::kNone;
  for (int32_t at = 0; at < g.in_channels; at += V::kLanes, vector_taps += vector_floats) {
    const int32_t channel = at < last ? at : last;
    for (int32_t multiple = 0; multiple < g.out_per_group; ++multiple) {
      const Channels<V> channels = {channel, vector_taps + multiple * kernel_floats, V::Mask::first(width)};
      const V bias = load_bias<V>(g, work.bias, channel, multiple);
      V sums[T];
#pragma GCC unroll 8
      for (int p = 0; p < T; ++p) sums[p] = bias;
      if constexpr (K == 0)
        nhwc_any_sums<V, T, kEdge, kMasked>(g, work.rows, channels, ow, sums);
      else
        nhwc_shared_sums<V, K, T, kEdge>(g, work.rows, channels, ow, sums);
      Element* dst = work.dst_row + pixel + int64_t{channel} * g.out_per_group;
      if (is_plain) {
#pragma GCC unroll 8
        for (int p = 0; p < T; ++p) sums[p].store(dst + int64_t{p} * g.out_channels);
        continue;
      }
      V apart[T];  // a copy, so that the sums themselves never need an address
#pragma GCC unroll 8
      for (int p = 0; p < T; ++p) apart[p] = sums[p];
      store_apart<V>(g, {dst, int64_t{end} * g.out_channels - pixel - channel, width, multiple}, apart, T);
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

// A tile of several output rows, one after the other: their input is then still in the first cache.
template <class V, int K, int T>
void nhwc_tiles(const Geometry& g, const RowWork<typename V::Element>* works, int32_t rows, int32_t ow, int32_t end) {
  for (int32_t row = 0; row < rows; ++row) nhwc_tile<V, K, T>(g, works[row], ow, end);
}

// Columns [begin, end) of some rows; the last tile reaches back over pixels that are done.
template <class V, int K>
void nhwc_rows(const Geometry& g, const RowWork<typename V::Element>* works, int32_t rows, int32_t begin, int32_t end) {
  bool reads_last = false;
  for (int32_t row = 0; row < rows; ++row) reads_last |= works[row].reads_last;
  if (reads_last && g.in_channels < V::kLanes) {
    for (int32_t row = 0; row < rows; ++row)
      for (int32_t ow = begin; ow < end; ++ow) nhwc_tile<V, 0, 1, true, true>(g, works[row], ow, end);
    return;
  }
  const int32_t size = tile_pixels(end - begin);
  for (int32_t done = begin; done < end; done += size) {
    const int32_t ow = done + size <= end ? done : end - size;
    switch (size) {
      case 1: nhwc_tiles<V, K, 1>(g, works, rows, ow, end); break;
      case 2: nhwc_tiles<V, K, 2>(g, works, rows, ow, end); break;
      case 4: nhwc_tiles<V, K, 4>(g, works, rows, ow, end); break;
      case 7: nhwc_tiles<V, K, 7>(g, works, rows, ow, end); break;
      default: nhwc_tiles<V, K, 8>(g, works, rows, ow, end); break;
    }
  }
}

// The kernel rows that output row (od, oh) sees, and whether its last input row ends where the array does.
template <class T>
void find_rows(const Geometry& g, const T* src, int32_t od, int32_t oh, RowWork<T>* work) {
  const TapRange depth = taps_inside(g.d, od), height = taps_inside(g.h, oh);
  const int64_t row_elements = int64_t{g.w.in} * g.in_channels;
  int64_t last_row = 0;
  KernelRows<T>& rows = work->rows;
  rows.count = 0;
  for (int32_t kd = depth.begin; kd < depth.end; ++kd) {
    for (int32_t kh = height.begin; kh < height.end; ++kh) {
      const int64_t id = od * g.d.stride - g.d.pad + kd * g.d.dilation;
      const int64_t ih = oh * g.h.stride - g.h.pad + kh * g.h.dilation;
      last_row = id * g.h.in + ih;
      rows.src[rows.count] = src + last_row * row_elements;
      rows.taps[rows.count++] = (int64_t{kd} * g.h.kernel + kh) * g.w.kernel * Vec<T>::kLanes;
    }
  }
  const int64_t rows_behind = int64_t{g.d.in} * g.h.in - 1 - last_row;
  work->reads_last = rows_behind * row_elements < Vec<T>::kLanes;
}

// So many output rows that their input under one tile fits the first cache.
int32_t rows_together(const Geometry& g) {
  const int64_t bytes = int64_t{kTile + g.w.kernel} * g.in_channels * static_cast<int64_t>(element_bytes(g.element));
  const int64_t rows = kTileBytes / bytes - g.h.kernel + 1;
  return static_cast<int32_t>(rows < 1 ? 1 : rows > kRowsTogether ? kRowsTogether : rows);
}

template <class T, int K>
void run(const Geometry& g, const Operands& operands, void* scratch, int64_t begin, int64_t end) {
  using V = Vec<T>;
  const Cut c = cut(g);
  const int64_t all_rows = int64_t{g.d.out} * g.h.out, kernel_rows = int64_t{g.d.kernel} * g.h.kernel;
  const int32_t together = rows_together(g);
  T* zeros = static_cast<T*>(scratch);
  V::zero().store(zeros);
  void* tables = static_cast<char*>(scratch) + kZerosBytes;
  RowWork<T> works[kRowsTogether] = {};
  for (int32_t i = 0; i < together; ++i) {
    works[i].rows = {static_cast<const T**>(tables) + i * kernel_rows,
                     static_cast<int64_t*>(tables) + (together + i) * kernel_rows, 0, zeros};
    works[i].packed = static_cast<const T*>(operands.weight);
    works[i].bias = static_cast<const T*>(operands.bias);
  }
  for (int64_t item = begin; item < end; ++item) {
    const int64_t row_begin = item / c.column_items * c.rows;
    const int64_t row_end = row_begin + c.rows < all_rows ? row_begin + c.rows : all_rows;
    const int64_t ow = item % c.column_items * c.columns;
    const int64_t ow_end = ow + c.columns < g.w.out ? ow + c.columns : g.w.out;
    for (int64_t row = row_begin; row < row_end; row += together) {
      const int32_t rows = static_cast<int32_t>(row_end - row < together ? row_end - row : together);
      for (int32_t i = 0; i < rows; ++i) {
        find_rows(g, static_cast<const T*>(operands.src), static_cast<int32_t>((row + i) / g.h.out),
                  static_cast<int32_t>((row + i) % g.h.out), &works[i]);
        works[i].dst_row = static_cast<T*>(operands.dst) + (row + i) * g.w.out * g.out_channels;
      }
      nhwc_rows<V, K>(g, works, rows, static_cast<int32_t>(ow), static_cast<int32_t>(ow_end));
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

// A vector of zeros, and the tables of the output rows that are worked on together.
template <class T>
int64_t scratch_bytes(const Geometry& g) {
  return kZerosBytes + int64_t{g.d.kernel} * g.h.kernel * rows_together(g) * int64_t{sizeof(void*) + sizeof(int64_t)};
}

template <class T, int K>
constexpr Kernel kernel(const char* name, ElementType element) {
  return {name,       element,         true,    refuses<K>,       cost<T, K>,
          work_items, packed_bytes<T>, pack<T>, scratch_bytes<T>, run<T, K>};
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
