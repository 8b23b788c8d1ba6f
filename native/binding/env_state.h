// What one environment (the main thread or a worker) keeps; nothing of JavaScript is kept anywhere else.
#ifndef DEPTHWISE_BINDING_ENV_STATE_H_
#define DEPTHWISE_BINDING_ENV_STATE_H_

#include <node_api.h>

#include "binding/compute_queue.h"

namespace depthwise {

struct EnvState {
  Outbox outbox;
  int64_t unsettled = 0;           // calls that JavaScript will still hear of
  napi_async_work work = nullptr;  // the one that is under way
  bool is_ending = false;          // JavaScript cannot be called any more
  // External buffers for results: on the main thread, until the host refuses one. See result_array.cc.
  bool can_lend = false;
  int64_t reported_bytes = 0;  // what V8 has been told of
  int64_t copied_bytes = 0;    // what the calls in flight hold
};

// Makes the state of this environment, and sees to its end. False where Node refuses.
bool make_env_state(napi_env env);

// nullptr only where make_env_state() failed.
EnvState* env_state(napi_env env);

// False once the environment ends (process.exit(), worker.terminate()): then Node refuses every call that could run
// JavaScript.
bool can_run_js(napi_env env);

}  // namespace depthwise

#endif  // DEPTHWISE_BINDING_ENV_STATE_H_
