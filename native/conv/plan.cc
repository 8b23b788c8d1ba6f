#include "conv/plan.h"

#include <cstdio>
#include <new>

#include "conv/pad_image.h"
#include "conv/run.h"

namespace depthwise {
namespace {

BoundKernel bind(const Choice& choice, const Geometry& g) {
  if (!choice.kernel) return {};
  const Kernel& kernel = *choice.kernel;
  const int64_t items = kernel.work_items(g);
  return {&kernel,
          choice.isa,
          items,
          kernel.packed_bytes(g),
          round_to_block(kernel.scratch_bytes(g)),
          kernel.cost(g) / static_cast<double>(items)};
}

// What pack() may depend on. The size of the image is part of it unless the kernel says that it is not.
size_t describe_packing(const BoundKernel& bound, const Geometry& g, char* text, size_t bytes) {
  const int element = static_cast<int>(element_bytes(g.element));
  if (bound.packed_bytes == 0)
    return snprintf(text, bytes, "plain:%d:%lld:%d", element, static_cast<long long>(g.weight_elements), g.has_bias);
  int used = snprintf(text, bytes, "%s/%s:%lld:%d:%d:%d:%d,%d,%d,%d,%d", bound.kernel->name, bound.isa,
                      static_cast<long long>(bound.packed_bytes), element, static_cast<int>(g.layout), g.shared_bank,
                      g.has_bias, g.in_channels, g.out_channels, g.groups, static_cast<int>(g.activation));
  for (const Axis* axis : {&g.d, &g.h, &g.w}) {
    used += snprintf(text + used, bytes - used, ":%d,%d,%d", axis->kernel, axis->stride, axis->dilation);
    if (!bound.kernel->packs_alike)
      used += snprintf(text + used, bytes - used, ",%d,%d,%d", axis->in, axis->pad, axis->pad_end);
  }
  return used;
}

PackingKey packing_key_of(const BoundKernel& main, const BoundKernel& exact, const Geometry& g) {
  PackingKey key = {};
  const size_t used = describe_packing(main, g, key.text, sizeof key.text);
  if (exact.kernel) {
    key.text[used] = '+';
    describe_packing(exact, g, key.text + used + 1, sizeof key.text - used - 1);
  }
  return key;
}

}  // namespace

Ref<ConvPlan> ConvPlan::create(const Geometry& g, const Forced& forced, Reason* reason) {
  Ref<ConvPlan> plan = Ref<ConvPlan>::adopt(new (std::nothrow) ConvPlan);
  if (!plan) {
    snprintf(reason->text, sizeof reason->text, "out of memory");
    return plan;
  }
  plan->geometry_ = plan->kernel_geometry_ = g;
  plan->kernel_geometry_.padding_mode = PaddingMode::kZeros;
  plan->pads_images_ = g.padding_mode != PaddingMode::kZeros &&
                       (g.d.pad | g.d.pad_end | g.h.pad | g.h.pad_end | g.w.pad | g.w.pad_end) != 0;
  // Every kernel knows one padding, zeros, which costs it no copy. The other modes lay the image out once, which costs
  // a fraction of the convolution, instead of a second form of each kernel's borders.
  if (plan->pads_images_) {
    if (const char* broken = padded_geometry(g, &plan->kernel_geometry_)) {
      snprintf(reason->text, sizeof reason->text, "with its padding laid out: %s", broken);
      return {};
    }
  }
  Choice choice;
  if (!choose_kernel(plan->kernel_geometry_, forced, cpu_isas(), &choice, reason)) return {};
  plan->main_ = bind(choice, plan->kernel_geometry_);
  if (!choice.kernel->exact)
    plan->exact_ = bind(choose_exact_kernel(plan->kernel_geometry_, choice.isa), plan->kernel_geometry_);
  plan->packing_key_ = packing_key_of(plan->main_, plan->exact_, plan->kernel_geometry_);
  return plan;
}

Status ConvPlan::run(const PackedWeights& packed, int64_t batch, const void* src, void* dst, int threads) const {
  ConvRun run(*this, packed.operands(), batch, src, dst);
  return run.advance(threads, ConvRun::kToTheEnd);
}

Status ConvPlan::run_once(const void* weight, const void* bias, int64_t batch, const void* src, void* dst,
                          int threads) const {
  // A kernel that has an exact one beside it packs.
  if (main_.packed_bytes == 0) {
    ConvRun run(*this, {weight, nullptr, bias}, batch, src, dst);
    return run.advance(threads, ConvRun::kToTheEnd);
  }
  if (batch == 0) return Status::kDone;
  const Ref<PackedWeights> packed = PackedWeights::create(*this, weight, bias);
  if (!packed) return Status::kOutOfMemory;
  return run(*packed, batch, src, dst, threads);
}

}  // namespace depthwise
