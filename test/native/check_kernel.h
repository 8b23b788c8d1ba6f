// Runs one kernel on one problem between guard pages and compares every output with the formula in float64.
#ifndef DEPTHWISE_TEST_NATIVE_CHECK_KERNEL_H_
#define DEPTHWISE_TEST_NATIVE_CHECK_KERNEL_H_

#include <string>
#include <vector>

#include "expect.h"
#include "guard_buffer.h"
#include "kernels/kernel.h"
#include "problem.h"

namespace depthwise::test {

// One image of random data for a problem, read-only between guard pages, and what must come out. `has_nan`: some
// inputs are NaN.
struct Scene {
  Scene(const Problem& problem, bool integers, Flush flush, uint64_t seed, bool has_nan = false);

  Geometry g;
  bool integers, has_nan;
  Flush flush;
  GuardBuffer src, weight, bias;
  std::vector<Expected> expected;
  const void* bias_or_null() { return g.has_bias ? bias.data() : nullptr; }
};

// An empty string, or what is wrong with what the kernel made of it.
std::string check_kernel(const Kernel& kernel, Scene& scene, uint64_t seed);

// Compares one array of outputs (one image) with what is expected; `exact`: the kernel sums exactly on integers.
std::string compare(const Scene& scene, const void* dst, bool exact);

}  // namespace depthwise::test

#endif  // DEPTHWISE_TEST_NATIVE_CHECK_KERNEL_H_
