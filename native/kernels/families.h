// Every family of kernels, one a line: <family>.cc beside this file. CMakeLists.txt reads the lines that begin with
// "  X(" and compiles each family once for each ISA; dispatch/kernel_list.cc makes its table of them.
#ifndef DEPTHWISE_KERNELS_FAMILIES_H_
#define DEPTHWISE_KERNELS_FAMILIES_H_

// clang-format off
#define DEPTHWISE_FAMILIES(X) \
  X(depthwise2d_k3) \
  X(depthwise2d_k5) \
  X(depthwise2d_k7) \
  X(depthwise2d_s2) \
  X(depthwise3d) \
  X(depthwise_any) \
  X(depthwise_any_h) \
  X(depthwise_large) \
  X(depthwise_large_w) \
  X(depthwise_nhwc) \
  X(winograd) \
  X(pointwise) \
  X(grouped) \
  X(dense) \
  X(reference) \
/* end */
// clang-format on

#endif  // DEPTHWISE_KERNELS_FAMILIES_H_
