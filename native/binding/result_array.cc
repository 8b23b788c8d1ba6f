#include "binding/result_array.h"

#include <atomic>
#include <cstring>
#include <new>

#include "binding/env_state.h"
#include "binding/errors.h"
#include "binding/read_args.h"

namespace depthwise {
namespace {

// Below, an external buffer costs more than fresh zeros.
constexpr int64_t kLeastLent = int64_t{32} << 10;
constexpr int64_t kLargestLent = int64_t{1} << 30;  // well below Node's limit on a Buffer
// What calls may borrow that could do without.
constexpr int64_t kMostLent = int64_t{96} << 20;

std::atomic<int64_t> lent_bytes{0};

struct Loan {
  MemoryBlock block;
  int64_t bytes;
};

void end_loan(napi_env, void*, void* loan) {
  lent_bytes.fetch_sub(static_cast<Loan*>(loan)->bytes, std::memory_order_relaxed);
  delete static_cast<Loan*>(loan);
}

napi_typedarray_type array_type(ElementType element) {
  return element == ElementType::kFloat32 ? napi_float32_array : napi_float64_array;
}

// Node ends a loan when the environment that made it ends, although transfer() may have handed the memory on to another
// thread: it would then be reused under the eyes of whoever reads it there. Only the main thread's environment outlives
// all others, so only that one lends.
bool host_lends(napi_env env, int64_t bytes) {
  const EnvState* state = env_state(env);
  return bytes >= kLeastLent && bytes <= kLargestLent && state && state->can_lend;
}

// Node marks external buffers as untransferable: postMessage() would throw for them, and not for small results.
// transfer() (Node 22) moves the memory into a plain buffer. Whatever stands in its place must do the same.
napi_value make_transferable(napi_env env, napi_value buffer) {
  napi_value transfer, moved, ignored;
  napi_valuetype type;
  bool is_buffer = false, is_pending = false;
  void *before, *after;
  size_t bytes_before, bytes_after;
  if (napi_get_arraybuffer_info(env, buffer, &before, &bytes_before) == napi_ok &&
      napi_get_named_property(env, buffer, "transfer", &transfer) == napi_ok &&
      napi_typeof(env, transfer, &type) == napi_ok && type == napi_function &&
      napi_call_function(env, buffer, transfer, 0, nullptr, &moved) == napi_ok &&
      napi_is_arraybuffer(env, moved, &is_buffer) == napi_ok && is_buffer &&
      napi_get_arraybuffer_info(env, moved, &after, &bytes_after) == napi_ok && after == before &&
      bytes_after == bytes_before)
    return moved;
  if (napi_is_exception_pending(env, &is_pending) == napi_ok && is_pending)
    napi_get_and_clear_last_exception(env, &ignored);
  return buffer;
}

// nullptr without an exception where the host refuses; the block is then still the caller's.
napi_value lend(napi_env env, ElementType element, int64_t count, int64_t bytes, MemoryBlock* block) {
  // What a refusal in an environment that ends leaves behind is not told, so it is not risked.
  Loan* loan = can_run_js(env) ? new (std::nothrow) Loan{std::move(*block), bytes} : nullptr;
  if (!loan) return nullptr;
  lent_bytes.fetch_add(bytes, std::memory_order_relaxed);
  napi_value buffer, array;
  const napi_status status =
      napi_create_external_arraybuffer(env, loan->block.data(), static_cast<size_t>(bytes), end_loan, loan, &buffer);
  if (status == napi_no_external_buffers_allowed) {
    *block = std::move(loan->block);
    end_loan(env, nullptr, loan);
    return nullptr;
  }
  // After any other failure a half-made buffer may own the memory: rather lost than freed twice.
  if (status != napi_ok) return throw_internal(env, "a result could not be handed out");
  buffer = make_transferable(env, buffer);
  if (napi_create_typedarray(env, array_type(element), static_cast<size_t>(count), buffer, 0, &array) == napi_ok)
    return array;
  return throw_internal(env, "a result could not be handed out");  // the buffer's finalizer gives the memory back
}

}  // namespace

napi_value new_array(napi_env env, ElementType element, int64_t count) {
  napi_value global, constructor, length, array;
  if (napi_get_global(env, &global) != napi_ok ||
      napi_get_named_property(env, global, array_name(element), &constructor) != napi_ok ||
      napi_create_double(env, static_cast<double>(count), &length) != napi_ok)
    return throw_internal(env, "%s could not be looked up", array_name(element));
  if (napi_new_instance(env, constructor, 1, &length, &array) == napi_ok) return array;
  bool is_pending;
  napi_value ignored;
  if (napi_is_exception_pending(env, &is_pending) == napi_ok && is_pending)
    napi_get_and_clear_last_exception(env, &ignored);
  return throw_memory(env, count * static_cast<int64_t>(element_bytes(element)));
}

bool can_lend(napi_env env, int64_t bytes) {
  return host_lends(env, bytes) && lent_bytes.load(std::memory_order_relaxed) + bytes <= kMostLent;
}

napi_value lend_array(napi_env env, ElementType element, int64_t count, MemoryBlock* block) {
  const int64_t bytes = count * static_cast<int64_t>(element_bytes(element));
  // Whatever is lent already: the result stands in a block, and a copy would cost memory, too.
  if (host_lends(env, bytes)) {
    napi_value array = lend(env, element, count, bytes, block);
    if (array || !*block) return array;
    if (EnvState* state = env_state(env)) state->can_lend = false;  // from now on copies
  }
  napi_value array = new_array(env, element, count);
  void* data;
  if (!array || !read_array(env, array, "the result", element, count, &data)) return nullptr;
  if (bytes > 0) memcpy(data, block->data(), static_cast<size_t>(bytes));
  return array;
}

}  // namespace depthwise
