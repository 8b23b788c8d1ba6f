// Plans, packed weights, and the runs that finish within the call.
#ifndef DEPTHWISE_BINDING_PLAN_FUNCTIONS_H_
#define DEPTHWISE_BINDING_PLAN_FUNCTIONS_H_

#include <node_api.h>

#include "conv/plan.h"

namespace depthwise {

napi_value js_create_plan(napi_env env, napi_callback_info info);
napi_value js_describe_plan(napi_env env, napi_callback_info info);
napi_value js_pack(napi_env env, napi_callback_info info);
napi_value js_run(napi_env env, napi_callback_info info);
napi_value js_run_once(napi_env env, napi_callback_info info);
napi_value js_run_new(napi_env env, napi_callback_info info);
napi_value js_run_once_new(napi_env env, napi_callback_info info);

// nullptr with an exception pending.
const ConvPlan* open_plan(napi_env env, napi_value value);
// Weights that `plan` can read: it checks the packing key.
const PackedWeights* open_packed(napi_env env, napi_value value, const ConvPlan& plan);

int64_t src_bytes(const Geometry& g, int64_t batch);
int64_t dst_bytes(const Geometry& g, int64_t batch);

}  // namespace depthwise

#endif  // DEPTHWISE_BINDING_PLAN_FUNCTIONS_H_
