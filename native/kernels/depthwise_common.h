// What the depthwise kernels share: which planes an output channel reads and writes, work items, and the finish.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE_COMMON_H_
#define DEPTHWISE_KERNELS_DEPTHWISE_COMMON_H_

#include "kernels/activation.h"
#include "kernels/unpacked.h"

namespace depthwise {
namespace {

// Before a loop whose variable must be a constant in its body, so that the arrays it indexes live in registers.
#define DEPTHWISE_UNROLL _Pragma("GCC unroll 32")
// A lambda that must melt into its caller, for the same reason.
#define DEPTHWISE_INLINE_LAMBDA __attribute__((always_inline))

DEPTHWISE_INLINE int64_t min_of(int64_t a, int64_t b) { return a < b ? a : b; }
DEPTHWISE_INLINE int64_t max_of(int64_t a, int64_t b) { return a > b ? a : b; }
DEPTHWISE_INLINE int64_t ceil_of(int64_t a, int64_t b) { return (a + b - 1) / b; }

// A hint, never a fault: the address may lie anywhere.
DEPTHWISE_INLINE void prefetch(const void* address) { __builtin_prefetch(address); }
DEPTHWISE_INLINE void prefetch(uintptr_t address) { prefetch(reinterpret_cast<const void*>(address)); }

// The planes, taps and bias of one output channel; channels first, depth 1.
template <class T>
struct Channel {
  const T* src;      // (h.in, w.in)
  const T* src_end;  // the end of the whole image: what lies before it may be read
  const T* src_begin;
  const T* taps;  // (h.kernel, w.kernel)
  T bias;
  T* dst;  // (h.out, w.out)
};

// Why a depthwise kernel of channels first and of dilation 1 in its planes does not take g; any depth.
inline const char* refuses_square_planes(const Geometry& g, int kernel, int stride) {
  if (g.layout != Layout::kChannelsFirst) return "channels last";
  if (g.in_per_group != 1) return "not depthwise";
  if (g.h.kernel != kernel || g.w.kernel != kernel) return "another kernel size";
  if (g.h.stride != stride || g.w.stride != stride) return "another stride";
  if (g.h.dilation != 1 || g.w.dilation != 1) return "dilated";
  const bool is_padded = (g.d.pad | g.d.pad_end | g.h.pad | g.h.pad_end | g.w.pad | g.w.pad_end) != 0;
  if (is_padded && g.padding_mode != PaddingMode::kZeros) return "padding that is not zeros";
  return nullptr;
}

// The same where nothing happens along the depth: planes that stand for themselves.
inline const char* refuses_planes(const Geometry& g, int kernel, int stride) {
  if (g.d.kernel != 1 || g.d.stride != 1 || g.d.out != g.d.in || g.d.pad != 0)
    return "something happens along the depth";
  return refuses_square_planes(g, kernel, stride);
}

// Work items: a band of rows of one output channel. The channels of a group come next to each other for each band,
// so that they read the input band from the cache.
struct Bands {
  int64_t rows;   // of a band
  int64_t count;  // of a plane
};

// About 2 million multiply-adds an item, a few hundred microseconds; its rows are a multiple of `step`.
inline Bands item_bands(const Geometry& g, int32_t step) {
  const int64_t rows = max_of(1, cut_size(int64_t{2} << 20) / capped_product(g.taps, g.w.out));
  if (rows >= g.h.out) return {g.h.out, 1};
  const int64_t even = ceil_of(ceil_of(g.h.out, ceil_of(g.h.out, rows)), step) * step;
  return {even, ceil_of(g.h.out, even)};
}

// The item that `index` names, and those after it.
struct ItemWalk {
  int64_t channels, groups_kernels, bands, band_rows;
  int64_t group, band, m;

