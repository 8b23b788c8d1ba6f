#include "binding/plan_functions.h"

#include <cstring>

#include "binding/errors.h"
#include "binding/handles.h"
#include "binding/introspect.h"
#include "binding/make_values.h"
#include "binding/read_args.h"
#include "binding/result_array.h"

namespace depthwise {
namespace {

void free_plan(napi_env, void* plan, void*) { static_cast<ConvPlan*>(plan)->release(); }

// V8 counts packed weights as the memory of their handle, so that many of them make it collect.
void free_packed(napi_env env, void* object, void*) {
  PackedWeights* packed = static_cast<PackedWeights*>(object);
  int64_t total;
  napi_adjust_external_memory(env, -packed->bytes(), &total);
  packed->release();
}

const HandleType kPlanHandle = {{0x7d1f7c9ab04e4d21, 0x9c3a5de8416b20f7}, "plan", free_plan};
const HandleType kPackedHandle = {{0x51b0e6d83f7a4c66, 0x8e2495cf0b7d13a8}, "packed weights", free_packed};

napi_value finish(napi_env env, Status status, int64_t bytes) {
  if (status != Status::kDone) throw_memory(env, bytes);
  return nullptr;
}

// The weights of a run: packed before, or the caller's own, read within the call.
struct RunWeights {
  const PackedWeights* packed;
  void* weight;
  void* bias;
};

bool read_weights(napi_env env, napi_value weight, napi_value bias, const Geometry& g, RunWeights* weights) {
  weights->packed = nullptr;
  return read_array(env, weight, "the weight", g.element, g.weight_elements, &weights->weight) &&
         read_bias(env, bias, g, &weights->bias);
}

int64_t bytes_of(const Geometry& g, int64_t elements) {
  return elements * static_cast<int64_t>(element_bytes(g.element));
}

// lib/ compares buffers, and two SharedArrayBuffers may be one memory (structuredClone, postMessage): only addresses
// tell. False with an exception pending.
bool is_apart(napi_env env, const char* name, const void* data, int64_t bytes, const void* dst, int64_t dst_bytes) {
  const char *begin = static_cast<const char*>(data), *dst_begin = static_cast<const char*>(dst);
  if (bytes == 0 || dst_bytes == 0 || begin >= dst_begin + dst_bytes || dst_begin >= begin + bytes) return true;
  throw_overlap(env, name);
  return false;
}

Status run(const ConvPlan& plan, const RunWeights& weights, int64_t batch, const void* src, void* dst) {
  if (weights.packed) return plan.run(*weights.packed, batch, src, dst, num_threads());
  return plan.run_once(weights.weight, weights.bias, batch, src, dst, num_threads());
}

// Runs into a new array. Where memory is lent, it is no array before the result stands in it.
// `weights` and `input` are read by `read`, last of all: making an array may run the garbage collector, not JavaScript,
// but a pointer into a small array moves with it.
template <class Read>
napi_value run_into_new(napi_env env, const ConvPlan& plan, int64_t batch, napi_value input, const Read& read) {
  const Geometry& g = plan.geometry();
  const int64_t bytes = dst_bytes(g, batch), count = batch * g.dst_elements;
  RunWeights weights;
  void *src, *dst;
  if (can_lend(env, bytes)) {
    MemoryBlock block = MemoryBlock::take(bytes);
    if (!block) return throw_memory(env, bytes);
    if (!read(&weights) || !read_array(env, input, "the input", g.element, batch * g.src_elements, &src))
      return nullptr;
    if (run(plan, weights, batch, src, block.data()) != Status::kDone) return throw_memory(env, bytes);
    return lend_array(env, g.element, count, &block);
  }
  napi_value array = new_array(env, g.element, count);
  if (!array || !read(&weights) || !read_array(env, input, "the input", g.element, batch * g.src_elements, &src) ||
      !read_array(env, array, "the result", g.element, count, &dst))
    return nullptr;
  page_in(dst, bytes);
  return run(plan, weights, batch, src, dst) == Status::kDone ? array : throw_memory(env, bytes);
}

}  // namespace

int64_t src_bytes(const Geometry& g, int64_t batch) { return bytes_of(g, batch * g.src_elements); }

int64_t dst_bytes(const Geometry& g, int64_t batch) { return bytes_of(g, batch * g.dst_elements); }

const ConvPlan* open_plan(napi_env env, napi_value value) {
  return static_cast<const ConvPlan*>(open_handle(env, kPlanHandle, value));
}

const PackedWeights* open_packed(napi_env env, napi_value value, const ConvPlan& plan) {
  const PackedWeights* packed = static_cast<const PackedWeights*>(open_handle(env, kPackedHandle, value));
  if (!packed || strcmp(packed->key().text, plan.packing_key().text) == 0) return packed;
  throw_internal(env, "weights packed as \"%s\" do not serve a plan of \"%s\"", packed->key().text,
                 plan.packing_key().text);
  return nullptr;
}

napi_value js_create_plan(napi_env env, napi_callback_info info) {
  napi_value args[3];
  char isa[32], kernel[96];
  Geometry g;
  if (!read_args(env, info, args) || !read_string(env, args[1], "the forced ISA", isa, sizeof isa) ||
      !read_string(env, args[2], "the forced kernel", kernel, sizeof kernel) || !read_geometry(env, args[0], &g))
    return nullptr;
  Reason reason = {};
  Ref<ConvPlan> plan = ConvPlan::create(g, {isa, kernel}, &reason);
  if (!plan && strcmp(reason.text, "out of memory") == 0) return throw_memory(env, sizeof(ConvPlan));
  if (!plan) return throw_backend(env, reason.text);
  return make_handle(env, kPlanHandle, plan.leave());
}

napi_value js_describe_plan(napi_env env, napi_callback_info info) {
  napi_value args[1], object;
  if (!read_args(env, info, args)) return nullptr;
  const ConvPlan* plan = open_plan(env, args[0]);
  if (!plan || napi_create_object(env, &object) != napi_ok) return nullptr;
  const BoundKernel& main = plan->main_kernel();
  if (!set_text(env, object, "kernel", main.kernel->name) || !set_text(env, object, "isa", main.isa) ||
      !set_text(env, object, "packingKey", plan->packing_key().text) ||
      !set_boolean(env, object, "exact", main.kernel->exact) ||
      !set_number(env, object, "workItems", static_cast<double>(main.work_items)) ||
      !set_number(env, object, "packedBytes", static_cast<double>(main.packed_bytes)) ||
      !set_number(env, object, "scratchBytes", static_cast<double>(main.scratch_bytes)) ||
      !set_number(env, object, "costCycles", plan->cost_cycles()))
    return nullptr;
  return object;
}

napi_value js_pack(napi_env env, napi_callback_info info) {
  napi_value args[3];
  if (!read_args(env, info, args)) return nullptr;
  const ConvPlan* plan = open_plan(env, args[0]);
  RunWeights weights;
  if (!plan || !read_weights(env, args[1], args[2], plan->geometry(), &weights)) return nullptr;
  Ref<PackedWeights> packed = PackedWeights::create(*plan, weights.weight, weights.bias);
  if (!packed) return throw_memory(env, plan->main_kernel().packed_bytes);
  int64_t total;
  napi_adjust_external_memory(env, packed->bytes(), &total);
  return make_handle(env, kPackedHandle, packed.leave());
}

napi_value js_run(napi_env env, napi_callback_info info) {
  napi_value args[5];
  if (!read_args(env, info, args)) return nullptr;
  const ConvPlan* plan = open_plan(env, args[0]);
  if (!plan) return nullptr;
  const Geometry& g = plan->geometry();
  const PackedWeights* packed = open_packed(env, args[1], *plan);
  int64_t batch;
  void *src, *dst;
  if (!packed || !read_batch(env, args[2], g, &batch) ||
      !read_array(env, args[3], "the input", g.element, batch * g.src_elements, &src) ||
      !read_array(env, args[4], "the output", g.element, batch * g.dst_elements, &dst) ||
      !is_apart(env, "the input", src, src_bytes(g, batch), dst, dst_bytes(g, batch)))
    return nullptr;
  return finish(env, plan->run(*packed, batch, src, dst, num_threads()), dst_bytes(g, batch));
}

napi_value js_run_once(napi_env env, napi_callback_info info) {
  napi_value args[6];
  if (!read_args(env, info, args)) return nullptr;
  const ConvPlan* plan = open_plan(env, args[0]);
  if (!plan) return nullptr;
  const Geometry& g = plan->geometry();
  RunWeights weights;
  int64_t batch;
  void *src, *dst;
  if (!read_batch(env, args[3], g, &batch) || !read_weights(env, args[1], args[2], g, &weights) ||
      !read_array(env, args[4], "the input", g.element, batch * g.src_elements, &src) ||
      !read_array(env, args[5], "the output", g.element, batch * g.dst_elements, &dst) ||
      !is_apart(env, "the input", src, src_bytes(g, batch), dst, dst_bytes(g, batch)) ||
      !is_apart(env, "the weight", weights.weight, bytes_of(g, g.weight_elements), dst, dst_bytes(g, batch)) ||
      !is_apart(env, "the bias", weights.bias, weights.bias ? bytes_of(g, g.weight_count) : 0, dst,
                dst_bytes(g, batch)))
    return nullptr;
  return finish(env, run(*plan, weights, batch, src, dst), dst_bytes(g, batch));
}

napi_value js_run_new(napi_env env, napi_callback_info info) {
  napi_value args[4];
  if (!read_args(env, info, args)) return nullptr;
  const ConvPlan* plan = open_plan(env, args[0]);
  if (!plan) return nullptr;
  const PackedWeights* packed = open_packed(env, args[1], *plan);
  int64_t batch;
  if (!packed || !read_batch(env, args[2], plan->geometry(), &batch)) return nullptr;
  return run_into_new(env, *plan, batch, args[3], [packed](RunWeights* weights) {
    *weights = {packed, nullptr, nullptr};
    return true;
  });
}

napi_value js_run_once_new(napi_env env, napi_callback_info info) {
  napi_value args[5];
  if (!read_args(env, info, args)) return nullptr;
  const ConvPlan* plan = open_plan(env, args[0]);
  int64_t batch;
  if (!plan || !read_batch(env, args[3], plan->geometry(), &batch)) return nullptr;
  return run_into_new(env, *plan, batch, args[4], [env, plan, &args](RunWeights* weights) {
    return read_weights(env, args[1], args[2], plan->geometry(), weights);
  });
}

}  // namespace depthwise
