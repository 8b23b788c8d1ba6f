// The kernel table: what is in it, what is chosen, what forcing does and what it refuses.
#include <cstring>
#include <set>

#include "dispatch/kernel_list.h"
#include "kernels_here.h"
#include "problem.h"
#include "sweep.h"
#include "test.h"

namespace depthwise::test {
namespace {

Geometry geometry(const char* descriptor) {
  Problem problem;
  parse_problem(descriptor, &problem);
  return problem.g;
}

void check_table() {
  std::set<std::string> names;
  for (int32_t l = 0; l < kernel_list_count(); ++l) {
    const KernelList& list = kernel_list(l);
    Isa isa;
    check(isa_from_name(list.isa, &isa), std::string("a known ISA: ") + list.isa);
    check(list.count > 0, "a family has kernels");
    for (int32_t i = 0; i < list.count; ++i) {
      const Kernel& kernel = list.kernels[i];
      const std::string name =
          std::string(kernel.name) + "/" + list.isa + (kernel.element == ElementType::kFloat64 ? " f64" : "");
      check(names.insert(name).second, "one kernel is called " + name);
    }
  }
  check(compiled_isas() & isa_bit(Isa::kScalar), "scalar is compiled");
  check(cpu_isas() & isa_bit(Isa::kScalar), "scalar may always be used");
}

void check_choice() {
  for (int64_t i = 0; i < 500; ++i) {
    const Geometry g = sweep_problem(i).g;
    Choice choice;
    Reason reason;
    if (!check(choose_kernel(g, {"", ""}, cpu_isas(), &choice, &reason), "every geometry has a kernel")) continue;
    check(!refusal(*choice.kernel, g), "the chosen one does not refuse");
    check(strcmp(choice.isa, "wide16") != 0, "the ISA of the tests is never chosen");
    check(strcmp(choice.isa, "sse2") != 0 || !(cpu_isas() & isa_bit(Isa::kAvx2)), "AVX2 replaces SSE2");
    for_each_kernel_here([&](const Kernel& kernel, const char* isa) {
      if (refusal(kernel, g)) return;
      if (strcmp(isa, "sse2") == 0 && (cpu_isas() & isa_bit(Isa::kAvx2))) return;
      check(kernel.cost(g) >= choice.kernel->cost(g), "the least cost is taken");
      check(kernel.exact || kernel.packed_bytes(g) > 0, "a transform packs");
    });
    check(choose_exact_kernel(g, choice.isa).kernel != nullptr, "each ISA has an exact kernel for every geometry");
  }
}

// Sizes that no memory holds, with 2^64 multiply-adds a row: a plan may be asked for all the same.
void check_enormous() {
  for (const char* descriptor : {"n1_c67108864_i1x67108864_o67108864_k64x64_s1_p32,32,31,31_d1_g67108864_S_LNHWC",
                                 "n1_c1_i1x67108864_o67108864_k64x64_s1_p32,32,31,31_d1_g1_S"}) {
    const Geometry g = geometry(descriptor);
    check_equal(g.w.out, 67108864, "outputs of a row");
    for_each_kernel_here([&](const Kernel& kernel, const char* isa) {
      if (!refusal(kernel, g))
        check(sizes_make_sense(kernel, g), std::string("sizes that make sense: ") + kernel.name + "/" + isa);
    });
  }
}

// Kernels of up to 31 taps along two axes with one size as large as given; what make_geometry() refuses is left out.
std::vector<Geometry> geometries_of_size(int32_t size) {
  std::vector<Geometry> all;
  for (int axis = 0; axis < 3; ++axis)
    for (const int32_t kernel : {1, 3, 7, 31})
      for (int form = 0; form < 9; ++form)
        for (int32_t words = 0; words < 16; ++words) {
          ProblemFields fields;
          int32_t* values = fields.values;
          values[kFieldElement] = words & 1;
          values[kFieldLayout] = words >> 1 & 1;
          values[kFieldSharedBank] = words >> 2 & 1;
          values[kFieldInChannels] = values[kFieldOutChannels] = values[kFieldGroups] = words >> 3 ? 3 : 1;
          const int32_t half = kernel / 2;
          fields.axis(axis == 2 ? 1 : 2, 9, kernel > 9 ? 9 : kernel, 1, 1, half, half);
          fields.axis(axis, 9, kernel, 1, 1, half, half);
          const int32_t dilation = kernel > 1 ? size / kernel : size;
          switch (form) {
            case 0: fields.axis(axis, size, kernel, 1, 1, 0, 0); break;
            case 1: fields.axis(axis, size - 2 * half, kernel, 2, 1, half, half); break;
            case 2: fields.axis(axis, 9, kernel, 1, 1, size / 2, size / 2 - 9); break;
            case 3: fields.axis(axis, 40, kernel, size, 1, half, half); break;
            case 4: fields.axis(axis, size, kernel, 1, dilation, 0, 0); break;
            case 5: fields.axis(axis, size / 2, kernel, 1, dilation, size / 4, size / 4); break;
            case 6: values[kFieldInChannels] = values[kFieldOutChannels] = values[kFieldGroups] = size; break;
            case 7: values[kFieldInChannels] = size, values[kFieldOutChannels] = values[kFieldGroups] = 1; break;
            default: values[kFieldInChannels] = values[kFieldGroups] = 1, values[kFieldOutChannels] = size;
          }
          Geometry g;
          if (!make_geometry(values, kGeometryFields, &g)) all.push_back(g);
        }
  return all;
}

// Below 2^30 every kernel counts right (under UBSan: nothing passes 32 bits); from there on the reference is left.
void check_vast() {
  constexpr int32_t kVast = 1 << 30;
  for (const int32_t size : {kVast - 1, kVast, 2147483647}) {
    const std::vector<Geometry> all = geometries_of_size(size);
    check(all.size() > 500, "many geometries of a vast size");
    int64_t taken = 0;
    for (const Geometry& g : all)
      for_each_kernel_here([&](const Kernel& kernel, const char* isa) {
        if (refusal(kernel, g)) return;
        ++taken;
        const std::string name = std::string(kernel.name) + "/" + isa + " of size " + std::to_string(size);
        check(sizes_make_sense(kernel, g), "sizes that make sense: " + name);
        check(size < kVast || strcmp(kernel.name, "reference") == 0, "a vast size is taken by " + name);
      });
    check(taken > 500, "taken");
  }
}

void refused(const char* isa, const char* kernel, IsaSet allowed, const char* text) {
  Choice choice;
  Reason reason = {};
  const bool chosen = choose_kernel(geometry("n1_c4_i9x9_o4_k3_s1_p1_d1_g4"), {isa, kernel}, allowed, &choice, &reason);
  check(!chosen && strstr(reason.text, text), std::string(isa) + " " + kernel + " says: " + reason.text);
}

void check_forcing() {
  const Geometry g = geometry("n1_c4_i9x9_o4_k3_s1_p1_d1_g4");
  Choice choice;
  Reason reason;
  check(choose_kernel(g, {"scalar", nullptr}, cpu_isas(), &choice, &reason), "an ISA is forced");
  check_equal(std::string(choice.isa), "scalar", "the forced ISA");
  check(choose_kernel(g, {nullptr, "reference"}, cpu_isas(), &choice, &reason), "a kernel is forced");
  check_equal(std::string(choice.kernel->name), "reference", "the forced kernel, though it costs more");
  check(choose_kernel(g, {"", "reference/scalar"}, cpu_isas(), &choice, &reason), "a kernel of an ISA is forced");
  check_equal(std::string(choice.isa), "scalar", "its ISA");
  if (compiled_isas() & isa_bit(Isa::kWide16)) {
    check(choose_kernel(g, {"wide16", ""}, cpu_isas(), &choice, &reason), "the ISA of the tests can be forced");
    refused("scalar", "reference/wide16", cpu_isas(), "not compiled for an ISA that may be used here");
  }
  refused("mmx", "", cpu_isas(), "no ISA is called mmx; this build has ");
  refused("", "conv", cpu_isas(), "no kernel is called conv");
  refused("", "refer", cpu_isas(), "no kernel is called refer");
  if (compiled_isas() & isa_bit(Isa::kAvx2)) {
    refused("avx2", "", isa_bit(Isa::kSse2) | isa_bit(Isa::kScalar), "does not have avx2");
    if (compiled_isas() & isa_bit(Isa::kSse2)) {
      const IsaSet old_cpu = isa_bit(Isa::kSse2) | isa_bit(Isa::kScalar);
      check(choose_kernel(g, {"", ""}, old_cpu, &choice, &reason), "a CPU without AVX2 has kernels");
      check_equal(std::string(choice.isa), "sse2", "its ISA");
    }
  }
  if (cpu_isas() & compiled_isas() & isa_bit(Isa::kAvx512) && compiled_isas() & isa_bit(Isa::kAvx2)) {
    const Geometry halved = geometry("n1_c4_i20x20_o4_k3_s2_p1_d1_g4");
    check(choose_kernel(halved, {"avx512", ""}, cpu_isas(), &choice, &reason), "AVX-512 is forced");
    check_equal(std::string(choice.kernel->name), "depthwise2d_k3_s2", "the kernel that it leaves to AVX2");
    check(choose_kernel(g, {"avx512", ""}, cpu_isas(), &choice, &reason), "AVX-512 is forced");
    check_equal(std::string(choice.isa), "avx512", "its own kernel, whatever AVX2's costs");
  }
  Geometry padded = g;
  padded.padding_mode = PaddingMode::kReflect;
  check(!choose_kernel(padded, {"", "reference"}, cpu_isas(), &choice, &reason) && strstr(reason.text, "zeros only"),
        "kernels know zeros only");
}

}  // namespace
}  // namespace depthwise::test

int main() {
  depthwise::test::check_table();
  depthwise::test::check_enormous();
  depthwise::test::check_vast();
  depthwise::test::check_choice();
  depthwise::test::check_forcing();
  return depthwise::test::report();
}
