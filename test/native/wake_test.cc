// Waking threads: which calls are worth it, and on which CPU they come.
#include <unistd.h>

#include <chrono>
#include <thread>

#include "test.h"
#include "threads/monitor.h"
#include "threads/placement.h"
#include "threads/wake_cost.h"

namespace depthwise::test {
namespace {

void check_worth() {
  WakeCost cost;
  const double delay = cost.delay_us();
  double now = 1e9;
  check(!cost.is_worth(delay, now), "a call that is over when the threads come is not worth waking them");
  cost.ended_alone(now);
  check(cost.is_worth(3 * delay, now += 1e6), "a long call is");

  int calls = 0;
  do {
    ++calls;
    now += delay / 2;
    cost.ended_alone(now);
  } while (!cost.is_worth(delay / 4, now) && calls < 100);
  check_equal(calls, 8, "small calls in a row are, when together they took twice as long as waking takes");

  for (calls = 0; calls < 100; ++calls) {
    cost.ended_alone(now);
    if (cost.is_worth(delay / 4, now += 2 * delay)) break;
  }
  check_equal(calls, 100, "small calls with pauses between are not");
}

void check_measured() {
  WakeCost cost;
  for (int i = 0; i < 50; ++i) cost.came_after(20);
  check(cost.delay_us() > 19 && cost.delay_us() < 21, "the delay follows what is measured");
  cost.came_after(1e6);
  check(cost.delay_us() < 40, "one thread that came late does not decide");
  for (int i = 0; i < 100; ++i) cost.came_for_nothing();
  check(!cost.is_worth(500, 1e9) && cost.is_worth(2000, 1e12), "however late they come, a long call wakes them");
  for (int i = 0; i < 100; ++i) cost.came_after(0);
  check(cost.delay_us() >= 1, "never free");
}

#if defined(__linux__)
struct Sleeper {
  Mutex mutex;
  Condition bell;
  Placement placement;
  bool is_enlisted = false, is_called = false;
  int cpu = -1;
  int cpus_before = 0, cpus_after = 0;
};

int allowed_cpus() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
}

void sleep_until_called(Sleeper* self) {
  self->placement.enlist();
  self->cpus_before = allowed_cpus();
  const Locked lock(self->mutex);
  self->is_enlisted = true;
  while (!self->is_called) self->bell.wait(self->mutex);
  self->cpu = current_cpu();
  self->placement.come_back();
  self->cpus_after = allowed_cpus();
}

// The waker stays on one CPU; the sleeper may use all.
bool check_placement() {
  cpu_set_t all, one;
  if (sched_getaffinity(0, sizeof all, &all) != 0 || CPU_COUNT(&all) < 2) return false;
  bool is_elsewhere = true, is_usual = true;
  for (int i = 0; i < 20; ++i) {
    Sleeper sleeper;
    std::thread thread(sleep_until_called, &sleeper);
    for (;;) {
      usleep(1000);
      const Locked lock(sleeper.mutex);
      if (sleeper.is_enlisted) break;
    }
    CPU_ZERO(&one);
    CPU_SET(current_cpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
    const int here = current_cpu();
    {
      const Locked lock(sleeper.mutex);
      if (i % 2) sleeper.placement.send_away();  // twice is as good as once
      sleeper.placement.send_away();
      sleeper.is_called = true;
    }
    sleeper.bell.notify_one();
    thread.join();
    sched_setaffinity(0, sizeof all, &all);
    is_elsewhere &= sleeper.cpu != here;
    is_usual &= sleeper.cpus_after == sleeper.cpus_before && sleeper.cpus_before == CPU_COUNT(&all);
  }
  check(is_usual, "a thread that came may use the CPUs that it might use before");
  if (!is_elsewhere && !can_send_away()) return false;
  return check(is_elsewhere, "a thread that was sent away comes on another CPU than the waker's"), true;
}
#else
bool check_placement() { return false; }
#endif

}  // namespace
}  // namespace depthwise::test

int main() {
  using namespace depthwise::test;
  check_worth();
  check_measured();
  if (!check_placement())
    printf("not checked: placement (one CPU, another system than Linux, or a filter of system calls)\n");
  return report();
}
