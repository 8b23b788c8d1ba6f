// The CPU quota, read from made-up folders as containers show them.
#include "threads/cgroup.h"

#include <stdlib.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include "test.h"
#include "threads/parallel.h"

namespace depthwise::test {
namespace {

namespace fs = std::filesystem;

struct Machine {
  const char* what;
  double quota;  // 0: none
  std::vector<std::pair<const char*, const char*>> files;
};

constexpr const char* kV2Mount = "29 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup rw,nsdelegate\n";
constexpr const char* kV1Mount =
    "22 1 8:1 / / rw - ext4 /dev/sda rw\n"
    "33 23 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
    "34 23 0:31 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n";

const std::vector<Machine> kMachines = {
    {"no cgroups", 0, {}},
    {"v2 without a limit",
     0,
     {{"proc/self/cgroup", "0::/user.slice\n"},
      {"proc/self/mountinfo", kV2Mount},
      {"sys/fs/cgroup/user.slice/cpu.max", "max 100000\n"}}},
    {"v2 in a container",
     1.5,
     {{"proc/self/cgroup", "0::/\n"}, {"proc/self/mountinfo", kV2Mount}, {"sys/fs/cgroup/cpu.max", "150000 100000\n"}}},
    {"v2, a limit above",
     0.25,
     {{"proc/self/cgroup", "0::/a/b\n"},
      {"proc/self/mountinfo", kV2Mount},
      {"sys/fs/cgroup/a/cpu.max", "25000 100000\n"},
      {"sys/fs/cgroup/a/b/cpu.max", "400000 100000\n"}}},
    {"v2, no file at the top",
     3,
     {{"proc/self/cgroup", "0::/a\n"},
      {"proc/self/mountinfo", kV2Mount},
      {"sys/fs/cgroup/a/cpu.max", "300000 100000\n"}}},
    {"v1 without a limit",
     0,
     {{"proc/self/cgroup", "3:cpu,cpuacct:/\n"},
      {"proc/self/mountinfo", kV1Mount},
      {"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n"},
      {"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"}}},
    {"v1 with a limit",
     2,
     {{"proc/self/cgroup", "5:cpuset:/x\n3:cpu,cpuacct:/x\n"},
      {"proc/self/mountinfo", kV1Mount},
      {"sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_quota_us", "100000\n"},
      {"sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_period_us", "50000\n"}}},
    {"v1 of a container, whose mount shows its own sub-tree",
     0.5,
     {{"proc/self/cgroup", "3:cpuacct,cpu:/docker/abc\n"},
      {"proc/self/mountinfo", "34 23 0:31 /docker/abc /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpuacct,cpu\n"},
      {"sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000\n"},
      {"sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"}}},
    {"both versions: the limit is in version 1",
     1,
     {{"proc/self/cgroup", "3:cpu:/y\n0::/\n"},
      {"proc/self/mountinfo",
       "34 23 0:31 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n29 23 0:26 / /sys/fs/cgroup/unified rw - cgroup2 "
       "none rw\n"},
      {"sys/fs/cgroup/cpu/y/cpu.cfs_quota_us", "100000\n"},
      {"sys/fs/cgroup/cpu/y/cpu.cfs_period_us", "100000\n"}}},
    {"nonsense",
     0,
     {{"proc/self/cgroup", "::::\n0:\n\n"},
      {"proc/self/mountinfo", " - \n29 - cgroup2\n"},
      {"sys/fs/cgroup/cpu.max", "x y\n"}}},
    {"a quota of nothing",
     0,
     {{"proc/self/cgroup", "0::/\n"}, {"proc/self/mountinfo", kV2Mount}, {"sys/fs/cgroup/cpu.max", "0 0\n"}}},
};

void check_machine(const Machine& machine, const fs::path& root) {
  for (const auto& [path, text] : machine.files) {
    fs::create_directories((root / path).parent_path());
    std::ofstream(root / path) << text;
  }
  const double quota = cgroup_cpu_quota(root.c_str());
  check(std::fabs(quota - machine.quota) < 1e-9, std::string(machine.what) + ": got " + std::to_string(quota));
  const int threads = available_threads(root.c_str()), all = available_threads("/none");
  const int whole = machine.quota == 0 ? all : machine.quota < 1 ? 1 : static_cast<int>(machine.quota);
  check_equal(threads, whole < all ? whole : all, std::string("threads, ") + machine.what);
}

}  // namespace
}  // namespace depthwise::test

int main() {
  using namespace depthwise::test;
  char folder[] = "/tmp/depthwise-cgroup-XXXXXX";
  if (!mkdtemp(folder)) return 1;
  int number = 0;
  for (const Machine& machine : kMachines) check_machine(machine, fs::path(folder) / std::to_string(number++));
  fs::remove_all(folder);
  check(depthwise::available_threads("/") >= 1, "this machine has a thread");
  return report();
}
