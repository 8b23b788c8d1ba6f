// A convolution bound to a kernel: made once, never changed, used from any number of threads at once.
#ifndef DEPTHWISE_CONV_PLAN_H_
#define DEPTHWISE_CONV_PLAN_H_

#include "conv/packed_weights.h"
#include "conv/ref_counted.h"
#include "dispatch/kernel_list.h"
#include "kernels/kernel.h"

namespace depthwise {

enum class Status : int32_t {
  kDone,
  kMore,  // of a run in slices: call again
  kOutOfMemory,
};

// A kernel and what it says of the plan's geometry, asked once.
struct BoundKernel {
  const Kernel* kernel;  // or null
  const char* isa;
  int64_t work_items;
  int64_t packed_bytes;
  int64_t scratch_bytes;  // a thread
  double cycles_per_item;
};

class ConvPlan : public RefCounted<ConvPlan> {
 public:
  // Null where a forced name does not exist or does not fit, or there is no memory: *reason says it for people.
  static Ref<ConvPlan> create(const Geometry& g, const Forced& forced, Reason* reason);
  static void destroy(ConvPlan* plan) { delete plan; }

  // src: `batch` images of geometry().src_elements; dst: `batch` of dst_elements, which does not overlap what is read.
  // Every element of dst is written. The bits depend neither on `threads` nor on `batch` nor on any alignment.
  // `packed` was made by a plan of an equal packing key.
  Status run(const PackedWeights& packed, int64_t batch, const void* src, void* dst, int threads) const;
  // The same on weights as the caller has them, packed within the call where the kernel packs.
  Status run_once(const void* weight, const void* bias, int64_t batch, const void* src, void* dst, int threads) const;

  const Geometry& geometry() const { return geometry_; }
  // What the kernels compute: the same but for a padding mode, which is laid around the image before.
  const Geometry& kernel_geometry() const { return kernel_geometry_; }
  bool pads_images() const { return pads_images_; }
  const BoundKernel& main_kernel() const { return main_; }
  // Where main_kernel() is a transform: what takes the images that are not finite, or huge.
  const BoundKernel& exact_kernel() const { return exact_; }
  // Equal keys: packed weights of one plan serve the other.
  const PackingKey& packing_key() const { return packing_key_; }
  double cost_cycles() const { return main_.cycles_per_item * static_cast<double>(main_.work_items); }

 private:
  ConvPlan() = default;
  Geometry geometry_ = {};
  Geometry kernel_geometry_ = {};
  bool pads_images_ = false;
  BoundKernel main_ = {};
  BoundKernel exact_ = {};
  PackingKey packing_key_ = {};
};

}  // namespace depthwise

#endif  // DEPTHWISE_CONV_PLAN_H_
