// New arrays for results. Pooled memory becomes an array only after the result stands in it, so nobody sees what
// another caller left there.
#ifndef DEPTHWISE_BINDING_RESULT_ARRAY_H_
#define DEPTHWISE_BINDING_RESULT_ARRAY_H_

#include <node_api.h>

#include "conv/geometry.h"
#include "conv/memory_block.h"

namespace depthwise {

// Zeros, from JavaScript's own constructor: where memory is short it throws, napi_create_arraybuffer() would end the
// process. nullptr with an exception pending.
napi_value new_array(napi_env env, ElementType element, int64_t count);

// Whether a result of so many bytes is worth reused memory, the host takes external buffers, and not too much is lent
// already: Node gives them back only when its event loop turns, so a loop without turns must not borrow on and on.
bool can_lend(napi_env env, int64_t bytes);

// An array over the first `count` elements of a block, which is taken, and given back when the array is collected;
// where that is not possible, a copy, and the block stays the caller's. nullptr with an exception pending.
napi_value lend_array(napi_env env, ElementType element, int64_t count, MemoryBlock* block);

}  // namespace depthwise

#endif  // DEPTHWISE_BINDING_RESULT_ARRAY_H_
