#include "dispatch/kernel_list.h"

#include <cstdio>
#include <cstring>

#include "kernels/families.h"

namespace depthwise {

// DEPTHWISE_WITH_<isa> says that CMake compiles that ISA. The order is that of preference where two cost the same.
#define DEPTHWISE_IF_YES(...) __VA_ARGS__
#define DEPTHWISE_IF_NO(...)
#define DEPTHWISE_DECLARE_avx512(family, avx512, avx2, sse2, neon) \
  DEPTHWISE_IF_##avx512(extern const KernelList family##_avx512;)
#define DEPTHWISE_DECLARE_avx2(family, avx512, avx2, sse2, neon) \
  DEPTHWISE_IF_##avx2(extern const KernelList family##_avx2;)
#define DEPTHWISE_DECLARE_sse2(family, avx512, avx2, sse2, neon) \
  DEPTHWISE_IF_##sse2(extern const KernelList family##_sse2;)
#define DEPTHWISE_DECLARE_neon(family, avx512, avx2, sse2, neon) \
  DEPTHWISE_IF_##neon(extern const KernelList family##_neon;)
#define DEPTHWISE_DECLARE_scalar(family, avx512, avx2, sse2, neon) extern const KernelList family##_scalar;
#define DEPTHWISE_DECLARE_wide16(family, avx512, avx2, sse2, neon) extern const KernelList family##_wide16;
#define DEPTHWISE_ADDRESS_avx512(family, avx512, avx2, sse2, neon) DEPTHWISE_IF_##avx512(&family##_avx512, )
#define DEPTHWISE_ADDRESS_avx2(family, avx512, avx2, sse2, neon) DEPTHWISE_IF_##avx2(&family##_avx2, )
#define DEPTHWISE_ADDRESS_sse2(family, avx512, avx2, sse2, neon) DEPTHWISE_IF_##sse2(&family##_sse2, )
#define DEPTHWISE_ADDRESS_neon(family, avx512, avx2, sse2, neon) DEPTHWISE_IF_##neon(&family##_neon, )
#define DEPTHWISE_ADDRESS_scalar(family, avx512, avx2, sse2, neon) &family##_scalar,
#define DEPTHWISE_ADDRESS_wide16(family, avx512, avx2, sse2, neon) &family##_wide16,

#ifdef DEPTHWISE_WITH_avx512
DEPTHWISE_FAMILIES(DEPTHWISE_DECLARE_avx512)
#endif
#ifdef DEPTHWISE_WITH_avx2
DEPTHWISE_FAMILIES(DEPTHWISE_DECLARE_avx2)
#endif
#ifdef DEPTHWISE_WITH_sse2
DEPTHWISE_FAMILIES(DEPTHWISE_DECLARE_sse2)
#endif
#ifdef DEPTHWISE_WITH_neon
DEPTHWISE_FAMILIES(DEPTHWISE_DECLARE_neon)
#endif
#ifdef DEPTHWISE_SCALAR_IS_REFERENCE
#define DEPTHWISE_SCALAR_FAMILIES(X) X(reference, YES, YES, YES, YES)
#else
#define DEPTHWISE_SCALAR_FAMILIES DEPTHWISE_FAMILIES
#endif
DEPTHWISE_SCALAR_FAMILIES(DEPTHWISE_DECLARE_scalar)
#ifdef DEPTHWISE_WITH_wide16
DEPTHWISE_FAMILIES(DEPTHWISE_DECLARE_wide16)
#endif

namespace {

// clang-format off
constexpr const KernelList* kLists[] = {
#ifdef DEPTHWISE_WITH_avx512
    DEPTHWISE_FAMILIES(DEPTHWISE_ADDRESS_avx512)
#endif
#ifdef DEPTHWISE_WITH_avx2
    DEPTHWISE_FAMILIES(DEPTHWISE_ADDRESS_avx2)
#endif
#ifdef DEPTHWISE_WITH_sse2
    DEPTHWISE_FAMILIES(DEPTHWISE_ADDRESS_sse2)
#endif
#ifdef DEPTHWISE_WITH_neon
    DEPTHWISE_FAMILIES(DEPTHWISE_ADDRESS_neon)
#endif
    DEPTHWISE_SCALAR_FAMILIES(DEPTHWISE_ADDRESS_scalar)
#ifdef DEPTHWISE_WITH_wide16
    DEPTHWISE_FAMILIES(DEPTHWISE_ADDRESS_wide16)
#endif
};
// clang-format on
constexpr int32_t kListCount = sizeof(kLists) / sizeof(kLists[0]);

bool is_given(const char* text) { return text && *text; }

IsaSet bit_of(const KernelList& list) {
  Isa isa = Isa::kScalar;
  isa_from_name(list.isa, &isa);
  return isa_bit(isa);
}

// "name" names it on every ISA, "name/isa" on one.
bool is_called(const Kernel& kernel, const char* isa, const char* wanted) {
  const size_t length = strlen(kernel.name);
  if (strncmp(kernel.name, wanted, length) != 0) return false;
  if (wanted[length] == '\0') return true;
  return wanted[length] == '/' && strcmp(wanted + length + 1, isa) == 0;
}

void append(char* text, size_t bytes, const char* more) {
  const size_t used = strlen(text);
  snprintf(text + used, bytes - used, "%s%s", used ? ", " : "", more);
}

bool has_kernel(Isa isa, const Kernel& kernel) {
  for (const KernelList* list : kLists) {
    if (bit_of(*list) != isa_bit(isa)) continue;
    for (int32_t i = 0; i < list->count; ++i)
      if (list->kernels[i].element == kernel.element && strcmp(list->kernels[i].name, kernel.name) == 0) return true;
  }
  return false;
}

// Whether `allowed` has the kernel. Where AVX-512 is asked for by name, the kernels that it leaves to AVX2 belong to
// it.
bool may_take(IsaSet allowed, const KernelList& list, const Kernel& kernel) {
  if (allowed & bit_of(list)) return true;
  return allowed == isa_bit(Isa::kAvx512) && bit_of(list) == isa_bit(Isa::kAvx2) && !has_kernel(Isa::kAvx512, kernel);
}

// Whether two sizes, added, may pass 32 bits. `in` with its padding bounds the output and the dilated kernel as well.
bool is_vast(const Geometry& g) {
  constexpr int64_t kVast = int64_t{1} << 30;
  if (g.in_channels >= kVast || g.out_channels >= kVast) return true;
  const Axis* axes[] = {&g.d, &g.h, &g.w};
  for (const Axis* axis : axes)
    if (int64_t{axis->in} + axis->pad + axis->pad_end >= kVast || axis->stride >= kVast || axis->dilation >= kVast)
      return true;
  return false;
}

// Narrows `allowed` to the forced ISA.
bool narrow(const char* wanted, IsaSet* allowed, Reason* reason) {
  Isa isa;
  if (!isa_from_name(wanted, &isa) || !(compiled_isas() & isa_bit(isa))) {
    char names[96] = "";
    for (int32_t i = 0; i < kIsaCount; ++i)
      if (compiled_isas() & isa_bit(static_cast<Isa>(i))) append(names, sizeof names, isa_name(static_cast<Isa>(i)));
    snprintf(reason->text, sizeof reason->text, "no ISA is called %.40s; this build has %s", wanted, names);
    return false;
  }
  const bool test_isa = isa == Isa::kWide16;  // runs everywhere, and is taken only by name
  if (!test_isa && !(*allowed & isa_bit(isa))) {
    snprintf(reason->text, sizeof reason->text, "this CPU or its operating system does not have %s", wanted);
    return false;
  }
  *allowed = isa_bit(isa);
  return true;
}

}  // namespace

int32_t kernel_list_count() { return kListCount; }
const KernelList& kernel_list(int32_t index) { return *kLists[index]; }

IsaSet compiled_isas() {
  IsaSet isas = 0;
  for (const KernelList* list : kLists) isas |= bit_of(*list);
  return isas;
}

const char* refusal(const Kernel& kernel, const Geometry& g) {
  if (kernel.element != g.element)
    return kernel.element == ElementType::kFloat32 ? "works on float32" : "works on float64";
  // A kernel knows zeros only; the plan lays any other padding around the image before.
  if (g.padding_mode != PaddingMode::kZeros) return "pads with zeros only";
  if (!kernel.any_size && is_vast(g)) return "a size of 2^30 and more is left to the reference";
  return kernel.refuses(g);
}

bool choose_kernel(const Geometry& g, const Forced& forced, IsaSet allowed, Choice* choice, Reason* reason) {
  if (is_given(forced.isa) && !narrow(forced.isa, &allowed, reason)) return false;
  const bool by_name = is_given(forced.kernel);
  // SSE2 is for CPUs without AVX2: costs count the fused multiply-adds that it does not have.
  if (!is_given(forced.isa) && !by_name && (allowed & isa_bit(Isa::kAvx2))) allowed &= ~isa_bit(Isa::kSse2);
  const char* last_refusal = nullptr;
  bool exists = false;
  double least = 0;
  *choice = {nullptr, nullptr};
  for (const KernelList* list : kLists) {
    for (int32_t i = 0; i < list->count; ++i) {
      const Kernel& kernel = list->kernels[i];
      if (by_name && !is_called(kernel, list->isa, forced.kernel)) continue;
      exists = true;
      if (!may_take(allowed, *list, kernel)) continue;
      if (const char* why = refusal(kernel, g)) {
        // Between the float32 and the float64 form of one name, the reason of the right one is worth telling.
        if (!last_refusal || kernel.element == g.element) last_refusal = why;
        continue;
      }
      const double cost = kernel.cost(g);
      if (choice->kernel && cost >= least) continue;
      least = cost;
      *choice = {&kernel, list->isa};
    }
  }
  if (choice->kernel) return true;
  const char* wanted = by_name ? forced.kernel : "";
  if (!exists)
    snprintf(reason->text, sizeof reason->text, "no kernel is called %.80s", wanted);
  else if (!last_refusal)
    snprintf(reason->text, sizeof reason->text, "kernel %.80s is not compiled for an ISA that may be used here",
             wanted);
  else
    snprintf(reason->text, sizeof reason->text, "kernel %.80s does not take this convolution: %.120s", wanted,
             last_refusal);
  return false;
}

Choice choose_exact_kernel(const Geometry& g, const char* isa) {
  Choice best = {nullptr, nullptr};
  double least = 0;
  for (const KernelList* list : kLists) {
    if (strcmp(list->isa, isa) != 0) continue;
    for (int32_t i = 0; i < list->count; ++i) {
      const Kernel& kernel = list->kernels[i];
      if (!kernel.exact || refusal(kernel, g)) continue;
      const double cost = kernel.cost(g);
      if (best.kernel && cost >= least) continue;
      least = cost;
      best = {&kernel, list->isa};
    }
  }
  return best;
}

}  // namespace depthwise
