#include "binding/errors.h"

#include <cstdarg>
#include <cstdio>

namespace depthwise {
namespace {

constexpr size_t kMessageBytes = 320;
using CreateError = napi_status (*)(napi_env, napi_value code, napi_value message, napi_value* result);

napi_value create(napi_env env, CreateError create_error, const char* code, const char* message) {
  napi_value code_value, message_value, error;
  if (napi_create_string_utf8(env, code, NAPI_AUTO_LENGTH, &code_value) != napi_ok) return nullptr;
  if (napi_create_string_utf8(env, message, NAPI_AUTO_LENGTH, &message_value) != napi_ok) return nullptr;
  if (create_error(env, code_value, message_value, &error) != napi_ok) return nullptr;
  return error;
}

napi_value throw_value(napi_env env, napi_value error) {
  if (error) napi_throw(env, error);  // refused only where an exception is pending or the environment ends
  return nullptr;
}

// The message after `prefix`.
void print(char* message, const char* prefix, const char* format, va_list arguments) {
  const int used = snprintf(message, kMessageBytes, "%s", prefix);
  vsnprintf(message + used, kMessageBytes - static_cast<size_t>(used), format, arguments);
}

}  // namespace

napi_value internal_error(napi_env env, const char* format, ...) {
  char message[kMessageBytes];
  va_list arguments;
  va_start(arguments, format);
  print(message, "depthwise internal: ", format, arguments);
  va_end(arguments);
  return create(env, napi_create_error, "ERR_DEPTHWISE_INTERNAL", message);
}

napi_value memory_error(napi_env env, int64_t bytes) {
  char message[kMessageBytes];
  snprintf(message, sizeof message, "depthwise: out of memory, %lld bytes were needed", static_cast<long long>(bytes));
  return create(env, napi_create_range_error, "ERR_DEPTHWISE_MEMORY", message);
}

napi_value detached_error(napi_env env, const char* format, ...) {
  char message[kMessageBytes];
  va_list arguments;
  va_start(arguments, format);
  print(message, "depthwise: ", format, arguments);
  va_end(arguments);
  return create(env, napi_create_type_error, "ERR_DEPTHWISE_DETACHED", message);
}

napi_value throw_internal(napi_env env, const char* format, ...) {
  char message[kMessageBytes];
  va_list arguments;
  va_start(arguments, format);
  print(message, "depthwise internal: ", format, arguments);
  va_end(arguments);
  return throw_value(env, create(env, napi_create_error, "ERR_DEPTHWISE_INTERNAL", message));
}

napi_value throw_memory(napi_env env, int64_t bytes) { return throw_value(env, memory_error(env, bytes)); }

napi_value throw_backend(napi_env env, const char* reason) {
  char message[kMessageBytes];
  snprintf(message, sizeof message, "depthwise: %s", reason);
  return throw_value(env, create(env, napi_create_range_error, "ERR_DEPTHWISE_BACKEND", message));
}

napi_value throw_overlap(napi_env env, const char* name) {
  char message[kMessageBytes];
  snprintf(message, sizeof message, "depthwise: the output may not lie over %s, but it does, in shared memory", name);
  return throw_value(env, create(env, napi_create_range_error, "ERR_DEPTHWISE_OVERLAP", message));
}

}  // namespace depthwise
