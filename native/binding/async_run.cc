#include "binding/async_run.h"

#include <cstring>
#include <new>

#include "binding/async_call.h"
#include "binding/errors.h"
#include "binding/handles.h"
#include "binding/plan_functions.h"
#include "binding/read_args.h"
#include "binding/settle_calls.h"

namespace depthwise {
namespace {

void free_call(napi_env, void* call, void*) { static_cast<AsyncCall*>(call)->release(); }

const HandleType kCallHandle = {{0xc2a97e105d3b4f88, 0x64f1d3b70a9e8c52}, "pending call", free_call};

struct Operand {
  napi_value value;
  const char* name;
  int64_t count;
  const void** place;
};

// Whether the array lies in a SharedArrayBuffer, which never detaches and only grows; *buffer is its buffer.
bool is_shared(napi_env env, napi_value array, napi_value* buffer) {
  bool is_plain = true;
  return napi_get_typedarray_info(env, array, nullptr, nullptr, nullptr, buffer, nullptr) == napi_ok &&
         napi_is_arraybuffer(env, *buffer, &is_plain) == napi_ok && !is_plain;
}

// Copies the operands, or refers to them where they are shared. No reference to a plain array would help: its memory
// goes with a transfer, and shrinks with a resize, whoever holds the array.
bool take_operands(napi_env env, AsyncCall* call, const Operand* operands, int count) {
  const ElementType element = call->plan->geometry().element;
  const int64_t element_size = static_cast<int64_t>(element_bytes(element));
  bool shared[3];
  for (int i = 0; i < count; ++i) {
    napi_value buffer;
    shared[i] = is_shared(env, operands[i].value, &buffer);
    if (!shared[i])
      call->copied_bytes += round_to_block(operands[i].count * element_size);
    else if (napi_create_reference(env, buffer, 1, &call->shared[i]) != napi_ok) {
      throw_internal(env, "%s cannot be referred to", operands[i].name);
      return false;
    }
  }
  call->copies = MemoryBlock::take(call->copied_bytes);
  if (call->copied_bytes > 0 && !call->copies) {
    throw_memory(env, call->copied_bytes);
    return false;
  }
  char* copy = call->copies.data();
  for (int i = 0; i < count; ++i) {
    const int64_t bytes = operands[i].count * element_size;
    void* data;
    if (!read_array(env, operands[i].value, operands[i].name, element, operands[i].count, &data)) return false;
    if (shared[i] || bytes == 0) {
      *operands[i].place = data;
      continue;
    }
    memcpy(copy, data, static_cast<size_t>(bytes));
    *operands[i].place = copy;
    copy += round_to_block(bytes);
  }
  return true;
}

bool read_out(napi_env env, napi_value out, const Geometry& g, AsyncCall* call) {
  void* unused;  // its pointer is read when the result stands
  if (is_nullish(env, out)) return true;
  if (!read_array(env, out, "the output", g.element, call->batch * g.dst_elements, &unused)) return false;
  if (napi_create_reference(env, out, 1, &call->out) == napi_ok) return true;
  throw_internal(env, "the output cannot be referred to");
  return false;
}

bool read_settle(napi_env env, napi_value settle, AsyncCall* call) {
  napi_valuetype type;
  if (napi_typeof(env, settle, &type) == napi_ok && type == napi_function &&
      napi_create_reference(env, settle, 1, &call->settle) == napi_ok)
    return true;
  throw_internal(env, "settle must be a function");
  return false;
}

bool read_call(napi_env env, const napi_value* args, AsyncCall* call) {
  const ConvPlan* plan = open_plan(env, args[0]);
  if (!plan) return false;
  call->plan = Ref<const ConvPlan>::share(plan);
  const Geometry& g = plan->geometry();
  const bool is_packed = !is_nullish(env, args[1]);
  if (is_packed) {
    const PackedWeights* packed = open_packed(env, args[1], *plan);
    if (!packed) return false;
    call->packed = Ref<const PackedWeights>::share(packed);
  }
  if (!read_batch(env, args[4], g, &call->batch) || !read_settle(env, args[7], call)) return false;
  if (!read_out(env, args[6], g, call)) return false;
  Operand operands[3];
  int count = 0;
  operands[count++] = {args[5], "the input", call->batch * g.src_elements, &call->src};
  if (!is_packed) {
    operands[count++] = {args[2], "the weight", g.weight_elements, &call->weight};
    void* unused;
    if (!read_bias(env, args[3], g, &unused)) return false;
    if (g.has_bias) operands[count++] = {args[3], "the bias", g.weight_count, &call->bias};
  }
  for (int i = 0; i < count; ++i) {
    void* unused;
    if (!read_array(env, operands[i].value, operands[i].name, g.element, operands[i].count, &unused)) return false;
  }
  return take_operands(env, call, operands, count);
}

}  // namespace

napi_value js_run_async(napi_env env, napi_callback_info info) {
  napi_value args[8];
  EnvState* state = env_state(env);
  if (!state || !read_args(env, info, args)) return nullptr;
  AsyncCall* call = new (std::nothrow) AsyncCall;
  if (!call) return throw_memory(env, sizeof(AsyncCall));
  call->step = AsyncCall::compute_slice;
  call->discard = AsyncCall::free_memory;
  if (!read_call(env, args, call)) {
    drop_call(env, call);
    return nullptr;
  }
  call->retain();  // the handle's hold
  napi_value handle = make_handle(env, kCallHandle, call);
  if (!handle) {
    drop_call(env, call);
    return nullptr;
  }
  return begin_call(env, state, call) ? handle : nullptr;
}

napi_value js_cancel(napi_env env, napi_callback_info info) {
  napi_value args[1];
  EnvState* state = env_state(env);
  if (!state || !read_args(env, info, args)) return nullptr;
  AsyncCall* call = static_cast<AsyncCall*>(open_handle(env, kCallHandle, args[0]));
  if (call && !call->is_settled) cancel_call(env, state, call);
  return nullptr;
}

void end_async_runs(void* env) { drop_all_calls(static_cast<napi_env>(env)); }

}  // namespace depthwise
