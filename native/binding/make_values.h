// Plain values to JavaScript. Each returns false (or nullptr) where Node refuses, which happens only while an
// environment ends; node-addon-api's wrappers would then try to throw.
#ifndef DEPTHWISE_BINDING_MAKE_VALUES_H_
#define DEPTHWISE_BINDING_MAKE_VALUES_H_

#include <node_api.h>

#include <cstdint>

namespace depthwise {

bool set_text(napi_env env, napi_value object, const char* key, const char* text);
bool set_number(napi_env env, napi_value object, const char* key, double number);
bool set_boolean(napi_env env, napi_value object, const char* key, bool value);
bool push(napi_env env, napi_value array, uint32_t* length, napi_value value);
napi_value make_text(napi_env env, const char* text);
napi_value make_number(napi_env env, double number);

}  // namespace depthwise

#endif  // DEPTHWISE_BINDING_MAKE_VALUES_H_
