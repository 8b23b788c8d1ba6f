// The kernels that run on this CPU.
#ifndef DEPTHWISE_TEST_KERNELS_HERE_H_
#define DEPTHWISE_TEST_KERNELS_HERE_H_

#include "dispatch/kernel_list.h"

namespace depthwise::test {

// f(kernel, name of its ISA), the best ISA first.
template <class F>
void for_each_kernel_here(F f) {
  for (int32_t l = 0; l < kernel_list_count(); ++l) {
    const KernelList& list = kernel_list(l);
    Isa isa;
    if (!isa_from_name(list.isa, &isa) || !(cpu_isas() & isa_bit(isa))) continue;
    for (int32_t k = 0; k < list.count; ++k) f(list.kernels[k], list.isa);
  }
}

// What a kernel says of the sizes of a geometry that it does not refuse.
inline bool sizes_make_sense(const Kernel& kernel, const Geometry& g) {
  return kernel.work_items(g) >= 1 && kernel.cost(g) > 0 && kernel.packed_bytes(g) >= 0 && kernel.scratch_bytes(g) >= 0;
}

}  // namespace depthwise::test

#endif  // DEPTHWISE_TEST_KERNELS_HERE_H_
