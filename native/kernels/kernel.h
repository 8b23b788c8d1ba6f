// A kernel is a row of functions; it can refuse a geometry, and says why. All of it works on ONE image.
#ifndef DEPTHWISE_KERNELS_KERNEL_H_
#define DEPTHWISE_KERNELS_KERNEL_H_

#include "conv/geometry.h"

namespace depthwise {

// Pointers to elements of g.element. `weight` is what pack() wrote, or PyTorch's order where packed_bytes() is 0.
// `bias` has g.weight_count elements, or is null. Nothing but dst is written; nothing outside the arrays is read.
// `is_beyond`: a transform kernel sets it, atomically, where it meets a number that it cannot take (Kernel::exact).
// `last_item`: what was computed last of the same arrays and with the same scratch, which still holds it; -1: nothing.
struct Operands {
  const void* src;
  const void* weight;
  const void* bias;
  void* dst;
  int64_t last_item = -1;
  bool* is_beyond = nullptr;
};

struct Kernel {
  const char* name;  // "depthwise2d_k3_s1"; printed with the ISA behind a slash
  ElementType element;
  // False: a transform kernel (Winograd, FFT), held to a tolerance instead of to exact integers. It needs the input
  // to be finite and below about 2^64 (float64: 2^512), and tells where it is not: an exact kernel then computes the
  // image once more.
  bool exact;
  // nullptr: fits; else the reason, for people. Speaks of correctness only, never of speed.
  const char* (*refuses)(const Geometry&);
  // Expected cycles for one image on one thread, comparable between all kernels of all ISAs: the cheapest is taken.
  double (*cost)(const Geometry&);
  // Independent pieces with disjoint outputs, each at most a few million multiply-adds; a function of the geometry
  // alone, so that the bits of a result never depend on the number of threads.
  int64_t (*work_items)(const Geometry&);
  int64_t (*packed_bytes)(const Geometry&);  // 0: reads the weights in PyTorch's order
  void (*pack)(const Geometry&, const void* weight, void* packed);
  int64_t (*scratch_bytes)(const Geometry&);  // a thread; 64-byte aligned, contents undefined, handed to run
  void (*run)(const Geometry&, const Operands&, void* scratch, int64_t begin, int64_t end);
  // True: what pack() writes depends on the channels, groups, taps, stride, dilation and layout, never on the size of
  // the image or its padding. Plans for other sizes then share packed weights. False is always safe.
  bool packs_alike = false;
  // True: sizes may be whatever a Geometry may hold. All others count in 32 bits where they add two of them, and are
  // not asked about any of 2^30 and more (is_vast in dispatch/kernel_list.cc).
  bool any_size = false;
};

// The kernels of one family on one ISA; between equal costs the earlier one is taken.
struct KernelList {
  const char* isa;
  const Kernel* kernels;
  int32_t count;
};

}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_KERNEL_H_
