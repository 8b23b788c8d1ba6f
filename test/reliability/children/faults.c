// Preloaded: refuses what the addon itself asks for; Node's own requests pass. FAULT_MEMORY=n refuses the nth block of
// memory, n+ that one and all later ones; FAULT_THREADS the same for threads. FAULT_COUNTS names a file that tells at
// the end how many of each were asked for. FAULT_SLOW=n lets the addon wait n milliseconds for each file that it opens.
// Through these functions the addon asks for all of its memory, files and threads.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fault.h"

static struct fault memory = {"FAULT_MEMORY", 0}, threads = {"FAULT_THREADS", 0};

static int is_addon(void* caller) {
  const char* binary = getenv("DEPTHWISE_BINARY");
  Dl_info info;
  return binary && dladdr(caller, &info) && info.dli_fname && strcmp(info.dli_fname, binary) == 0;
}

static int refuses(struct fault* fault, void* caller) { return is_addon(caller) && is_due(fault); }

#define CALLER __builtin_return_address(0)
#define NEXT(name)               \
  static __typeof__(&name) next; \
  if (!next) next = (__typeof__(next))dlsym(RTLD_NEXT, #name)

int posix_memalign(void** data, size_t alignment, size_t bytes) {
  NEXT(posix_memalign);
  return refuses(&memory, CALLER) ? ENOMEM : next(data, alignment, bytes);
}

// A file is no memory that is asked for: coverage.sh builds an addon whose counters lie in one.
void* mmap(void* address, size_t bytes, int protection, int flags, int file, off_t offset) {
  NEXT(mmap);
  if (file >= 0 || !refuses(&memory, CALLER)) return next(address, bytes, protection, flags, file, offset);
  errno = ENOMEM;
  return MAP_FAILED;
}

// dlsym() asks for it, so it is not looked up with it.
extern void* __libc_calloc(size_t count, size_t bytes);
void* calloc(size_t count, size_t bytes) { return refuses(&memory, CALLER) ? NULL : __libc_calloc(count, bytes); }

FILE* fopen(const char* path, const char* mode) {
  NEXT(fopen);
  const char* slow = getenv("FAULT_SLOW");
  if (slow && is_addon(CALLER)) usleep((useconds_t)atoi(slow) * 1000);
  if (!refuses(&memory, CALLER)) return next(path, mode);
  errno = EMFILE;
  return NULL;
}

// operator new(size_t, const std::nothrow_t&)
void* _ZnwmRKSt9nothrow_t(size_t bytes, const void* nothrow) {
  (void)nothrow;
  return refuses(&memory, CALLER) ? NULL : malloc(bytes);
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*), void* argument) {
  NEXT(pthread_create);
  return refuses(&threads, CALLER) ? EAGAIN : next(thread, attributes, body, argument);
}

__attribute__((destructor)) static void tell(void) {
  const char* name = getenv("FAULT_COUNTS");
  FILE* file = name ? fopen(name, "w") : NULL;
  if (!file) return;
  fprintf(file, "{\"memory\":%d,\"threads\":%d}\n", memory.asked, threads.asked);
  fclose(file);
}