  ItemWalk(const Geometry& g, const Bands& items, int64_t index)
      : channels(g.out_per_group),
        groups_kernels(g.shared_bank ? 0 : g.out_per_group),
        bands(items.count),
        band_rows(items.rows),
        group(index / channels / bands),
        band(index / channels % bands),
        m(index % channels) {}
  DEPTHWISE_INLINE void next() {
    if (++m < channels) return;
    m = 0;
    if (++band < bands) return;
    band = 0;
    ++group;
  }
  DEPTHWISE_INLINE int64_t row() const { return band * band_rows; }
  DEPTHWISE_INLINE int64_t kernel() const { return group * groups_kernels + m; }
};

template <class T>
DEPTHWISE_INLINE Channel<T> channel_of(const Geometry& g, const Operands& operands, const ItemWalk& item) {
  const int64_t kernel = item.kernel();
  const T* src = static_cast<const T*>(operands.src);
  const T* bias = static_cast<const T*>(operands.bias);
  return {src + item.group * g.src_plane,
          src + g.src_elements,
          src,
          static_cast<const T*>(operands.weight) + kernel * g.taps,
          bias ? bias[kernel] : T(0),
          static_cast<T*>(operands.dst) + (item.group * item.channels + item.m) * g.dst_plane};
}

// `rows` rows in as few parts as possible of at most `most` rows each, all about the same: the rows of a part.
inline int32_t even_parts(int64_t rows, int64_t most) {
  return static_cast<int32_t>(ceil_of(rows, max_of(1, ceil_of(rows, most))));
}

// kStep(g): the step of the bands.
template <int32_t (*kStep)(const Geometry&)>
int64_t item_count(const Geometry& g) {
  return int64_t{g.out_channels} * g.d.out * item_bands(g, kStep(g)).count;
}

// kRun for any depth: the planes of a channel are the groups of a bank of one kernel that they share.
template <int32_t (*kStep)(const Geometry&), void (*kRun)(const Geometry&, const Operands&, int64_t, int64_t)>
void run_depths(const Geometry& g, const Operands& operands, void*, int64_t begin, int64_t end) {
  if (g.d.in == 1) return kRun(g, operands, begin, end);
  Geometry planes = g;
  planes.shared_bank = true;
  planes.in_channels = planes.out_channels = planes.groups = g.d.in;
  planes.out_per_group = planes.weight_count = planes.d.in = planes.d.out = 1;
  planes.src_plane = int64_t{g.h.in} * g.w.in;
  planes.dst_plane = int64_t{g.h.out} * g.w.out;
  planes.src_elements = g.src_plane;
  planes.dst_elements = g.dst_plane;
  planes.weight_elements = g.taps;
  const int64_t element = static_cast<int64_t>(element_bytes(g.element)), items = item_count<kStep>(planes);
  for (int64_t item = begin; item < end;) {
    const int64_t oc = item / items, first = item - oc * items, last = min_of(items, first + end - item);
    const int64_t kernel = g.shared_bank ? oc % g.out_per_group : oc;
    const auto at = [](const void* array, int64_t bytes) {
      return array ? static_cast<const char*>(array) + bytes : nullptr;
    };
    kRun(
        planes,
        {at(operands.src, oc / g.out_per_group * g.src_plane * element), at(operands.weight, kernel * g.taps * element),
         at(operands.bias, kernel * element), static_cast<char*>(operands.dst) + oc * g.dst_plane * element},
        first, last);
    item += last - first;
  }
}

// ReLU and ReLU6 cost next to nothing at the store of a sum; the others pass once more over finished rows.
template <class V>
DEPTHWISE_INLINE V clamp_at_store(Activation activation, V sum) {
  using T = typename V::Element;
  if (__builtin_expect(activation == Activation::kNone, true)) return sum;
  if (activation == Activation::kRelu) return max(V::zero(), sum);
  if (activation == Activation::kRelu6) return min(V::broadcast(T(6)), max(V::zero(), sum));
  return sum;
}

template <class V>
DEPTHWISE_INLINE void finish_rows(Activation activation, typename V::Element* dst, int64_t count) {
  if (activation == Activation::kSilu || activation == Activation::kHardswish)
    activate_stored<V>(activation, dst, count);
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE_COMMON_H_
