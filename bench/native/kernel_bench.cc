// kernel_bench [--isa X] [--kernel NAME] [--all-kernels] [--threads N] [--seconds S] [--cold] [name-or-descriptor ...]
// Kernels without JavaScript: on their own, on one thread, or with --threads through a plan. It verifies each against
// the formula, then times it warm (--cold: with everything it reads and writes flushed from the caches before each
// call), beside the FMA peak of this core and the bandwidth of a copy of the same size, both measured in this run. FLOP
// count in-bounds multiply-adds; the roofline is the slower of FLOP / peak and bytes / copy bandwidth.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "conv/plan.h"
#include "expect.h"
#include "machine.h"
#include "problem.h"
#include "random.h"

#ifndef DEPTHWISE_SHAPES
#define DEPTHWISE_SHAPES "bench/shapes.txt"
#endif

namespace depthwise::bench {
namespace {

using test::Expected;
using test::Problem;

struct Options {
  std::string isa, kernel, shapes = DEPTHWISE_SHAPES;
  std::vector<std::string> wanted;
  bool all_kernels = false;
  bool cold = false;
  int threads = 0;  // 0: the kernel alone, without a plan
  double seconds = 0.3;
};

struct Aligned {
  explicit Aligned(int64_t bytes)
      : bytes(bytes), data(aligned_alloc(4096, (static_cast<size_t>(bytes) + 8191) / 4096 * 4096)) {
    memset(data, 0, static_cast<size_t>(bytes));
  }
  ~Aligned() { free(data); }
  Aligned(const Aligned&) = delete;
  Aligned& operator=(const Aligned&) = delete;
  int64_t bytes;
  void* data;
};

int64_t bytes(const Geometry& g, int64_t elements) { return elements * static_cast<int64_t>(element_bytes(g.element)); }

void fill(test::Random& random, const Geometry& g, void* data, int64_t count) {
  if (g.element == ElementType::kFloat32)
    test::fill_random(random, static_cast<float*>(data), count, false);
  else
    test::fill_random(random, static_cast<double*>(data), count, false);
}

// A few thousand outputs, the corners among them.
bool is_right(const Geometry& g, const Kernel& kernel, const void* src, const void* weight, const void* bias,
              const void* dst) {
  test::Random random(7);
  const double terms = static_cast<double>(g.taps * g.in_per_group);
  const int64_t samples = static_cast<int64_t>(std::fmin(4000, 1e7 / terms)) + 10;
  for (int64_t i = 0; i < samples; ++i) {
    const int64_t index = i == 0   ? 0
                          : i == 1 ? g.dst_elements - 1
                                   : static_cast<int64_t>(random.next() % static_cast<uint64_t>(g.dst_elements));
    const Expected expected = test::expect(g, src, weight, bias, index);
    const double value = g.element == ElementType::kFloat32 ? static_cast<const float*>(dst)[index]
                                                            : static_cast<const double*>(dst)[index];
    const double bound = kernel.exact ? test::rounding_bound(g, expected) : test::transform_bound(g, expected);
    if (!(std::fabs(value - expected.value) <= bound)) {
      printf("  dst[%lld] expected %.9g, but got %.9g\n", static_cast<long long>(index), expected.value, value);
      return false;
    }
  }
  return true;
}

// The arrays of one problem, and the two ways to run a kernel over them.
struct Bench {
  Bench(const Problem& problem, const Kernel& kernel, const char* isa)
      : g(problem.g),
        batch(problem.batch),
        kernel(kernel),
        src(bytes(g, g.src_elements * batch)),
        weight(bytes(g, g.weight_elements)),
        bias(bytes(g, g.weight_count)),
        dst(bytes(g, g.dst_elements * batch)),
        packed(kernel.packed_bytes(g)),
        scratch(kernel.scratch_bytes(g)) {
    test::Random random(1);
    fill(random, g, src.data, g.src_elements * batch);
    fill(random, g, weight.data, g.weight_elements);
    fill(random, g, bias.data, g.weight_count);
    packs = kernel.packed_bytes(g) > 0;
    if (packs) kernel.pack(g, weight.data, packed.data);
    Reason reason;
    plan = ConvPlan::create(g, {isa, kernel.name}, &reason);
    if (plan) plan_weights = PackedWeights::create(*plan, weight.data, bias_or_null());
  }
  const void* bias_or_null() const { return g.has_bias ? bias.data : nullptr; }
  // All images of the batch one after the other.
  void run_kernel() const {
    const int64_t items = kernel.work_items(g);
    for (int64_t n = 0; n < batch; ++n)
      kernel.run(g,
                 {static_cast<char*>(src.data) + bytes(g, n * g.src_elements), packs ? packed.data : weight.data,
                  bias_or_null(), static_cast<char*>(dst.data) + bytes(g, n * g.dst_elements)},
                 scratch.data, 0, items);
  }
  // Nothing of the operands is in a cache afterwards.
  void flush() const {
    for (const Aligned* array : {&src, &weight, &bias, &dst, &packed, &scratch})
      flush_caches(array->data, array->bytes);
    if (plan_weights) flush_caches(plan_weights->operands().weight, packs ? packed.bytes : weight.bytes);
  }
  void run_plan(int threads) const { plan->run(*plan_weights, batch, src.data, dst.data, threads); }

