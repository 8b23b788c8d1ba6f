// Computes: 3x3 depthwise convolution, stride 2, channels first, of rows wider than a vector, with one element of
//   padding at most at either side; multiplier and shared bank too.
// Refuses: other sizes, strides, dilations, layouts, other padding, narrow rows; float64.
// Loop order: output channel, band of rows, strip of columns; down the rows.
// In registers: nine taps, the sums of a row of a strip (depthwise2d_s2_wide.h).  Reads beyond: nothing.
#include "kernels/depthwise2d_s2_wide.h"

namespace depthwise {
namespace {

constexpr int32_t kStep = 7;
int32_t band_step(const Geometry&) { return kStep; }

template <class T>
void run(const Geometry& g, const Operands& operands, int64_t begin, int64_t end) {
  using V = Vec<T>;
  if constexpr (HasHalf<V>) run_wide<V>(kS2Strips<V>, g, operands, begin, end, kStep);
}

template <class T>
const char* refuses(const Geometry& g) {
  if (!HasHalf<Vec<T>>) return "vectors without halves";
  if (const char* why = refuses_planes(g, 3, 2)) return why;
  return has_wide_rows<Vec<T>>(g) ? nullptr : "rows of a vector or less, or wide padding";
}

// Nine multiply-adds and six shuffles a vector share three ports.
template <class T>
double cost(const Geometry& g) {
  const double vectors = static_cast<double>(ceil_of(2 * int64_t{g.w.out}, Vec<T>::kLanes)) / 2;
  return static_cast<double>(g.out_channels) * g.d.out * (g.h.out * vectors * 12 + 60);
}

constexpr Kernel kKernels[] = {unpacked_kernel("depthwise2d_k3_s2_wide", ElementType::kFloat32, refuses<float>,
                                               cost<float>, item_count<band_step>, run_depths<band_step, run<float>>)};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise2d_s2_wide) = {DEPTHWISE_ISA_NAME, kKernels, 1};

}  // namespace depthwise
