#include "binding/introspect.h"

#include <atomic>

#include "binding/make_values.h"
#include "binding/read_args.h"
#include "conv/pad_image.h"
#include "dispatch/kernel_list.h"
#include "threads/parallel.h"

namespace depthwise {
namespace {

constexpr int64_t kMostThreads = 1024;

std::atomic<int> chosen_threads{0};  // 0: as many as this process may use, asked at the first computation

napi_value isa_names(napi_env env, IsaSet set) {
  napi_value names;
  uint32_t length = 0;
  if (napi_create_array(env, &names) != napi_ok) return nullptr;
  for (int32_t isa = 0; isa < kIsaCount; ++isa)
    if (set & isa_bit(static_cast<Isa>(isa)))
      if (!push(env, names, &length, make_text(env, isa_name(static_cast<Isa>(isa))))) return nullptr;
  return names;
}

napi_value kernel_info(napi_env env, const Kernel& kernel, const char* isa) {
  napi_value object;
  if (napi_create_object(env, &object) != napi_ok || !set_text(env, object, "name", kernel.name) ||
      !set_text(env, object, "isa", isa) ||
      !set_text(env, object, "dtype", kernel.element == ElementType::kFloat32 ? "float32" : "float64") ||
      !set_boolean(env, object, "exact", kernel.exact))
    return nullptr;
  return object;
}

napi_value refusal_info(napi_env env, const Kernel& kernel, const char* isa, const char* reason) {
  napi_value object;
  if (napi_create_object(env, &object) != napi_ok || !set_text(env, object, "kernel", kernel.name) ||
      !set_text(env, object, "isa", isa) ||
      !set_text(env, object, "dtype", kernel.element == ElementType::kFloat32 ? "float32" : "float64") ||
      !set_text(env, object, "reason", reason))
    return nullptr;
  return object;
}

}  // namespace

int num_threads() {
  int threads = chosen_threads.load(std::memory_order_relaxed);
  if (threads > 0) return threads;
  threads = available_threads("/");
  int none = 0;
  return chosen_threads.compare_exchange_strong(none, threads) ? threads : none;
}

napi_value js_isas(napi_env env, napi_callback_info) { return isa_names(env, cpu_isas() & compiled_isas()); }

napi_value js_compiled_isas(napi_env env, napi_callback_info) { return isa_names(env, compiled_isas()); }

napi_value js_kernels(napi_env env, napi_callback_info) {
  napi_value kernels;
  uint32_t length = 0;
  if (napi_create_array(env, &kernels) != napi_ok) return nullptr;
  for (int32_t i = 0; i < kernel_list_count(); ++i) {
    const KernelList& list = kernel_list(i);
    for (int32_t k = 0; k < list.count; ++k)
      if (!push(env, kernels, &length, kernel_info(env, list.kernels[k], list.isa))) return nullptr;
  }
  return kernels;
}

napi_value js_refusals(napi_env env, napi_callback_info info) {
  napi_value args[1];
  napi_value refusals;
  Geometry g;
  uint32_t length = 0;
  if (!read_args(env, info, args) || !read_geometry(env, args[0], &g)) return nullptr;
  // What a plan shows its kernels: for any other mode than zeros, the image with its padding laid out.
  Geometry padded;
  if (g.padding_mode != PaddingMode::kZeros && !padded_geometry(g, &padded)) g = padded;
  if (napi_create_array(env, &refusals) != napi_ok) return nullptr;
  for (int32_t i = 0; i < kernel_list_count(); ++i) {
    const KernelList& list = kernel_list(i);
    // The code of refuses() is compiled for the ISA too: on another CPU it must not be called.
    Isa isa;
    const bool lacks_isa = !isa_from_name(list.isa, &isa) || !(cpu_isas() & isa_bit(isa));
    for (int32_t k = 0; k < list.count; ++k) {
      const char* reason = lacks_isa ? "this CPU or operating system lacks the ISA" : refusal(list.kernels[k], g);
      if (reason && !push(env, refusals, &length, refusal_info(env, list.kernels[k], list.isa, reason))) return nullptr;
    }
  }
  return refusals;
}

napi_value js_set_num_threads(napi_env env, napi_callback_info info) {
  napi_value args[1];
  int64_t threads;
  if (!read_args(env, info, args) || !read_integer(env, args[0], "the number of threads", 1, kMostThreads, &threads))
    return nullptr;
  chosen_threads.store(static_cast<int>(threads), std::memory_order_relaxed);
  return nullptr;
}

napi_value js_get_num_threads(napi_env env, napi_callback_info) { return make_number(env, num_threads()); }

napi_value js_available_threads(napi_env env, napi_callback_info info) {
  napi_value args[1];
  char root[1024];
  if (!read_args(env, info, args) || !read_string(env, args[0], "the root", root, sizeof root)) return nullptr;
  return make_number(env, available_threads(root));
}

napi_value js_cpu_limits(napi_env env, napi_callback_info) {
  const CpuLimits limits = cpu_limits("/");
  napi_value object;
  if (napi_create_object(env, &object) != napi_ok || !set_number(env, object, "affinity", limits.affinity) ||
      !set_number(env, object, "quota", limits.quota))
    return nullptr;
  return object;
}

}  // namespace depthwise
