// A kernel that reads the weights as they are.
#ifndef DEPTHWISE_KERNELS_UNPACKED_H_
#define DEPTHWISE_KERNELS_UNPACKED_H_

#include "kernels/family.h"

namespace depthwise {
namespace {

inline int64_t no_packed_bytes(const Geometry&) { return 0; }
inline void no_pack(const Geometry&, const void*, void*) {}
inline int64_t no_scratch_bytes(const Geometry&) { return 0; }

// An exact one; without scratch unless it says how much.
constexpr Kernel unpacked_kernel(const char* name, ElementType element, decltype(Kernel::refuses) refuses,
                                 decltype(Kernel::cost) cost, decltype(Kernel::work_items) work_items,
                                 decltype(Kernel::run) run,
                                 decltype(Kernel::scratch_bytes) scratch_bytes = no_scratch_bytes) {
  return {name, element, true, refuses, cost, work_items, no_packed_bytes, no_pack, scratch_bytes, run};
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_UNPACKED_H_
