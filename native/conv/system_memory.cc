#include "conv/system_memory.h"

#include <cerrno>
#include <cstdlib>

#if defined(_WIN32)
#include <malloc.h>
#else
#include <sys/mman.h>
#include <unistd.h>
#endif

// Linux 5.14; older ones refuse it.
#if defined(__linux__) && !defined(MADV_POPULATE_WRITE)
#define MADV_POPULATE_WRITE 23
#endif

namespace depthwise {

#if defined(_WIN32)
char* allocate(int64_t bytes) {
  return static_cast<char*>(_aligned_malloc(static_cast<size_t>(bytes), kBlockAlignment));
}
void deallocate(char* data) { _aligned_free(data); }
char* map_pages(int64_t bytes) { return allocate(bytes); }
void unmap_pages(char* data, int64_t) { deallocate(data); }
#else
char* allocate(int64_t bytes) {
  void* data = nullptr;
  return posix_memalign(&data, kBlockAlignment, static_cast<size_t>(bytes)) == 0 ? static_cast<char*>(data) : nullptr;
}
void deallocate(char* data) { free(data); }

char* map_pages(int64_t bytes) {
  void* data = mmap(nullptr, static_cast<size_t>(bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return data == MAP_FAILED ? nullptr : static_cast<char*>(data);
}

void unmap_pages(char* data, int64_t bytes) {
  if (bytes > 0) munmap(data, static_cast<size_t>(bytes));
}
#endif

#if defined(__linux__)
char* map_huge_pages(int64_t bytes) {
  char* data = map_pages(bytes + kHugePage);
  if (!data) return nullptr;
  const int64_t before = -reinterpret_cast<int64_t>(data) & (kHugePage - 1);
  unmap_pages(data, before);
  unmap_pages(data + before + bytes, kHugePage - before);
  madvise(data + before, static_cast<size_t>(bytes), MADV_HUGEPAGE);
  return data + before;
}

bool discard_pages(char* data, int64_t bytes) {
  const int64_t page = sysconf(_SC_PAGESIZE), begin = reinterpret_cast<int64_t>(data);
  const int64_t first = (begin + page - 1) / page * page, end = (begin + bytes) / page * page;
  return end > first && madvise(reinterpret_cast<void*>(first), static_cast<size_t>(end - first), MADV_DONTNEED) == 0;
}

void page_in(void* data, int64_t bytes) {
  // Fewer pages are not worth the call.
  constexpr int64_t kPage = 4096, kLeast = 4 * kPage;
  const int64_t begin = reinterpret_cast<int64_t>(data), first = (begin + kPage - 1) & -kPage;
  const int64_t length = ((begin + bytes) & -kPage) - first;
  if (length < kLeast) return;
  const int before = errno;
  if (madvise(reinterpret_cast<void*>(first), static_cast<size_t>(length), MADV_POPULATE_WRITE) != 0) errno = before;
}
#else
char* map_huge_pages(int64_t bytes) { return map_pages(bytes); }
bool discard_pages(char*, int64_t) { return false; }
void page_in(void*, int64_t) {}
#endif

}  // namespace depthwise
