// JavaScript values to plain ones. Everything that could run JavaScript is read first, array pointers last: a pointer
// is good until JavaScript runs again.
#ifndef DEPTHWISE_BINDING_READ_ARGS_H_
#define DEPTHWISE_BINDING_READ_ARGS_H_

#include <node_api.h>

#include "conv/geometry.h"

namespace depthwise {

// Each returns false with an exception pending (or with an environment that ends). `name` is for its message.

// Missing arguments arrive as undefined.
bool read_args(napi_env env, napi_callback_info info, napi_value* args, size_t count);
template <size_t kCount>
bool read_args(napi_env env, napi_callback_info info, napi_value (&args)[kCount]) {
  return read_args(env, info, args, kCount);
}

bool read_geometry(napi_env env, napi_value value, Geometry* geometry);
bool read_string(napi_env env, napi_value value, const char* name, char* text, size_t bytes);
bool read_integer(napi_env env, napi_value value, const char* name, int64_t low, int64_t high, int64_t* result);
bool is_nullish(napi_env env, napi_value value);

// `per_image` elements for each of `batch` images must fit a JavaScript number.
bool read_batch(napi_env env, napi_value value, const Geometry& g, int64_t* batch);

struct FloatArray {
  void* data;  // nullptr where it has no elements
  int64_t count;
  ElementType element;
};

// False where `value` is neither a Float32Array nor a Float64Array. No exception.
bool look_at_array(napi_env env, napi_value value, FloatArray* array);

// An array of exactly this element type and length. A detached one has no elements, so it does not pass.
bool read_array(napi_env env, napi_value value, const char* name, ElementType element, int64_t count, void** data);

// The bias of a plan: null or undefined where the geometry has none, and only there.
bool read_bias(napi_env env, napi_value value, const Geometry& g, void** data);

const char* array_name(ElementType element);

}  // namespace depthwise

#endif  // DEPTHWISE_BINDING_READ_ARGS_H_
