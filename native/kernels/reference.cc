// Computes: the formula itself, for any geometry, in the element type.  Refuses: nothing.
// Loop order: output channel, output row, a block of columns; then input channel, depth, height and width of the taps.
// In registers: one sum at a time.  Reads beyond: nothing.
// It is the meaning of every other kernel, and the last resort where all others refuse.
#include "kernels/activation.h"
#include "kernels/family.h"
#include "kernels/unpacked.h"

namespace depthwise {
namespace {

// An item is one block of columns of one output row: at most this many multiply-adds, or one vector of outputs.
constexpr int64_t kItemTaps = cut_size(int64_t{1} << 20);

// Where element (channel, pixel) of an array of `channels` planes of `plane` pixels lies.
struct Strides {
  int64_t channel;
  int64_t pixel;
};

Strides strides(const Geometry& g, int64_t channels, int64_t plane) {
  if (g.layout == Layout::kChannelsFirst) return {plane, 1};
  return {1, channels};
}

int64_t block_columns(const Geometry& g, int lanes) {
  const int64_t columns = kItemTaps / (g.taps * g.in_per_group) / lanes * lanes;
  return columns < lanes ? lanes : columns > g.w.out ? g.w.out : columns;
}

int64_t blocks(const Geometry& g, int lanes) {
  const int64_t columns = block_columns(g, lanes);
  return (g.w.out + columns - 1) / columns;
}

// One output before its activation. The taps that lie in the padding are left out.
template <class T>
T output_sum(const Geometry& g, const T* src, const T* weight, T bias, int32_t oc, int32_t od, int32_t oh, int32_t ow) {
  const Strides at = strides(g, g.in_channels, g.src_plane);
  const int32_t group = oc / g.out_per_group;
  const int64_t kernel = g.shared_bank ? oc % g.out_per_group : oc;
  T sum = bias;
  for (int32_t ic = 0; ic < g.in_per_group; ++ic) {
    const T* src_plane = src + (int64_t{group} * g.in_per_group + ic) * at.channel;
    const T* taps = weight + (kernel * g.in_per_group + ic) * g.taps;
    for (int32_t kd = 0; kd < g.d.kernel; ++kd) {
      const int32_t id = od * g.d.stride - g.d.pad + kd * g.d.dilation;
      if (id < 0 || id >= g.d.in) continue;
      for (int32_t kh = 0; kh < g.h.kernel; ++kh) {
        const int32_t ih = oh * g.h.stride - g.h.pad + kh * g.h.dilation;
        if (ih < 0 || ih >= g.h.in) continue;
        const T* src_row = src_plane + (int64_t{id} * g.h.in + ih) * g.w.in * at.pixel;
        const T* tap_row = taps + (int64_t{kd} * g.h.kernel + kh) * g.w.kernel;
        for (int32_t kw = 0; kw < g.w.kernel; ++kw) {
          const int32_t iw = ow * g.w.stride - g.w.pad + kw * g.w.dilation;
          if (iw < 0 || iw >= g.w.in) continue;
          sum += src_row[iw * at.pixel] * tap_row[kw];
        }
      }
    }
  }
  return sum;
}

template <class T>
void run_item(const Geometry& g, const T* src, const T* weight, const T* bias, T* dst, int64_t item) {
  using V = Vec<T>;
  const int64_t columns = block_columns(g, V::kLanes), row_blocks = blocks(g, V::kLanes);
  const int64_t row = item / row_blocks, first = item % row_blocks * columns;
  const int64_t rows = int64_t{g.d.out} * g.h.out;
  const int32_t oc = static_cast<int32_t>(row / rows);
  const int32_t od = static_cast<int32_t>(row % rows / g.h.out), oh = static_cast<int32_t>(row % g.h.out);
  const int64_t end = first + columns < g.w.out ? first + columns : g.w.out;
  const Strides at = strides(g, g.out_channels, g.dst_plane);
  const T start = bias ? bias[g.shared_bank ? oc % g.out_per_group : oc] : T(0);
  T* dst_row = dst + oc * at.channel + row % rows * g.w.out * at.pixel;
  // The activation works on vectors; a short one at the end computes lanes that nobody stores.
  T sums[V::kLanes] = {};
  for (int64_t ow = first; ow < end; ow += V::kLanes) {
    const int count = static_cast<int>(end - ow < V::kLanes ? end - ow : V::kLanes);
    for (int i = 0; i < count; ++i)
      sums[i] = output_sum(g, src, weight, start, oc, od, oh, static_cast<int32_t>(ow + i));
    activate(g.activation, V::load(sums)).store(sums);
    for (int i = 0; i < count; ++i) dst_row[(ow + i) * at.pixel] = sums[i];
  }
}

template <class T>
void run(const Geometry& g, const Operands& operands, void*, int64_t begin, int64_t end) {
  for (int64_t item = begin; item < end; ++item)
    run_item(g, static_cast<const T*>(operands.src), static_cast<const T*>(operands.weight),
             static_cast<const T*>(operands.bias), static_cast<T*>(operands.dst), item);
}

template <class T>
int64_t work_items(const Geometry& g) {
  return int64_t{g.out_channels} * g.d.out * g.h.out * blocks(g, Vec<T>::kLanes);
}

// More than any real kernel needs for a multiply-add, so that it is taken only where there is no other.
double cost(const Geometry& g) {
  return 1000.0 +
         40.0 * static_cast<double>(g.dst_elements) * static_cast<double>(g.in_per_group) * static_cast<double>(g.taps);
}

const char* refuses(const Geometry&) { return nullptr; }

constexpr Kernel of_any_size(Kernel kernel) {
  kernel.any_size = true;
  return kernel;
}

constexpr Kernel kKernels[] = {
    of_any_size(unpacked_kernel("reference", ElementType::kFloat32, refuses, cost, work_items<float>, run<float>)),
    of_any_size(unpacked_kernel("reference", ElementType::kFloat64, refuses, cost, work_items<double>, run<double>)),
};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(reference) = {DEPTHWISE_ISA_NAME, kKernels, 2};

}  // namespace depthwise
