// Threads, behind one interface: parallel_pool.cc (a pool of our own) or parallel_omp.cc (OpenMP) is linked.
#ifndef DEPTHWISE_THREADS_PARALLEL_H_
#define DEPTHWISE_THREADS_PARALLEL_H_

#include <cstdint>

namespace depthwise {

// Works on items [begin, end); `thread` is 0 .. threads-1 and names the scratch that is this thread's own.
using Body = void (*)(void* context, int64_t begin, int64_t end, int thread);

// Items [0, items). `grain`: as many as are worth another thread. `microseconds`: about how long one thread takes for
// all of them; threads are not woken for what is over before they come.
struct Work {
  int64_t items, grain;
  double microseconds;
};

// Calls `body` until `work` is done, on at most `threads` threads, the caller being thread 0. Only one team is active
// in the process: a call that does not get it at once runs alone.
// Returns the number of threads that were asked to work. Never throws, never exits the process.
int parallel_for(const Work& work, int threads, Body body, void* context);

// What the system allows this process: CPUs by affinity, and the cgroup's quota in CPUs (0: none).
struct CpuLimits {
  int affinity;
  double quota;
};
CpuLimits cpu_limits(const char* root);

// CPUs that this process may use (affinity and cgroup quota), at least 1. `root` is "/" but for tests.
int available_threads(const char* root);

}  // namespace depthwise

#endif  // DEPTHWISE_THREADS_PARALLEL_H_
