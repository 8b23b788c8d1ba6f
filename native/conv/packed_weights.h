// Weights and bias as the kernels of a plan want them: a copy, aligned, never changed afterwards, held by every plan,
// module and call that uses it.
#ifndef DEPTHWISE_CONV_PACKED_WEIGHTS_H_
#define DEPTHWISE_CONV_PACKED_WEIGHTS_H_

#include "conv/memory_block.h"
#include "conv/ref_counted.h"

namespace depthwise {

class ConvPlan;

// What says that two plans read the same packing.
struct PackingKey {
  char text[256];
};

// Pointers that a run reads: what each kernel packed, or the weights in PyTorch's order.
struct WeightOperands {
  const void* weight;
  const void* exact_weight;  // for the kernel that takes images which a transform may not have; or null
  const void* bias;          // or null
};

class PackedWeights : public RefCounted<PackedWeights> {
 public:
  // The arrays are read before it returns; `bias` is null where the geometry has none. Null: out of memory.
  static Ref<PackedWeights> create(const ConvPlan& plan, const void* weight, const void* bias);
  static void destroy(PackedWeights* packed) { delete packed; }

  const WeightOperands& operands() const { return operands_; }
  const PackingKey& key() const { return key_; }
  int64_t bytes() const { return bytes_; }

 private:
  PackedWeights() = default;
  MemoryBlock block_;
  WeightOperands operands_ = {};
  PackingKey key_ = {};
  int64_t bytes_ = 0;
};

}  // namespace depthwise

#endif  // DEPTHWISE_CONV_PACKED_WEIGHTS_H_
