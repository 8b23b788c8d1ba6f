// Every family of kernels, one a line: <family>.cc beside this file, compiled for each ISA into one object. Two columns
// say whether the lesser-used of them have it: AVX-512, where AVX2's serves too if sixteen lanes were no faster, and
// SSE2, which is for x64 CPUs without AVX2 and does with a few families.
// cmake/kernels.cmake reads the lines that begin with "  X("; dispatch/kernel_list.cc makes its table of them.
#ifndef DEPTHWISE_KERNELS_FAMILIES_H_
#define DEPTHWISE_KERNELS_FAMILIES_H_

// clang-format off
// family, AVX-512, SSE2
#define DEPTHWISE_FAMILIES(X) \
  X(depthwise2d_k3, YES, YES) \
  X(depthwise2d_k3_dilated, YES, NO) \
  X(depthwise2d_k5, YES, NO) \
  X(depthwise2d_k7, YES, NO) \
  X(depthwise2d_by_channels, YES, NO) \
  X(depthwise2d_s2, NO, NO) \
  X(depthwise3d, YES, NO) \
  X(depthwise_any, NO, YES) \
  X(depthwise_any_h, NO, NO) \
  X(depthwise_large, YES, NO) \
  X(depthwise_large_w, YES, NO) \
  X(depthwise_fft, YES, NO) \
  X(depthwise_nhwc, YES, YES) \
  X(winograd, YES, NO) \
  X(pointwise, YES, NO) \
  X(grouped, YES, NO) \
  X(dense, YES, YES) \
  X(reference, YES, YES) \
/* end */
// clang-format on

#endif  // DEPTHWISE_KERNELS_FAMILIES_H_
