// The limits of this machine as JSON, for the JavaScript benchmark: {"isa", "gflops", "copy": [{"bytes", "GBs"}]}.
//   limits [threads] [isa]    the best instruction set of this processor, unless one is named
// Several threads work at the same time, each on its share of the footprint; their rates are added.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "dispatch/cpu.h"
#include "machine.h"

namespace depthwise::bench {
namespace {

// The sum of what `rate` says in each of `threads` threads. Each calls what it is given when it is ready to begin, and
// waits there for the others.
double together(int threads, const std::function<double(const std::function<void()>& ready)>& rate) {
  std::atomic<int> waiting(threads);
  const std::function<void()> ready = [&] {
    waiting.fetch_sub(1);
    while (waiting.load() > 0) continue;
  };
  std::vector<double> rates(static_cast<size_t>(threads));
  std::vector<std::thread> team;
  for (int i = 1; i < threads; ++i) team.emplace_back([&, i] { rates[static_cast<size_t>(i)] = rate(ready); });
  rates[0] = rate(ready);
  double sum = 0;
  for (std::thread& thread : team) thread.join();
  for (double each : rates) sum += each;
  return sum;
}

int print_limits(int threads, const std::string& isa) {
  const double gflops = together(threads, [&](const std::function<void()>& ready) {
    ready();
    return fma_peak_gflops(isa);
  });
  printf("{\"isa\": \"%s\", \"gflops\": %.2f, \"copy\": [", isa.c_str(), gflops);
  const char* separator = "";
  for (int64_t bytes = 32 << 10; bytes <= int64_t{256} << 20; bytes *= 2) {
    const double rate =
        together(threads, [&](const std::function<void()>& ready) { return copy_gbytes(bytes / threads, ready); });
    printf("%s{\"bytes\": %lld, \"GBs\": %.2f}", separator, static_cast<long long>(bytes), rate);
    separator = ", ";
  }
  printf("]}\n");
  return 0;
}

}  // namespace
}  // namespace depthwise::bench

int main(int argc, char** argv) {
  const int threads = argc > 1 ? atoi(argv[1]) : 1;
  if (threads < 1) return fprintf(stderr, "limits [threads] [isa], but got %s\n", argv[1]), 2;
  depthwise::Isa isa;
  if (argc > 2 && (!depthwise::isa_from_name(argv[2], &isa) || !(depthwise::cpu_isas() & depthwise::isa_bit(isa))))
    return fprintf(stderr, "limits: this processor has no %s\n", argv[2]), 2;
  return depthwise::bench::print_limits(threads, argc > 2 ? argv[2] : depthwise::bench::best_isa());
}
