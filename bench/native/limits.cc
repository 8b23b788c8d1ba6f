// The limits of this machine as JSON, for the JavaScript benchmark: {"isa", "gflops", "copy": [{"bytes", "GBs"}]}.
//   limits [threads]
// Several threads work at the same time, each on its share of the footprint; their rates are added.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "dispatch/cpu.h"
#include "machine.h"

namespace depthwise::bench {
namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// The sum of what `rate` says in each of `threads` threads, which start it together.
double together(int threads, const std::function<double(std::atomic<int>* waiting)>& rate) {
  std::atomic<int> waiting(threads);
  std::vector<double> rates(static_cast<size_t>(threads));
  std::vector<std::thread> team;
  for (int i = 1; i < threads; ++i) team.emplace_back([&, i] { rates[static_cast<size_t>(i)] = rate(&waiting); });
  rates[0] = rate(&waiting);
  double sum = 0;
  for (std::thread& thread : team) thread.join();
  for (double each : rates) sum += each;
  return sum;
}

void meet(std::atomic<int>* waiting) {
  waiting->fetch_sub(1);
  while (waiting->load() > 0) continue;
}

char* aligned(size_t bytes) {
  char* data = static_cast<char*>(aligned_alloc(4096, (bytes + 4095) / 4096 * 4096));
  memset(data, 1, bytes);
  return data;
}

// GB/s, read and written, of copies within `footprint` bytes: the best of several spans of a few milliseconds.
double copy_rate(int64_t footprint, std::atomic<int>* waiting) {
  const size_t half = static_cast<size_t>(footprint / 2);
  // Aligned: memcpy of some glibc on some CPUs is ten times slower at other addresses, which is no limit.
  const std::unique_ptr<char, decltype(&free)> from(aligned(half), free), pages(aligned(half + 4096), free);
  char* to = pages.get() + 2048;  // equal low bits of both addresses would make loads wait for stores
  meet(waiting);
  double best = 0;
  const double stop = now() + 0.06;
  do {
    const double begin = now();
    int64_t copies = 0;
    do {
      memcpy(to, from.get(), half);
      __asm__ volatile("" : : "r"(to) : "memory");
      ++copies;
    } while (now() - begin < 2e-3);
    best = std::max(best, 2.0 * static_cast<double>(half) * static_cast<double>(copies) / (now() - begin) * 1e-9);
  } while (now() < stop);
  return best;
}

int print_limits(int threads) {
  const uint32_t isas = cpu_isas();
  const char* isa = isas & isa_bit(Isa::kAvx512) ? "avx512" : isas & isa_bit(Isa::kAvx2) ? "avx2" : "neon";
  const double gflops = together(threads, [&](std::atomic<int>* waiting) {
    meet(waiting);
    return fma_peak_gflops(isa);
  });
  printf("{\"isa\": \"%s\", \"gflops\": %.2f, \"copy\": [", isa, gflops);
  const char* separator = "";
  for (int64_t bytes = 32 << 10; bytes <= int64_t{256} << 20; bytes *= 2) {
    const double rate =
        together(threads, [&](std::atomic<int>* waiting) { return copy_rate(bytes / threads, waiting); });
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
  if (threads < 1) return fprintf(stderr, "limits [threads], but got %s\n", argv[1]), 2;
  return depthwise::bench::print_limits(threads);
}
