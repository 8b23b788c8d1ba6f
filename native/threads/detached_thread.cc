#include "threads/detached_thread.h"

#ifdef _WIN32
#include <process.h>
#include <windows.h>
#else
#include <pthread.h>
#include <signal.h>
#endif

namespace depthwise {

#ifdef _WIN32

static unsigned __stdcall enter(void* body) {
  reinterpret_cast<void (*)()>(body)();
  return 0;
}

bool start_detached_thread(size_t stack_bytes, void (*body)()) {
  const uintptr_t thread = _beginthreadex(nullptr, static_cast<unsigned>(stack_bytes), enter,
                                          reinterpret_cast<void*>(body), STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
  if (thread == 0) return false;
  CloseHandle(reinterpret_cast<HANDLE>(thread));
  return true;
}

#else

static void* enter(void* body) {
  reinterpret_cast<void (*)()>(body)();
  return nullptr;
}

bool start_detached_thread(size_t stack_bytes, void (*body)()) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setstacksize(&attributes, stack_bytes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  // The new thread inherits the mask of the one that makes it.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  const bool started = pthread_create(&thread, &attributes, enter, reinterpret_cast<void*>(body)) == 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  return started;
}

#endif

}  // namespace depthwise
