// Native objects behind JavaScript values: Externals with a type tag, which no other addon's External can have. Node
// (since 20.12) keeps the tag beside the pointer, so the check never looks at the object. Of an External that V8's own
// interface made, such as process.stdout._handle._externalStream, Node reads the first bytes that it points to, which
// are there and are not our 128 bits. A wrapped and tagged object would not even do that, but costs 170 ns more a
// handle. No ObjectWrap: it aborts in Node 24 when an environment ends.
#ifndef DEPTHWISE_BINDING_HANDLES_H_
#define DEPTHWISE_BINDING_HANDLES_H_

#include <node_api.h>

namespace depthwise {

struct HandleType {
  napi_type_tag tag;
  const char* name;
  napi_finalize finalize;  // frees memory and nothing else
};

// Takes the object, also where it fails (then it is finalized, an exception is pending and nullptr comes back).
napi_value make_handle(napi_env env, const HandleType& type, void* object);

// nullptr with an exception pending where the value is not a handle of this type.
void* open_handle(napi_env env, const HandleType& type, napi_value value);

}  // namespace depthwise

#endif  // DEPTHWISE_BINDING_HANDLES_H_
