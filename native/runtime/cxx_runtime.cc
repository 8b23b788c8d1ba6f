// The few functions that the addon takes from the C++ library, for binaries that link none (DEPTHWISE_NO_CXX_LIBRARY):
// allocation that may fail, the steady clock, and the guard of a local static. No exception, no unwinder, no locale.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <new>

#include "threads/monitor.h"

#if !defined(_WIN32)
#include <time.h>
#endif

const std::nothrow_t std::nothrow{};

// `new` without nothrow is not used anywhere: it could not report that memory is short.
void* operator new(size_t bytes, const std::nothrow_t&) noexcept { return malloc(bytes ? bytes : 1); }
void* operator new[](size_t bytes, const std::nothrow_t&) noexcept { return malloc(bytes ? bytes : 1); }
void operator delete(void* memory) noexcept { free(memory); }
void operator delete(void* memory, size_t) noexcept { free(memory); }
void operator delete[](void* memory) noexcept { free(memory); }
void operator delete[](void* memory, size_t) noexcept { free(memory); }

std::chrono::steady_clock::time_point std::chrono::steady_clock::now() noexcept {
  constexpr int64_t kNanoseconds = 1000000000;
#if defined(_WIN32)
  LARGE_INTEGER frequency, count;
  QueryPerformanceFrequency(&frequency);
  QueryPerformanceCounter(&count);
  const int64_t seconds = count.QuadPart / frequency.QuadPart, rest = count.QuadPart % frequency.QuadPart;
  return time_point(nanoseconds(seconds * kNanoseconds + rest * kNanoseconds / frequency.QuadPart));
#else
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time_point(nanoseconds(int64_t{time.tv_sec} * kNanoseconds + time.tv_nsec));
#endif
}

// The Itanium ABI's guards: the first byte says that the static is made; the compiler reads it before it calls. One
// lock serves all of them, so making one static must not need another, nor wait for a thread that does.
namespace {
constinit depthwise::Mutex making;
}
extern "C" int __cxa_guard_acquire(uint64_t* guard) {
  making.lock();
  if (!*reinterpret_cast<unsigned char*>(guard)) return 1;
  making.unlock();
  return 0;
}
extern "C" void __cxa_guard_release(uint64_t* guard) {
  __atomic_store_n(reinterpret_cast<unsigned char*>(guard), 1, __ATOMIC_RELEASE);
  making.unlock();
}
extern "C" void __cxa_guard_abort(uint64_t*) { making.unlock(); }
