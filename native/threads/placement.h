// Which CPU a woken thread runs on. Linux wakes a thread where it last ran or on the CPU of its waker, and looks for an
// idle one only among those that share a cache; to a virtual machine that is often nobody. The thread then takes its
// waker's place, or waits behind it, while another CPU idles until the kernel balances, milliseconds later.
#ifndef DEPTHWISE_THREADS_PLACEMENT_H_
#define DEPTHWISE_THREADS_PLACEMENT_H_

#if defined(__linux__)
#include <sched.h>
#endif

namespace depthwise {

// The CPU that the calling thread runs on; -1 where it is not known.
int current_cpu();

// Whether send_away() does anything here: not where a filter of system calls might end the process for trying.
bool can_send_away();

// A thread that sleeps until others wake it. It is the callers who see to it that one call follows another.
class Placement {
 public:
  // By the thread itself, once.
  void enlist();
  // By the waker while the thread sleeps: it may not wake on the waker's CPU. Does nothing where it has no other CPU.
  void send_away();
  // By the thread when it runs: wherever it might run before send_away().
  void come_back();

#if defined(__linux__)
 private:
  int thread_id_ = 0;
  bool is_away_ = false;
  cpu_set_t usual_;
#endif
};

}  // namespace depthwise

#endif  // DEPTHWISE_THREADS_PLACEMENT_H_
