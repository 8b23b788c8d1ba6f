// Pages of the system, huge ones where it has them: the first touch of a page costs an exception and, under some
// hypervisors, ten thousand cycles more, and of 2 MB hardly more than of 4 KB.
#ifndef DEPTHWISE_CONV_SYSTEM_MEMORY_H_
#define DEPTHWISE_CONV_SYSTEM_MEMORY_H_

#include <cstdint>

namespace depthwise {

constexpr int64_t kBlockAlignment = 64;  // a cache line, and the widest vector

#if defined(__linux__)
// Memory in multiples of it begins with a huge page.
constexpr int64_t kHugePage = int64_t{2} << 20;
#else
constexpr int64_t kHugePage = 1;
#endif

// Memory at kBlockAlignment; null where there is none.
char* allocate(int64_t bytes);
void deallocate(char* data);

// Memory that returns to the system when it is given back, for a few large pieces. map_huge_pages() takes multiples of
// kHugePage. `bytes` as it was asked for.
char* map_pages(int64_t bytes);
char* map_huge_pages(int64_t bytes);
void unmap_pages(char* data, int64_t bytes);

// Forgets what is in whole pages of mapped memory and lets the system have them until they are touched again. False
// where it cannot.
bool discard_pages(char* data, int64_t bytes);

// Asks the system for all pages of fresh memory at once, before it is written: one by one each costs an exception. Only
// a hint.
void page_in(void* data, int64_t bytes);

}  // namespace depthwise

#endif  // DEPTHWISE_CONV_SYSTEM_MEMORY_H_
