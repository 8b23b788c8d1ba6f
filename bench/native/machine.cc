#include "machine.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "dispatch/cpu.h"

namespace depthwise {
#define DEPTHWISE_DECLARE(isa) long long fma_peak_##isa(long long rounds, float* out);
DEPTHWISE_DECLARE(avx512)
DEPTHWISE_DECLARE(avx2)
DEPTHWISE_DECLARE(sse2)
DEPTHWISE_DECLARE(neon)
DEPTHWISE_DECLARE(scalar)
#undef DEPTHWISE_DECLARE
}  // namespace depthwise

namespace depthwise::bench {
namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

using Pages = std::unique_ptr<char, decltype(&free)>;

Pages pages(size_t bytes) {
  Pages data(static_cast<char*>(aligned_alloc(4096, (bytes + 4095) / 4096 * 4096)), free);
  memset(data.get(), 1, bytes);
  return data;
}

}  // namespace

const char* best_isa() {
  int32_t best = 0;
  while (!(cpu_isas() & isa_bit(static_cast<Isa>(best)))) ++best;
  return isa_name(static_cast<Isa>(best));
}

Times time_calls(const std::function<void()>& work, double seconds) {
  work();
  int64_t calls = 1;
  for (;;) {  // how many calls make a sample that the clock can measure
    const double begin = now();
    for (int64_t i = 0; i < calls; ++i) work();
    if (now() - begin > 100e-6) break;
    calls *= 2;
  }
  std::vector<double> samples;
  const double stop = now() + seconds;
  while (samples.size() < 5 || (now() < stop && samples.size() < 20000)) {
    const double begin = now();
    for (int64_t i = 0; i < calls; ++i) work();
    samples.push_back((now() - begin) / static_cast<double>(calls));
  }
  std::sort(samples.begin(), samples.end());
  return {samples[samples.size() / 2], samples[0]};
}

Times time_cold_calls(const std::function<void()>& work, const std::function<void()>& prepare, double seconds) {
  std::vector<double> samples;
  const double stop = now() + seconds;
  while (samples.size() < 9 || (now() < stop && samples.size() < 20000)) {
    prepare();
    const double begin = now();
    work();
    samples.push_back(now() - begin);
  }
  std::sort(samples.begin(), samples.end());
  return {samples[samples.size() / 2], samples[0]};
}

void flush_caches(const void* data, int64_t bytes) {
  const char* line = static_cast<const char*>(data);
  for (int64_t at = 0; at < bytes; at += 64) {
#if defined(__x86_64__)
    __builtin_ia32_clflush(line + at);
#elif defined(__aarch64__)
    __asm__ volatile("dc civac, %0" : : "r"(line + at) : "memory");
#else
    (void)line;
#endif
  }
  __sync_synchronize();
}

double fma_peak_gflops(const std::string& isa) {
  auto* loop = fma_peak_scalar;
#ifdef DEPTHWISE_WITH_avx512
  if (isa == "avx512") loop = fma_peak_avx512;
#endif
#ifdef DEPTHWISE_WITH_avx2
  if (isa == "avx2") loop = fma_peak_avx2;
#endif
#ifdef DEPTHWISE_WITH_sse2
  if (isa == "sse2") loop = fma_peak_sse2;
#endif
#ifdef DEPTHWISE_WITH_neon
  if (isa == "neon") loop = fma_peak_neon;
#endif
  alignas(64) float out[16] = {0.5f, 0.25f};
  constexpr long long kRounds = 20000;
  const double flop = static_cast<double>(loop(kRounds, out));
  const Times times = time_calls(
      [&] {
        out[0] = 0.5f, out[1] = 0.25f;
        loop(kRounds, out);
      },
      0.15);
  return flop / times.least * 1e-9;
}

double copy_gbytes(int64_t footprint, const std::function<void()>& ready) {
  const size_t half = static_cast<size_t>(footprint / 2 + 1);
  // Aligned: memcpy of some glibc on some CPUs is ten times slower at other addresses, which is no limit.
  const Pages from = pages(half), room = pages(half + 4096);
  char* const to = room.get() + 2048;  // equal low bits of both addresses would make loads wait for stores
  if (ready) ready();
  const Times times = time_calls(
      [&] {
        memcpy(to, from.get(), half);
        __asm__ volatile("" : : "r"(to) : "memory");
      },
      0.06);
  return 2.0 * static_cast<double>(half) / times.least * 1e-9;
}

}  // namespace depthwise::bench
