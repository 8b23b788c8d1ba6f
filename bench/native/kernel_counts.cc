// kernel_counts ISA descriptor ...: runs the chosen kernel of each problem once, within measured_run(), for a tool that
// counts instructions there (bench/counts.mjs). Prints the compiler, then a line a problem: descriptor, kernel.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "dispatch/kernel_list.h"
#include "problem.h"

using namespace depthwise;

// Found by its name: one call, one count.
extern "C" __attribute__((noinline, visibility("default"))) void measured_run(const Kernel& kernel, const Geometry& g,
                                                                              const Operands& operands, void* scratch) {
  kernel.run(g, operands, scratch, 0, kernel.work_items(g));
  __asm__ volatile("" : : : "memory");  // not a tail call: the tool watches until this function returns
}

namespace {

// Aligned as a page, and finite: what is counted must not depend on either.
float* floats(int64_t bytes) {
  const size_t size = (static_cast<size_t>(bytes) + 8191) / 4096 * 4096;
  float* data = static_cast<float*>(aligned_alloc(4096, size));
  memset(data, 0, size);
  return data;
}

bool run_once(const char* isa, const char* descriptor) {
  test::Problem problem;
  const std::string broken = test::parse_problem(descriptor, &problem);
  if (!broken.empty()) return fprintf(stderr, "%s: %s\n", descriptor, broken.c_str()), false;
  const Geometry& g = problem.g;
  Choice choice;
  Reason reason;
  if (!choose_kernel(g, {isa, ""}, cpu_isas(), &choice, &reason))
    return fprintf(stderr, "%s: %s\n", descriptor, reason.text), false;
  const Kernel& kernel = *choice.kernel;
  const int64_t element = static_cast<int64_t>(element_bytes(g.element));
  float* src = floats(g.src_elements * element);
  float* dst = floats(g.dst_elements * element);
  float* weight = floats(g.weight_elements * element);
  float* packed = floats(kernel.packed_bytes(g));
  void* scratch = floats(kernel.scratch_bytes(g));
  const bool packs = kernel.packed_bytes(g) > 0;
  if (packs) kernel.pack(g, weight, packed);
  measured_run(kernel, g, {src, packs ? packed : weight, nullptr, dst}, scratch);
  printf("%s\t%s\n", descriptor, kernel.name);
  for (void* data : {static_cast<void*>(src), static_cast<void*>(dst), static_cast<void*>(weight),
                     static_cast<void*>(packed), scratch})
    free(data);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return fprintf(stderr, "kernel_counts ISA descriptor ...\n"), 2;
#if defined(__clang__)
  printf("clang %d.%d\n", __clang_major__, __clang_minor__);
#elif defined(__GNUC__)
  printf("gcc %d.%d\n", __GNUC__, __GNUC_MINOR__);
#endif
  bool fine = true;
  for (int i = 2; i < argc; ++i) fine &= run_once(argv[1], argv[i]);
  return fine ? 0 : 1;
}
