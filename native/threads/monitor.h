// A lock, and a condition whose timeout runs on a clock that nobody sets. Not std::'s: libstdc++'s wait_for() needs
// glibc 2.30, its condition has a destructor that would run under our threads when the process exits, and both throw.
#ifndef DEPTHWISE_THREADS_MONITOR_H_
#define DEPTHWISE_THREADS_MONITOR_H_

#include <cstdint>

#ifdef _WIN32
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
#else
#include <pthread.h>
#include <time.h>
#endif

namespace depthwise {

#ifdef _WIN32

class Mutex {
 public:
  constexpr Mutex() = default;
  void lock() { AcquireSRWLockExclusive(&lock_); }
  void unlock() { ReleaseSRWLockExclusive(&lock_); }

 private:
  friend class Condition;
  SRWLOCK lock_ = SRWLOCK_INIT;
};

class Condition {
 public:
  void wait(Mutex& mutex) { SleepConditionVariableSRW(&condition_, &mutex.lock_, INFINITE, 0); }
  // May return early, as every condition may.
  void wait_ms(Mutex& mutex, int32_t ms) {
    SleepConditionVariableSRW(&condition_, &mutex.lock_, static_cast<DWORD>(ms), 0);
  }
  void notify_one() { WakeConditionVariable(&condition_); }
  void notify_all() { WakeAllConditionVariable(&condition_); }

 private:
  CONDITION_VARIABLE condition_ = CONDITION_VARIABLE_INIT;
};

#else

// Trivially destructible and made at compile time, so that it may be global.
class Mutex {
 public:
  constexpr Mutex() = default;
  void lock() { pthread_mutex_lock(&mutex_); }
  void unlock() { pthread_mutex_unlock(&mutex_); }

 private:
  friend class Condition;
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
};

class Condition {
 public:
  Condition() {
#ifdef __APPLE__
    pthread_cond_init(&condition_, nullptr);
#else
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&condition_, &attributes);
    pthread_condattr_destroy(&attributes);
#endif
  }
  ~Condition() { pthread_cond_destroy(&condition_); }
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;

  void wait(Mutex& mutex) { pthread_cond_wait(&condition_, &mutex.mutex_); }
  // May return early, as every condition may.
  void wait_ms(Mutex& mutex, int32_t ms) {
    timespec time;
#ifdef __APPLE__
    time = {ms / 1000, (ms % 1000) * 1000000L};
    pthread_cond_timedwait_relative_np(&condition_, &mutex.mutex_, &time);
#else
    clock_gettime(CLOCK_MONOTONIC, &time);
    const int64_t nanoseconds = time.tv_nsec + int64_t{ms} * 1000000;
    time.tv_sec += static_cast<time_t>(nanoseconds / 1000000000);
    time.tv_nsec = static_cast<long>(nanoseconds % 1000000000);
    pthread_cond_timedwait(&condition_, &mutex.mutex_, &time);
#endif
  }
  void notify_one() { pthread_cond_signal(&condition_); }
  void notify_all() { pthread_cond_broadcast(&condition_); }

 private:
  pthread_cond_t condition_;
};

#endif

class Locked {
 public:
  explicit Locked(Mutex& mutex) : mutex_(mutex) { mutex_.lock(); }
  ~Locked() { mutex_.unlock(); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace depthwise

#endif  // DEPTHWISE_THREADS_MONITOR_H_
