#include "binding/read_args.h"

#include <cmath>

#include "binding/errors.h"

namespace depthwise {
namespace {

constexpr int64_t kMaxElements = int64_t{1} << 53;

}  // namespace

const char* array_name(ElementType element) {
  return element == ElementType::kFloat32 ? "Float32Array" : "Float64Array";
}

bool read_args(napi_env env, napi_callback_info info, napi_value* args, size_t count) {
  if (napi_get_cb_info(env, info, &count, args, nullptr, nullptr) == napi_ok) return true;
  // A call that returned quietly would pass for one that has written its output.
  throw_internal(env, "the arguments cannot be read");
  return false;
}

bool read_geometry(napi_env env, napi_value value, Geometry* geometry) {
  napi_typedarray_type type;
  size_t count;
  void* data;
  if (napi_get_typedarray_info(env, value, &type, &count, &data, nullptr, nullptr) != napi_ok ||
      type != napi_int32_array) {
    throw_internal(env, "the geometry must be an Int32Array");
    return false;
  }
  if (const char* broken = make_geometry(static_cast<const int32_t*>(data), static_cast<int64_t>(count), geometry)) {
    throw_internal(env, "geometry: %s", broken);
    return false;
  }
  return true;
}

bool read_string(napi_env env, napi_value value, const char* name, char* text, size_t bytes) {
  size_t length;
  if (napi_get_value_string_utf8(env, value, text, bytes, &length) == napi_ok && length + 1 < bytes) return true;
  throw_internal(env, "%s must be a string of less than %d bytes", name, static_cast<int>(bytes - 1));
  return false;
}

bool read_integer(napi_env env, napi_value value, const char* name, int64_t low, int64_t high, int64_t* result) {
  double number;
  if (napi_get_value_double(env, value, &number) == napi_ok && number >= static_cast<double>(low) &&
      number <= static_cast<double>(high) && std::floor(number) == number) {
    *result = static_cast<int64_t>(number);
    return true;
  }
  throw_internal(env, "%s must be an integer from %lld to %lld", name, static_cast<long long>(low),
                 static_cast<long long>(high));
  return false;
}

bool is_nullish(napi_env env, napi_value value) {
  napi_valuetype type;
  return napi_typeof(env, value, &type) == napi_ok && (type == napi_null || type == napi_undefined);
}

bool read_batch(napi_env env, napi_value value, const Geometry& g, int64_t* batch) {
  const int64_t widest = g.src_elements > g.dst_elements ? g.src_elements : g.dst_elements;
  return read_integer(env, value, "the batch", 0, kMaxElements / widest, batch);
}

bool look_at_array(napi_env env, napi_value value, FloatArray* array) {
  napi_typedarray_type type;
  size_t count;
  if (napi_get_typedarray_info(env, value, &type, &count, &array->data, nullptr, nullptr) != napi_ok) return false;
  if (type != napi_float32_array && type != napi_float64_array) return false;
  array->count = static_cast<int64_t>(count);
  array->element = type == napi_float32_array ? ElementType::kFloat32 : ElementType::kFloat64;
  return true;
}

bool read_array(napi_env env, napi_value value, const char* name, ElementType element, int64_t count, void** data) {
  FloatArray array;
  if (!look_at_array(env, value, &array) || array.element != element) {
    throw_internal(env, "%s must be a %s", name, array_name(element));
    return false;
  }
  if (array.count != count) {
    throw_internal(env, "%s must have %lld elements, but has %lld", name, static_cast<long long>(count),
                   static_cast<long long>(array.count));
    return false;
  }
  *data = array.data;
  return true;
}

bool read_bias(napi_env env, napi_value value, const Geometry& g, void** data) {
  *data = nullptr;
  if (g.has_bias) return read_array(env, value, "the bias", g.element, g.weight_count, data);
  if (is_nullish(env, value)) return true;
  throw_internal(env, "the geometry has no bias, but one was given");
  return false;
}

}  // namespace depthwise
