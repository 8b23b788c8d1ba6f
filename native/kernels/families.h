// Every family of kernels, one a line: <family>.cc beside this file, and the ISAs that it is compiled for, one object
// each. CMakeLists.txt reads the lines that begin with "  X("; dispatch/kernel_list.cc makes its table of them.
//   ALL         every ISA
//   NOT_AVX512  AVX2's serves where AVX-512 is: sixteen lanes were no faster
#ifndef DEPTHWISE_KERNELS_FAMILIES_H_
#define DEPTHWISE_KERNELS_FAMILIES_H_

// clang-format off
#define DEPTHWISE_FAMILIES(X) \
  X(depthwise2d_k3, ALL) \
  X(depthwise2d_k5, ALL) \
  X(depthwise2d_k7, ALL) \
  X(depthwise2d_s2, NOT_AVX512) \
  X(depthwise3d, ALL) \
  X(depthwise_any, NOT_AVX512) \
  X(depthwise_any_h, ALL) \
  X(depthwise_large, ALL) \
  X(depthwise_large_w, ALL) \
  X(depthwise_nhwc, ALL) \
  X(winograd, ALL) \
  X(pointwise, ALL) \
  X(grouped, ALL) \
  X(dense, ALL) \
  X(reference, ALL) \
/* end */
// clang-format on

#endif  // DEPTHWISE_KERNELS_FAMILIES_H_
