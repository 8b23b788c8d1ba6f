// Cutting a whole into nearly equal parts, and what a matrix product costs.
#ifndef DEPTHWISE_KERNELS_GEMM_PARTS_H_
#define DEPTHWISE_KERNELS_GEMM_PARTS_H_

#include "kernels/family.h"

namespace depthwise {
namespace {

static DEPTHWISE_INLINE int64_t at_most(int64_t a, int64_t b) { return a < b ? a : b; }
static DEPTHWISE_INLINE int64_t at_least(int64_t a, int64_t b) { return a > b ? a : b; }

// How many parts of `part` cover the whole.
static DEPTHWISE_INLINE int64_t parts(int64_t whole, int64_t part) { return (whole + part - 1) / part; }

// Where part `index` of `count` begins, when they differ by one at most: no short one at the end, whose few sums
// would leave the multipliers idle.
static DEPTHWISE_INLINE int64_t part_begin(int64_t whole, int64_t count, int64_t index) {
  return whole * index / count;
}

// For the costs: multiply-adds of whole vectors that begin in a cycle.
constexpr double kMultiplyAddRate = 2;

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_GEMM_PARTS_H_
