// The errors of the addon itself. lib/ has explained the user's mistakes before, so most of these are its defects.
#ifndef DEPTHWISE_BINDING_ERRORS_H_
#define DEPTHWISE_BINDING_ERRORS_H_

#include <node_api.h>

#include <cstdint>

namespace depthwise {

// Each leaves an exception for JavaScript and returns nullptr, for `return throw_...(...)`. While an environment ends
// nothing can be thrown; then they do nothing, which is all that can be done.
napi_value throw_internal(napi_env env, const char* format, ...);
napi_value throw_memory(napi_env env, int64_t bytes);
napi_value throw_backend(napi_env env, const char* reason);
napi_value throw_overlap(napi_env env, const char* name);

// The same as values, for a call that has returned. nullptr where even that fails.
napi_value memory_error(napi_env env, int64_t bytes);
napi_value detached_error(napi_env env, const char* format, ...);
napi_value internal_error(napi_env env, const char* format, ...);

}  // namespace depthwise

#endif  // DEPTHWISE_BINDING_ERRORS_H_
