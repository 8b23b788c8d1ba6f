#include "binding/make_values.h"

namespace depthwise {

napi_value make_text(napi_env env, const char* text) {
  napi_value value;
  return napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value) == napi_ok ? value : nullptr;
}

napi_value make_number(napi_env env, double number) {
  napi_value value;
  return napi_create_double(env, number, &value) == napi_ok ? value : nullptr;
}

bool set_text(napi_env env, napi_value object, const char* key, const char* text) {
  napi_value value = make_text(env, text);
  return value && napi_set_named_property(env, object, key, value) == napi_ok;
}

bool set_number(napi_env env, napi_value object, const char* key, double number) {
  napi_value value = make_number(env, number);
  return value && napi_set_named_property(env, object, key, value) == napi_ok;
}

bool set_boolean(napi_env env, napi_value object, const char* key, bool value) {
  napi_value boolean;
  return napi_get_boolean(env, value, &boolean) == napi_ok &&
         napi_set_named_property(env, object, key, boolean) == napi_ok;
}

bool push(napi_env env, napi_value array, uint32_t* length, napi_value value) {
  return value && napi_set_element(env, array, (*length)++, value) == napi_ok;
}

}  // namespace depthwise
