// Random problems around every border that a kernel may have: widths from one to past two vectors, kernels larger than
// the input, one output, uneven padding, every grouping, both layouts and element types.
#ifndef DEPTHWISE_TEST_NATIVE_SWEEP_H_
#define DEPTHWISE_TEST_NATIVE_SWEEP_H_

#include "problem.h"

namespace depthwise::test {

// Problem number `index` of the sweep; the same on every machine.
Problem sweep_problem(int64_t index);

}  // namespace depthwise::test

#endif  // DEPTHWISE_TEST_NATIVE_SWEEP_H_
