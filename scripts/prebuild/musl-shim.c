// For the musl rigs alone (rigs.mjs): what Bun's libstdc++, which was linked against glibc, looks for and musl lacks.
// Preloaded, under the name of the loader that an x64 libstdc++ asks for; nothing of it is released.
#include <link.h>
#include <locale.h>
#include <stddef.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <time.h>

char __libc_single_threaded = 0;
struct {
  unsigned vendor, type, subtype, features[1];
} __cpu_model;

int __cpu_indicator_init(void) { return 0; }
unsigned long __getauxval(unsigned long type) { return getauxval(type); }

unsigned arc4random(void) {
  unsigned number = 4;
  (void)!getrandom(&number, sizeof number, 0);
  return number;
}

size_t __strftime_l(char* text, size_t bytes, const char* format, const struct tm* time, locale_t locale) {
  return strftime_l(text, bytes, format, time, locale);
}

int __cxa_thread_atexit_impl(void (*end)(void*), void* object, void* module) {
  (void)end, (void)object, (void)module;  // threads of a test end with the process
  return 0;
}

// No exception is thrown by what the rig runs; -1 says that no frame is known.
int _dl_find_object(void* address, void* found) {
  (void)address, (void)found;
  return -1;
}
