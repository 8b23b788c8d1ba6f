// Cutting a whole into nearly equal parts, what is held between two of them, and what a matrix product costs.
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

// Which place scratch still holds the inputs of, where each has so many items, one after the other; -1: none.
static DEPTHWISE_INLINE int64_t held_place(const Operands& operands, int64_t items) {
  return operands.last_item < 0 ? -1 : operands.last_item / items;
}

// For the costs: multiply-adds of whole vectors that begin in a cycle.
constexpr double kMultiplyAddRate = 2;

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_GEMM_PARTS_H_
