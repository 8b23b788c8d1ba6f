// Time for intervals: it never goes back.
#ifndef DEPTHWISE_THREADS_CLOCK_H_
#define DEPTHWISE_THREADS_CLOCK_H_

#include <chrono>

namespace depthwise {

inline double now_us() {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace depthwise

#endif  // DEPTHWISE_THREADS_CLOCK_H_