  const Geometry& g;
  const int64_t batch;
  const Kernel& kernel;
  Aligned src, weight, bias, dst, packed, scratch;
  bool packs = false;
  Ref<ConvPlan> plan;
  Ref<PackedWeights> plan_weights;
};

// Measured once for all kernels of a shape.
double copy_limit(int64_t footprint) {
  static std::map<int64_t, double> known;
  const auto found = known.find(footprint);
  return found != known.end() ? found->second : known[footprint] = copy_gbytes(footprint);
}

bool bench_kernel(const std::string& label, const Problem& problem, const Kernel& kernel, const char* isa,
                  double peak_gflops, const Options& options) {
  const Geometry& g = problem.g;
  const Bench bench(problem, kernel, isa);
  const auto run = [&] { options.threads > 0 ? bench.run_plan(options.threads) : bench.run_kernel(); };
  run();
  const std::string name = std::string(kernel.name) + "/" + isa;
  if (!is_right(g, kernel, bench.src.data, bench.weight.data, bench.bias_or_null(), bench.dst.data)) {
    printf("%-24s %-36s WRONG\n", label.c_str(), name.c_str());
    return false;
  }
  const Times times = options.cold ? time_cold_calls(
                                         run, [&] { bench.flush(); }, options.seconds)
                                   : time_calls(run, options.seconds);
  const double flop = 2 * test::inside_multiply_adds(g) * static_cast<double>(problem.batch);
  const int64_t moved = bytes(g, (g.src_elements + g.dst_elements) * problem.batch + g.weight_elements);
  const double peak = g.element == ElementType::kFloat32 ? peak_gflops : peak_gflops / 2;
  const double by_flop = flop / (peak * 1e9), by_bytes = static_cast<double>(moved) / (copy_limit(moved) * 1e9);
  const double roofline = std::fmax(by_flop, by_bytes);
  printf("%-24s %-36s %10.1f %10.1f %8.1f %6.1f%% %6.1f%% %c\n", label.c_str(), name.c_str(), times.median * 1e6,
         times.least * 1e6, flop / times.least * 1e-9, 100 * by_flop / times.least, 100 * roofline / times.least,
         by_flop > by_bytes ? 'C' : 'M');
  return true;
}

bool bench_problem(const std::string& label, const std::string& descriptor, const Options& options) {
  Problem problem;
  const std::string broken = test::parse_problem(descriptor, &problem);
  if (!broken.empty()) return printf("%s: %s\n", descriptor.c_str(), broken.c_str()), false;
  Choice choice;
  Reason reason;
  if (!choose_kernel(problem.g, {options.isa.c_str(), options.kernel.c_str()}, cpu_isas(), &choice, &reason)) {
    printf("%-24s %s\n", label.c_str(), reason.text);
    return options.wanted.empty();  // over all shapes a kernel skips what it refuses
  }
  if (!options.all_kernels)
    return bench_kernel(label, problem, *choice.kernel, choice.isa, fma_peak_gflops(choice.isa), options);
  bool fine = true;
  for (int32_t l = 0; l < kernel_list_count(); ++l) {
    const KernelList& list = kernel_list(l);
    if (strcmp(list.isa, choice.isa) != 0) continue;
    for (int32_t i = 0; i < list.count; ++i)
      if (!refusal(list.kernels[i], problem.g))
        fine &= bench_kernel(label + (&list.kernels[i] == choice.kernel ? "*" : ""), problem, list.kernels[i], list.isa,
                             fma_peak_gflops(list.isa), options);
  }
  return fine;
}

int main_bench(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool more = i + 1 < argc;
    if (word == "--isa" && more)
      options.isa = argv[++i];
    else if (word == "--kernel" && more)
      options.kernel = argv[++i];
    else if (word == "--seconds" && more)
      options.seconds = atof(argv[++i]);
    else if (word == "--threads" && more)
      options.threads = atoi(argv[++i]);
    else if (word == "--cold")
      options.cold = true;
    else if (word == "--all-kernels")
      options.all_kernels = true;
    else if (word[0] == '-')
      return fprintf(stderr,
                     "kernel_bench [--isa X] [--kernel NAME] [--all-kernels] [--threads N] [--seconds S] [--cold] "
                     "[name-or-descriptor ...]\n"),
             2;
    else
      options.wanted.push_back(word);
  }
  setvbuf(stdout, nullptr, _IOLBF, 0);
  const std::vector<test::NamedProblem> shapes = test::read_shapes(options.shapes.c_str());
  const char* best = best_isa();
  printf("FMA peak of one core (%s): %.1f GFLOP/s\n", best, fma_peak_gflops(best));
  printf("%-24s %-36s %10s %10s %8s %7s %7s\n", "shape", "kernel (* chosen)", "median us", "min us", "GFLOP/s", "peak",
         "roof");
  bool fine = true;
  for (const test::NamedProblem& shape : shapes) {
    bool is_wanted = options.wanted.empty();
    for (const std::string& word : options.wanted) is_wanted |= word == shape.name;
    if (is_wanted) fine &= bench_problem(shape.name, shape.descriptor, options);
  }
  for (const std::string& word : options.wanted) {
    bool is_named = false;
    for (const test::NamedProblem& shape : shapes) is_named |= word == shape.name;
    if (!is_named) fine &= bench_problem(word.size() > 24 ? word.substr(0, 24) : word, word, options);
  }
  return fine ? 0 : 1;
}

}  // namespace
}  // namespace depthwise::bench

int main(int argc, char** argv) { return depthwise::bench::main_bench(argc, argv); }
