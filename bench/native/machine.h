// The limits of this machine, measured in the run that uses them.
#ifndef DEPTHWISE_BENCH_NATIVE_MACHINE_H_
#define DEPTHWISE_BENCH_NATIVE_MACHINE_H_

#include <cstdint>
#include <functional>
#include <string>

namespace depthwise::bench {

struct Times {
  double median;  // seconds a call
  double least;
};

// Calls `work` until `seconds` are over, in samples of at least 100 us.
Times time_calls(const std::function<void()>& work, double seconds);

// The same of single calls, before each of which `prepare` runs, whose time does not count.
Times time_cold_calls(const std::function<void()>& work, const std::function<void()>& prepare, double seconds);

// Drops `bytes` at `data` from all caches.
void flush_caches(const void* data, int64_t bytes);

// The best instruction set of this CPU.
const char* best_isa();

double fma_peak_gflops(const std::string& isa);
// GB/s of a warm copy, bytes read and written counted together, over `footprint` bytes in all. `ready` runs before the
// clock, when the memory is there.
double copy_gbytes(int64_t footprint, const std::function<void()>& ready = nullptr);

}  // namespace depthwise::bench

#endif  // DEPTHWISE_BENCH_NATIVE_MACHINE_H_
