// The limits of this machine as JSON, for the JavaScript benchmark: {"isa", "gflops", "copy": [{"bytes", "GBs"}]}.
//   limits [threads]
// Several threads are taken as so many cores, each with its share of the footprint.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "dispatch/cpu.h"
#include "machine.h"

int main(int argc, char** argv) {
  using namespace depthwise;
  const int threads = argc > 1 ? atoi(argv[1]) : 1;
  if (threads < 1) return fprintf(stderr, "limits [threads], but got %s\n", argv[1]), 2;
  const uint32_t isas = cpu_isas();
  const char* isa = isas & isa_bit(Isa::kAvx512) ? "avx512" : isas & isa_bit(Isa::kAvx2) ? "avx2" : "neon";
  printf("{\"isa\": \"%s\", \"gflops\": %.2f, \"copy\": [", isa, threads * bench::fma_peak_gflops(isa));
  const char* separator = "";
  for (int64_t bytes = 32 << 10; bytes <= int64_t{128} << 20; bytes *= 2) {
    double best = 0;  // of several tries: other work shares the machine, and a limit is what nothing disturbed
    for (int i = 0; i < 5; ++i) best = std::max(best, bench::copy_gbytes(bytes / threads));
    printf("%s{\"bytes\": %lld, \"GBs\": %.2f}", separator, static_cast<long long>(bytes), threads * best);
    separator = ", ";
  }
  printf("]}\n");
}
