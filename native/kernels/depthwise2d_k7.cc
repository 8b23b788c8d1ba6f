// Computes: 7x7 depthwise convolution, stride 1, channels first, any padding; multiplier and shared bank too.
// Refuses: other sizes, strides, dilations, layouts; padding that is not zeros; float64.
// Loop order: output channel, band of rows that fits the first-level cache, tile of rows, column block; rows
//   that meet in that cache go along memory, two at a time.
// In registers: the sums of a tile, the taps of one column (depthwise2d_tile.h).  Reads beyond: nothing.
#include "kernels/depthwise2d_square.h"

namespace depthwise {
namespace {

constexpr Kernel kKernels[] = {square_kernel<float, 7>("depthwise2d_k7_s1", ElementType::kFloat32)};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise2d_k7) = {DEPTHWISE_ISA_NAME, kKernels, 1};

}  // namespace depthwise
