#include "binding/handles.h"

#include "binding/errors.h"

namespace depthwise {

napi_value make_handle(napi_env env, const HandleType& type, void* object) {
  napi_value handle;
  if (napi_create_external(env, object, type.finalize, nullptr, &handle) != napi_ok) {
    type.finalize(env, object, nullptr);
    return throw_internal(env, "a %s could not be handed out", type.name);
  }
  // From here the garbage collector frees the object; without its tag it cannot be used.
  if (napi_type_tag_object(env, handle, &type.tag) != napi_ok)
    return throw_internal(env, "a %s could not be tagged", type.name);
  return handle;
}

void* open_handle(napi_env env, const HandleType& type, napi_value value) {
  // The tag is looked for in Externals alone: undefined would leave an exception of Node's, an object would be asked.
  napi_valuetype kind;
  bool tagged = false;
  void* object = nullptr;
  if (napi_typeof(env, value, &kind) == napi_ok && kind == napi_external &&
      napi_check_object_type_tag(env, value, &type.tag, &tagged) == napi_ok && tagged &&
      napi_get_value_external(env, value, &object) == napi_ok)
    return object;
  return throw_internal(env, "expected a %s", type.name);
}

}  // namespace depthwise
