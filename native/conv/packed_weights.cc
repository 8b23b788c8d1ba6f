#include "conv/packed_weights.h"

#include <cstring>
#include <new>

#include "conv/plan.h"

namespace depthwise {
namespace {

// The packing of one kernel, or the plain order where it packs nothing.
int64_t stored_bytes(const BoundKernel& bound, int64_t plain_bytes) {
  if (!bound.kernel) return 0;
  return bound.packed_bytes > 0 ? bound.packed_bytes : plain_bytes;
}

void store(const BoundKernel& bound, const Geometry& g, const void* weight, int64_t plain_bytes, void* to) {
  if (bound.packed_bytes > 0)
    bound.kernel->pack(g, weight, to);
  else
    memcpy(to, weight, static_cast<size_t>(plain_bytes));
}

}  // namespace

Ref<PackedWeights> PackedWeights::create(const ConvPlan& plan, const void* weight, const void* bias) {
  const Geometry& g = plan.kernel_geometry();
  const int64_t element = static_cast<int64_t>(element_bytes(g.element));
  const int64_t plain_bytes = g.weight_elements * element, bias_bytes = bias ? g.weight_count * element : 0;
  const int64_t main_bytes = round_to_block(stored_bytes(plan.main_kernel(), plain_bytes));
  const int64_t exact_bytes = round_to_block(stored_bytes(plan.exact_kernel(), plain_bytes));
  Ref<PackedWeights> packed = Ref<PackedWeights>::adopt(new (std::nothrow) PackedWeights);
  if (!packed) return packed;
  packed->bytes_ = main_bytes + exact_bytes + bias_bytes;
  packed->block_ = MemoryBlock::take(packed->bytes_);
  if (!packed->block_) return {};
  char* at = packed->block_.data();
  store(plan.main_kernel(), g, weight, plain_bytes, at);
  packed->operands_.weight = at;
  if (plan.exact_kernel().kernel) {
    store(plan.exact_kernel(), g, weight, plain_bytes, at + main_bytes);
    packed->operands_.exact_weight = at + main_bytes;
  }
  if (bias) {
    memcpy(at + main_bytes + exact_bytes, bias, static_cast<size_t>(bias_bytes));
    packed->operands_.bias = at + main_bytes + exact_bytes;
  }
  packed->key_ = plan.packing_key();
  return packed;
}

}  // namespace depthwise
