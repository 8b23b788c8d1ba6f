#include "binding/module_pin.h"

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#elif defined(__APPLE__)
#include <dlfcn.h>
#endif

namespace depthwise {

bool pin_module() {
#if defined(_WIN32)
  HMODULE module;
  return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                            reinterpret_cast<LPCWSTR>(&pin_module), &module) != 0;
#elif defined(__APPLE__)
  Dl_info info;
  if (dladdr(reinterpret_cast<const void*>(&pin_module), &info) == 0) return false;
  return dlopen(info.dli_fname, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) != nullptr;
#else
  return true;
#endif
}

}  // namespace depthwise
