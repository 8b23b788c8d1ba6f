// What is compiled in, what this CPU may use, and how many threads.
#ifndef DEPTHWISE_BINDING_INTROSPECT_H_
#define DEPTHWISE_BINDING_INTROSPECT_H_

#include <node_api.h>

namespace depthwise {

napi_value js_isas(napi_env env, napi_callback_info info);
napi_value js_compiled_isas(napi_env env, napi_callback_info info);
napi_value js_kernels(napi_env env, napi_callback_info info);
napi_value js_refusals(napi_env env, napi_callback_info info);
napi_value js_set_num_threads(napi_env env, napi_callback_info info);
napi_value js_get_num_threads(napi_env env, napi_callback_info info);
napi_value js_available_threads(napi_env env, napi_callback_info info);
napi_value js_cpu_limits(napi_env env, napi_callback_info info);

// The number of threads of every computation in the process.
int num_threads();

}  // namespace depthwise

#endif  // DEPTHWISE_BINDING_INTROSPECT_H_
