// One asynchronous run: what it computes from memory of its own, off the JavaScript thread.
#ifndef DEPTHWISE_BINDING_ASYNC_CALL_H_
#define DEPTHWISE_BINDING_ASYNC_CALL_H_

#include <node_api.h>

#include <optional>

#include "binding/compute_queue.h"
#include "conv/run.h"

namespace depthwise {

// Held by the queue (or whoever took it from there) and by its handle in JavaScript.
struct AsyncCall : Job, RefCounted<AsyncCall> {
  static void destroy(AsyncCall* call) { delete call; }

  // Computes a slice. Job::step.
  static bool compute_slice(Job* job);
  // Lets go of all memory, whatever JavaScript's handle still holds. Job::discard.
  static void free_memory(Job* job);

  Ref<const ConvPlan> plan;
  Ref<const PackedWeights> packed;  // given, or packed in the first slice
  int64_t batch = 0;
  // The operands: in `copies`, or memory of a SharedArrayBuffer that `shared` keeps.
  const void* weight = nullptr;
  const void* bias = nullptr;
  const void* src = nullptr;
  MemoryBlock copies;
  int64_t copied_bytes = 0;

  // Out of JavaScript's reach until it is complete. Taken when the computation begins, not at the call: calls that
  // wait hold their operands only.
  MemoryBlock result;
  Status status = Status::kMore;
  std::optional<ConvRun> run;

  // JavaScript's side, touched by its thread alone.
  bool is_settled = false;
  napi_ref settle = nullptr;
  napi_ref out = nullptr;  // or null: a new array
  napi_ref shared[3] = {};
};

}  // namespace depthwise

#endif  // DEPTHWISE_BINDING_ASYNC_CALL_H_
