#include "binding/settle_calls.h"

#include <chrono>
#include <cstring>

#include "binding/errors.h"
#include "binding/plan_functions.h"
#include "binding/read_args.h"
#include "binding/result_array.h"

namespace depthwise {
namespace {

constexpr int32_t kWaitMs = 10;
// What one turn of the event loop spends on copying and settling. A read of a file takes four turns.
constexpr std::chrono::milliseconds kTurn{1};
// V8 hears of memory in steps: telling it is dearer than a small call.
constexpr int64_t kReportBytes = int64_t{1} << 20;

void report_memory(napi_env env, EnvState* state, int64_t change) {
  state->copied_bytes += change;
  const int64_t unreported = state->copied_bytes - state->reported_bytes;
  if (unreported < kReportBytes && unreported > -kReportBytes && state->unsettled > 0) return;
  int64_t total;
  if (unreported != 0 && napi_adjust_external_memory(env, unreported, &total) == napi_ok)
    state->reported_bytes = state->copied_bytes;
}

void delete_reference(napi_env env, napi_ref* reference) {
  if (*reference) napi_delete_reference(env, *reference);
  *reference = nullptr;
}

// JavaScript hears of it no more.
void retire(napi_env env, EnvState* state, AsyncCall* call) {
  call->is_settled = true;
  --state->unsettled;
  report_memory(env, state, -call->copied_bytes);
}

napi_value copy_to_out(napi_env env, AsyncCall* call, napi_value* error) {
  const Geometry& g = call->plan->geometry();
  const int64_t count = call->batch * g.dst_elements, bytes = dst_bytes(g, call->batch);
  napi_value out;
  FloatArray array;
  if (napi_get_reference_value(env, call->out, &out) != napi_ok || !out || !look_at_array(env, out, &array)) {
    *error = internal_error(env, "the output is gone");
    return nullptr;
  }
  if (array.count != count || array.element != g.element) {
    *error = detached_error(env,
                            "the output was detached or resized while the call was pending: it must have %lld "
                            "elements, but has %lld",
                            static_cast<long long>(count), static_cast<long long>(array.count));
    return nullptr;
  }
  if (bytes > 0) memcpy(array.data, call->result.data(), static_cast<size_t>(bytes));
  return out;
}

napi_value result_of(napi_env env, AsyncCall* call, napi_value* error) {
  const Geometry& g = call->plan->geometry();
  if (call->status != Status::kDone) {
    *error = memory_error(env, dst_bytes(g, call->batch));
    return nullptr;
  }
  if (call->out) return copy_to_out(env, call, error);
  napi_value result = lend_array(env, g.element, call->batch * g.dst_elements, &call->result);
  if (!result && napi_get_and_clear_last_exception(env, error) != napi_ok) *error = nullptr;
  return result;
}

// Calls settle(error, result). What it throws is uncaught, as from any callback.
void settle(napi_env env, EnvState* state, AsyncCall* call) {
  napi_value function, receiver, null_value, error = nullptr;
  if (napi_get_reference_value(env, call->settle, &function) != napi_ok || !function ||
      napi_get_undefined(env, &receiver) != napi_ok || napi_get_null(env, &null_value) != napi_ok)
    return;
  napi_value result = result_of(env, call, &error);
  retire(env, state, call);
  if (!result && !error) error = internal_error(env, "a result could not be handed out");
  napi_value arguments[2] = {error ? error : null_value, result ? result : null_value};
  if (napi_call_function(env, receiver, function, 2, arguments, nullptr) == napi_ok) return;
  bool is_pending = false;
  napi_value thrown;
  if (napi_is_exception_pending(env, &is_pending) == napi_ok && is_pending &&
      napi_get_and_clear_last_exception(env, &thrown) == napi_ok)
    napi_fatal_exception(env, thrown);
  state->is_ending = !can_run_js(env);
}

void settle_finished(napi_env env, EnvState* state) {
  const auto end = std::chrono::steady_clock::now() + kTurn;
  while (!state->is_ending) {
    AsyncCall* call = static_cast<AsyncCall*>(queue_take(&state->outbox));
    if (!call) return;
    napi_handle_scope scope;
    if (!call->is_settled && napi_open_handle_scope(env, &scope) == napi_ok) {
      settle(env, state, call);
      napi_close_handle_scope(env, scope);
    }
    // One that could not be told is over all the same: who waits for it would keep the process alive.
    if (!call->is_settled) retire(env, state, call);
    drop_call(env, call);
    if (std::chrono::steady_clock::now() > end) return;
  }
}

bool start_waiting(napi_env env, EnvState* state);

void wait_for_finished(napi_env, void* state) { queue_wait(&static_cast<EnvState*>(state)->outbox, kWaitMs); }

void finish_waiting(napi_env env, napi_status status, void* data) {
  EnvState* state = static_cast<EnvState*>(data);
  napi_delete_async_work(env, state->work);
  state->work = nullptr;
  // A worker that is terminated waits until no work is left and only then runs cleanup hooks: no new one then.
  if (status == napi_cancelled || !can_run_js(env)) state->is_ending = true;
  settle_finished(env, state);
  if (state->unsettled > 0 && !state->is_ending) start_waiting(env, state);
}

bool start_waiting(napi_env env, EnvState* state) {
  if (state->work) return true;
  napi_value name;
  if (napi_create_string_utf8(env, "depthwise", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_async_work(env, nullptr, name, wait_for_finished, finish_waiting, state, &state->work) != napi_ok)
    return false;
  if (napi_queue_async_work(env, state->work) == napi_ok) return true;
  napi_delete_async_work(env, state->work);
  state->work = nullptr;
  return false;
}

}  // namespace

bool begin_call(napi_env env, EnvState* state, AsyncCall* call) {
  ++state->unsettled;
  report_memory(env, state, call->copied_bytes);
  // First the work, then who waits for it: it would find nothing pending and come back at once.
  queue_add(call, &state->outbox);
  if (!state->is_ending && start_waiting(env, state)) return true;
  cancel_call(env, state, call);
  throw_internal(env, "asynchronous work cannot be started");
  return false;
}

void cancel_call(napi_env env, EnvState* state, AsyncCall* call) {
  retire(env, state, call);
  if (queue_cancel(call)) drop_call(env, call);
}

void drop_call(napi_env env, AsyncCall* call) {
  delete_reference(env, &call->settle);
  delete_reference(env, &call->out);
  for (napi_ref& shared : call->shared) delete_reference(env, &shared);
  queue_discard(call);
}

void drop_all_calls(napi_env env) {
  EnvState* state = env_state(env);
  if (!state) return;
  state->is_ending = true;
  Job* next;
  for (Job* job = queue_abandon(&state->outbox); job; job = next) {
    next = job->next;
    drop_call(env, static_cast<AsyncCall*>(job));
  }
}

}  // namespace depthwise
