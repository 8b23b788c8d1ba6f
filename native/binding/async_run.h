// Asynchronous runs as JavaScript sees them: started, cancelled, settled.
#ifndef DEPTHWISE_BINDING_ASYNC_RUN_H_
#define DEPTHWISE_BINDING_ASYNC_RUN_H_

#include <node_api.h>

namespace depthwise {

napi_value js_run_async(napi_env env, napi_callback_info info);
napi_value js_cancel(napi_env env, napi_callback_info info);

// A cleanup hook; the argument is the napi_env. Drops what is pending: nothing is settled any more.
void end_async_runs(void* env);

}  // namespace depthwise

#endif  // DEPTHWISE_BINDING_ASYNC_RUN_H_
