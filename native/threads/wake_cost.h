// How long threads that sleep take to come, as measured, and which calls are worth waking them for. On hardware of
// one's own it is ten microseconds, in a virtual machine whose processors sleep too it may be hundreds, and the waker
// loses half of them: a call that is over by then is done sooner alone.
#ifndef DEPTHWISE_THREADS_WAKE_COST_H_
#define DEPTHWISE_THREADS_WAKE_COST_H_

#include <atomic>

namespace depthwise {

class WakeCost {
 public:
  // Whether to wake threads for a call of `work_us` on one thread, at the time `now`. Small calls that follow each
  // other are worth it when together they have taken as long alone, so the choice costs at most twice the better one.
  // By one caller at a time, as is ended_alone().
  bool is_worth(double work_us, double now) {
    if (now - last_end_ > delay_us()) alone_us_ = 0;
    alone_us_ += work_us;
    if (alone_us_ < 2 * delay_us()) return false;
    alone_us_ = 0;
    return true;
  }
  void ended_alone(double now) { last_end_ = now; }

  // By a thread that has come, as long after it was called.
  void came_after(double us) {
    const double before = delay_us(), most = 4 * before;
    const double delay = before + ((us < most ? us : most) - before) / 4;
    delay_.store(delay < kLeast ? kLeast : delay > kMost ? kMost : delay, std::memory_order_relaxed);
  }
  // By a thread that was put in its caller's place: waking gains nothing.
  void came_for_nothing() { came_after(kMost); }

  double delay_us() const { return delay_.load(std::memory_order_relaxed); }

 private:
  static constexpr double kLeast = 10, kMost = 400;
  std::atomic<double> delay_{50};
  double alone_us_ = 0, last_end_ = 0;
};

}  // namespace depthwise

#endif  // DEPTHWISE_THREADS_WAKE_COST_H_
