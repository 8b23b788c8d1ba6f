// Every kernel that is compiled in, and the choice among them.
#ifndef DEPTHWISE_DISPATCH_KERNEL_LIST_H_
#define DEPTHWISE_DISPATCH_KERNEL_LIST_H_

#include "dispatch/cpu.h"
#include "kernels/kernel.h"

namespace depthwise {

// The lists of all families and ISAs, the best ISA first.
int32_t kernel_list_count();
const KernelList& kernel_list(int32_t index);
IsaSet compiled_isas();

// Why a kernel does not take this geometry, for people; nullptr where it does.
const char* refusal(const Kernel& kernel, const Geometry& g);

// What the user wants instead of a free choice; nullptr or "" where nothing is forced.
struct Forced {
  const char* isa;
  const char* kernel;  // "depthwise2d_k3_s1", or with the ISA behind a slash
};

struct Choice {
  const Kernel* kernel;
  const char* isa;
};

struct Reason {
  char text[256];
};

// The kernel of least cost among those that fit, of the ISAs in `allowed`. A forced name ignores the cost of others.
// Where nothing fits (only possible when something is forced) it returns false and tells why.
bool choose_kernel(const Geometry& g, const Forced& forced, IsaSet allowed, Choice* choice, Reason* reason);

// The same among the exact kernels of one ISA: what takes an image that a transform may not have. Always finds one.
Choice choose_exact_kernel(const Geometry& g, const char* isa);

}  // namespace depthwise

#endif  // DEPTHWISE_DISPATCH_KERNEL_LIST_H_
