#include "threads/placement.h"

#if defined(__linux__)
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#endif

namespace depthwise {

#if defined(__linux__)

namespace {

// Whether system calls are filtered: a hardened service may be ended by sched_setaffinity(), which systemd counts among
// @resources. What cannot be read counts as a filter.
bool has_syscall_filter() {
  char text[4096];
  const int file = open("/proc/thread-self/status", O_RDONLY | O_CLOEXEC);
  if (file < 0) return true;
  const ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0) return true;
  text[length] = '\0';
  const char* line = strstr(text, "\nSeccomp:\t");
  return !line || line[10] != '0';
}

constinit std::atomic<int> may_move{0};  // 1: yes, -1: no, 0: not yet known

}  // namespace

int current_cpu() { return sched_getcpu(); }

bool can_send_away() {
  int may = may_move.load(std::memory_order_relaxed);
  if (may == 0) may_move.store(may = has_syscall_filter() ? -1 : 1, std::memory_order_relaxed);
  return may > 0;
}

void Placement::enlist() { thread_id_ = static_cast<int>(syscall(SYS_gettid)); }

void Placement::send_away() {
  const int here = current_cpu();
  if (here < 0 || here >= CPU_SETSIZE || thread_id_ == 0 || !can_send_away()) return;
  // Asked for each time: whoever administers the process may have changed it.
  if (!is_away_ && sched_getaffinity(thread_id_, sizeof usual_, &usual_) != 0) return;
  cpu_set_t others = usual_;
  CPU_CLR(here, &others);
  if (CPU_COUNT(&others) == 0) return;
  is_away_ = sched_setaffinity(thread_id_, sizeof others, &others) == 0 || is_away_;
}

void Placement::come_back() {
  if (is_away_) is_away_ = sched_setaffinity(thread_id_, sizeof usual_, &usual_) != 0;
}

#else

int current_cpu() { return -1; }
bool can_send_away() { return false; }
void Placement::enlist() {}
void Placement::send_away() {}
void Placement::come_back() {}

#endif

}  // namespace depthwise
