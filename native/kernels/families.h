// Every family of kernels, one a line: <family>.cc beside this file, compiled for each ISA into one object. The
// columns say which ISA has it: AVX-512, where AVX2's serves too if sixteen lanes were no faster; AVX2 and NEON, but
// for what needs more lanes; SSE2, which is for CPUs without AVX2 and does with a few families. cmake/kernels.cmake
// reads the lines that begin with "  X("; dispatch/kernel_list.cc makes its table of them.
#ifndef DEPTHWISE_KERNELS_FAMILIES_H_
#define DEPTHWISE_KERNELS_FAMILIES_H_

// clang-format off
// family, AVX-512, AVX2, SSE2, NEON
#define DEPTHWISE_FAMILIES(X) \
  X(depthwise2d_k3, YES, YES, YES, YES) \
  X(depthwise2d_k3_dilated, YES, YES, NO, YES) \
  X(depthwise2d_k5, YES, YES, NO, YES) \
  X(depthwise2d_k7, YES, YES, NO, YES) \
  X(depthwise2d_by_channels, YES, NO, NO, NO) \
  X(depthwise2d_s2, NO, YES, NO, YES) \
  X(depthwise2d_s2_wide, YES, NO, NO, NO) \
  X(depthwise2d_s2_narrow, YES, NO, NO, NO) \
  X(depthwise3d, YES, YES, NO, YES) \
  X(depthwise_any, NO, YES, YES, YES) \
  X(depthwise_any_h, NO, YES, NO, YES) \
  X(depthwise_large, NO, YES, NO, YES) \
  X(depthwise_large_w, YES, YES, NO, YES) \
  X(depthwise_fft, YES, YES, NO, YES) \
  X(depthwise_nhwc, YES, YES, YES, YES) \
  X(depthwise_nhwc_flat, YES, YES, NO, YES) \
  X(winograd, YES, YES, NO, YES) \
  X(pointwise, YES, YES, NO, YES) \
  X(grouped, YES, YES, NO, YES) \
  X(dense, YES, YES, YES, YES) \
  X(reference, YES, YES, YES, YES) \
/* end */
// clang-format on

#endif  // DEPTHWISE_KERNELS_FAMILIES_H_
