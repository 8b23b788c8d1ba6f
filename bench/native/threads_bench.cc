// What it costs to hand work to a team: nothing to do, back to back and after a pause of 20 ms; and work of 200 us
// in pieces of 20 us. Built once on OpenMP and once on the pool:  threads_bench_omp, threads_bench_pool [threads]
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include <algorithm>
#include <vector>

#include "threads/clock.h"
#include "threads/parallel.h"

namespace depthwise::bench {
namespace {

void nothing(void*, int64_t, int64_t, int) {}

// 20 us an item.
void busy(void*, int64_t begin, int64_t end, int) {
  for (int64_t item = begin; item < end; ++item)
    for (const double stop = now_us() + 20; now_us() < stop;) continue;
}

void measure(const char* what, int threads, int64_t items, Body body, int samples, int pause_us) {
  const Work work = {items, 1, body == busy ? 20.0 * static_cast<double>(items) : 0};
  for (int i = 0; i < 3; ++i) parallel_for(work, threads, body, nullptr);
  std::vector<double> times;
  for (int i = 0; i < samples; ++i) {
    if (pause_us) usleep(pause_us);
    const double begin = now_us();
    parallel_for(work, threads, body, nullptr);
    times.push_back(now_us() - begin);
  }
  std::sort(times.begin(), times.end());
  const size_t last = times.size() - 1;
  printf("%-28s median %8.2f us   min %8.2f   p90 %8.2f   max %8.2f\n", what, times[last / 2], times[0],
         times[last * 9 / 10], times[last]);
}

}  // namespace
}  // namespace depthwise::bench

int main(int argc, char** argv) {
  using namespace depthwise::bench;
  const int threads = argc > 1 ? atoi(argv[1]) : depthwise::available_threads("/");
  printf("%d threads\n", threads);
  measure("nothing, back to back", threads, threads, nothing, 20000, 0);
  measure("nothing, after 20 ms", threads, threads, nothing, 100, 20000);
  measure("10 x 20 us, back to back", threads, 10, busy, 500, 0);
  measure("10 x 20 us, after 20 ms", threads, 10, busy, 100, 20000);
}
