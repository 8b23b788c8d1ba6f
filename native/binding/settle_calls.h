// The way back to JavaScript. While calls are pending, one piece of napi_async_work an environment waits for them and
// returns within kWaitMs, done or not: process.exit() waits for work that libuv has begun, and a slot of its pool that
// is never free would stop fs and dns.
#ifndef DEPTHWISE_BINDING_SETTLE_CALLS_H_
#define DEPTHWISE_BINDING_SETTLE_CALLS_H_

#include <node_api.h>

#include "binding/async_call.h"
#include "binding/env_state.h"

namespace depthwise {

// Hands the call to the queue, and takes it in any case. False with an exception pending.
bool begin_call(napi_env env, EnvState* state, AsyncCall* call);

// The call settles no more, and stops before its next slice.
void cancel_call(napi_env env, EnvState* state, AsyncCall* call);

// Lets go of a call that is in no queue.
void drop_call(napi_env env, AsyncCall* call);

// The environment ends.
void drop_all_calls(napi_env env);

}  // namespace depthwise

#endif  // DEPTHWISE_BINDING_SETTLE_CALLS_H_
