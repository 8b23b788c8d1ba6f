// The exports of the addon: NativeBinding in lib/backend/types.ts.
#include <napi.h>

#include "binding/async_run.h"
#include "binding/env_state.h"
#include "binding/errors.h"
#include "binding/introspect.h"
#include "binding/module_pin.h"
#include "binding/plan_functions.h"

namespace {

using depthwise::make_env_state;

struct Export {
  const char* name;
  napi_callback function;
};

constexpr Export kExports[] = {
    {"isas", depthwise::js_isas},
    {"compiledIsas", depthwise::js_compiled_isas},
    {"kernels", depthwise::js_kernels},
    {"refusals", depthwise::js_refusals},
    {"createPlan", depthwise::js_create_plan},
    {"describePlan", depthwise::js_describe_plan},
    {"pack", depthwise::js_pack},
    {"run", depthwise::js_run},
    {"runOnce", depthwise::js_run_once},
    {"runNew", depthwise::js_run_new},
    {"runOnceNew", depthwise::js_run_once_new},
    {"runAsync", depthwise::js_run_async},
    {"cancel", depthwise::js_cancel},
    {"setNumThreads", depthwise::js_set_num_threads},
    {"getNumThreads", depthwise::js_get_num_threads},
    {"availableThreads", depthwise::js_available_threads},
    {"cpuLimits", depthwise::js_cpu_limits},
};

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  if (!depthwise::pin_module() || !make_env_state(env)) {
    // Not as a Napi::Error: where the environment ends, making one fails, which makes an error of it, and so on.
    depthwise::throw_internal(env, "the addon could not be initialised");
    return exports;
  }
  for (const Export& each : kExports) {
    napi_value function;
    if (napi_create_function(env, each.name, NAPI_AUTO_LENGTH, each.function, nullptr, &function) != napi_ok ||
        napi_set_named_property(env, exports, each.name, function) != napi_ok)
      break;  // only where the environment ends
  }
  return exports;
}

}  // namespace

NODE_API_MODULE(depthwise, initialize)
