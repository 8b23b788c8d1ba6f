// Preloaded: refuses the nth block of memory, or every thread, that the addon itself asks for. Node's own requests and
// libgomp's pass. FAULT_MEMORY=n refuses the nth, FAULT_MEMORY=n+ that one and all later ones, FAULT_THREADS=1 threads.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_int asked;

static int is_addon(void* caller) {
  const char* binary = getenv("DEPTHWISE_BINARY");
  Dl_info info;
  return binary && dladdr(caller, &info) && info.dli_fname && strcmp(info.dli_fname, binary) == 0;
}

static int refuses_memory(void* caller) {
  const char* wanted = getenv("FAULT_MEMORY");
  if (!wanted || !is_addon(caller)) return 0;
  const int number = atoi(wanted), now = atomic_fetch_add(&asked, 1) + 1;
  return now == number || (now > number && strchr(wanted, '+'));
}

int posix_memalign(void** data, size_t alignment, size_t bytes) {
  static int (*next)(void**, size_t, size_t);
  if (!next) next = dlsym(RTLD_NEXT, "posix_memalign");
  return refuses_memory(__builtin_return_address(0)) ? ENOMEM : next(data, alignment, bytes);
}

// operator new(size_t, const std::nothrow_t&)
void* _ZnwmRKSt9nothrow_t(size_t bytes, const void* nothrow) {
  (void)nothrow;
  return refuses_memory(__builtin_return_address(0)) ? NULL : malloc(bytes);
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*), void* argument) {
  static int (*next)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  if (!next) next = dlsym(RTLD_NEXT, "pthread_create");
  if (getenv("FAULT_THREADS") && is_addon(__builtin_return_address(0))) return EAGAIN;
  return next(thread, attributes, body, argument);
}
