#include "threads/cgroup.h"
#include "threads/parallel.h"

#if defined(__linux__)
#include <sched.h>
#elif defined(_WIN32)
#include <windows.h>
#else
#include <unistd.h>
#endif

namespace depthwise {
namespace {

#if defined(__linux__)
int affinity() {
  // The kernel refuses a set that is too small for the machine: larger ones until it fits.
  for (int cpus = 1024; cpus <= 1 << 16; cpus *= 4) {
    cpu_set_t* set = CPU_ALLOC(cpus);
    if (!set) return 1;
    const size_t bytes = CPU_ALLOC_SIZE(cpus);
    const int count = sched_getaffinity(0, bytes, set) == 0 ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    if (count > 0) return count;
  }
  return 1;
}
#elif defined(_WIN32)
int affinity() {
  DWORD_PTR process = 0, system = 0;
  if (!GetProcessAffinityMask(GetCurrentProcess(), &process, &system)) return 1;
  int count = 0;
  for (; process; process &= process - 1) ++count;
  return count;
}
#else
int affinity() { return static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)); }
#endif

#if defined(__linux__)
double quota(const char* root) { return cgroup_cpu_quota(root); }
#else
double quota(const char*) { return 0; }  // only Linux has cgroups
#endif

}  // namespace

CpuLimits cpu_limits(const char* root) { return {affinity(), quota(root)}; }

int available_threads(const char* root) {
  const CpuLimits limits = cpu_limits(root);
  // Rounded down, as Node's own os.availableParallelism() does: a team that spins through half a CPU's quota is
  // stopped by the kernel for the rest of each period.
  const bool is_short = limits.quota > 0 && limits.quota < limits.affinity;
  const int threads = is_short ? static_cast<int>(limits.quota) : limits.affinity;
  return threads < 1 ? 1 : threads;
}

}  // namespace depthwise
