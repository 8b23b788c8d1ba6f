#include "binding/env_state.h"

#include <new>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#elif defined(__APPLE__)
#include <pthread.h>
#endif

#include "binding/async_run.h"

namespace depthwise {
namespace {

void free_state(napi_env, void* state, void*) { delete static_cast<EnvState*>(state); }

// False in workers, and where it cannot be told.
bool is_main_thread() {
#if defined(__linux__)
  return syscall(SYS_gettid) == getpid();
#elif defined(__APPLE__)
  return pthread_main_np() != 0;
#else
  return false;
#endif
}

}  // namespace

bool make_env_state(napi_env env) {
  EnvState* state = new (std::nothrow) EnvState;
  if (!state) return false;
  state->can_lend = is_main_thread();
  if (napi_set_instance_data(env, state, free_state, nullptr) != napi_ok) {
    delete state;
    return false;
  }
  // Hooks run before finalizers, and before the environment's references die.
  return napi_add_env_cleanup_hook(env, end_async_runs, env) == napi_ok;
}

EnvState* env_state(napi_env env) {
  void* state = nullptr;
  return napi_get_instance_data(env, &state) == napi_ok ? static_cast<EnvState*>(state) : nullptr;
}

bool can_run_js(napi_env env) {
  // Any call that Node guards will do; this one runs nothing.
  napi_value global;
  bool has;
  return napi_get_global(env, &global) == napi_ok && napi_has_named_property(env, global, "Array", &has) == napi_ok;
}

}  // namespace depthwise
