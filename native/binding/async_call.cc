#include "binding/async_call.h"

#include "binding/introspect.h"
#include "binding/plan_functions.h"

namespace depthwise {
namespace {

constexpr int64_t kSliceMicroseconds = 3000;

Status begin(AsyncCall* call) {
  if (!call->packed) {
    const Ref<PackedWeights> packed = PackedWeights::create(*call->plan, call->weight, call->bias);
    call->packed = Ref<const PackedWeights>::share(packed.get());
  }
  const int64_t bytes = dst_bytes(call->plan->geometry(), call->batch);
  call->result = MemoryBlock::take(bytes);
  if (!call->packed || (bytes > 0 && !call->result)) return Status::kOutOfMemory;
  call->run.emplace(*call->plan, call->packed->operands(), call->batch, call->src, call->result.data());
  return Status::kMore;
}

}  // namespace

bool AsyncCall::compute_slice(Job* job) {
  AsyncCall* call = static_cast<AsyncCall*>(job);
  Status status = call->run ? Status::kMore : begin(call);
  if (status == Status::kMore) status = call->run->advance(num_threads(), kSliceMicroseconds);
  call->status = status;
  if (status == Status::kMore) return false;
  // The next call finds this memory warm.
  call->run.reset();
  call->copies = MemoryBlock();
  return true;
}

void AsyncCall::free_memory(Job* job) {
  AsyncCall* call = static_cast<AsyncCall*>(job);
  call->run.reset();
  call->copies = MemoryBlock();
  call->result = MemoryBlock();
  call->packed = {};
  call->release();
}

}  // namespace depthwise
