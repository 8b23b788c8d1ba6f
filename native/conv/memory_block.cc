#include "conv/memory_block.h"

#include <cerrno>
#include <cstdlib>
#include <type_traits>

#if defined(_WIN32)
#include <malloc.h>
#else
#include <sys/mman.h>
#endif

#include "threads/monitor.h"

namespace depthwise {
namespace {

// Blocks come in four sizes to a doubling, so at most a fifth of one is wasted. Larger ones are not kept.
constexpr int kSmallestPower = 8;
constexpr int kLargestPower = 26;
constexpr int kSizes = (kLargestPower - kSmallestPower) * 4;
// V8 collects after about 64 MB of arrays: a loop that drops each result then gives back so much at once.
constexpr int64_t kMostIdleBytes = int64_t{96} << 20;

// Written into the block itself, which is in two lists: of its size, and of all by age.
struct IdleBlock {
  IdleBlock *older, *younger;
  IdleBlock *next, *previous;  // of its size
  int64_t size;
  int32_t index;
};

// Every size fits into it, so there is always one to give up.
static_assert((int64_t{1} << kLargestPower) <= kMostIdleBytes);

// Trivially destructible: other threads may still give blocks back while the process exits.
static_assert(std::is_trivially_destructible_v<Mutex>);
constinit Mutex mutex;
IdleBlock* idle_blocks[kSizes];  // of each size, the last that was given back first
IdleBlock *oldest = nullptr, *youngest = nullptr;
int64_t idle_bytes = 0;

// The index of the least size that holds *bytes, which becomes that size; -1 where it is too large to be kept.
int size_index(int64_t* bytes) {
  int index = 0;
  for (int power = kSmallestPower; power < kLargestPower; ++power) {
    for (int64_t quarters = 4; quarters < 8; ++quarters, ++index) {
      const int64_t size = quarters << (power - 2);
      if (*bytes > size) continue;
      *bytes = size;
      return index;
    }
  }
  return -1;
}

#if defined(_WIN32)
char* allocate(int64_t bytes) {
  return static_cast<char*>(_aligned_malloc(static_cast<size_t>(bytes), kBlockAlignment));
}

void deallocate(char* data, int64_t) { _aligned_free(data); }
#else
// From here on a block is a mapping of its own. In the allocator's arenas blocks that are taken on one thread and given
// back on another leave holes that never return to the system; this many bytes each, they stay far from the most
// mappings that a process may have.
constexpr int64_t kLeastMapped = int64_t{1} << 20;

char* allocate(int64_t bytes) {
  void* data = nullptr;
  if (bytes < kLeastMapped)
    return posix_memalign(&data, kBlockAlignment, static_cast<size_t>(bytes)) == 0 ? static_cast<char*>(data) : nullptr;
  data = mmap(nullptr, static_cast<size_t>(bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return data == MAP_FAILED ? nullptr : static_cast<char*>(data);
}

void deallocate(char* data, int64_t bytes) {
  if (bytes < kLeastMapped)
    free(data);
  else
    munmap(data, static_cast<size_t>(bytes));
}
#endif

// Linux 5.14; older ones refuse it.
#if defined(__linux__) && !defined(MADV_POPULATE_WRITE)
#define MADV_POPULATE_WRITE 23
#endif

void add_idle(IdleBlock* block) {
  block->next = idle_blocks[block->index];
  block->previous = nullptr;
  if (block->next) block->next->previous = block;
  idle_blocks[block->index] = block;
  block->older = youngest;
  block->younger = nullptr;
  (youngest ? youngest->younger : oldest) = block;
  youngest = block;
  idle_bytes += block->size;
}

void remove_idle(IdleBlock* block) {
  (block->previous ? block->previous->next : idle_blocks[block->index]) = block->next;
  if (block->next) block->next->previous = block->previous;
  (block->older ? block->older->younger : oldest) = block->younger;
  (block->younger ? block->younger->older : youngest) = block->older;
  idle_bytes -= block->size;
}

char* reuse(int index) {
  const Locked lock(mutex);
  IdleBlock* block = idle_blocks[index];
  if (block) remove_idle(block);
  return reinterpret_cast<char*>(block);
}

// The oldest give way: results that nobody asks for again would otherwise take the room of scratch that every call
// needs.
void keep(char* data, int index, int64_t size) {
  IdleBlock* given_up = nullptr;
  {
    const Locked lock(mutex);
    while (idle_bytes + size > kMostIdleBytes) {
      IdleBlock* block = oldest;
      remove_idle(block);
      block->next = given_up;
      given_up = block;
    }
    IdleBlock* block = reinterpret_cast<IdleBlock*>(data);
    block->size = size;
    block->index = index;
    add_idle(block);
  }
  while (given_up) {
    IdleBlock* block = given_up;
    given_up = block->next;
    deallocate(reinterpret_cast<char*>(block), block->size);
  }
}

}  // namespace

void page_in(void* data, int64_t bytes) {
#if defined(__linux__)
  // Fewer pages are not worth the call.
  constexpr int64_t kPage = 4096, kLeast = 4 * kPage;
  const int64_t begin = reinterpret_cast<int64_t>(data), first = (begin + kPage - 1) & -kPage;
  const int64_t length = ((begin + bytes) & -kPage) - first;
  if (length < kLeast) return;
  const int before = errno;
  if (madvise(reinterpret_cast<void*>(first), static_cast<size_t>(length), MADV_POPULATE_WRITE) != 0) errno = before;
#else
  static_cast<void>(data);
  static_cast<void>(bytes);
#endif
}

MemoryBlock MemoryBlock::take(int64_t bytes) {
  if (bytes <= 0) return {};
  const int64_t needed = bytes;
  const int index = size_index(&bytes);
  char* data = index < 0 ? nullptr : reuse(index);
  if (!data) {
    data = allocate(bytes);
    if (data) page_in(data, needed);
  }
  return data ? MemoryBlock(data, bytes) : MemoryBlock();
}

void MemoryBlock::give_back() {
  if (!data_) return;
  int64_t size = bytes_;
  const int index = size_index(&size);
  if (index < 0)
    deallocate(data_, size);
  else
    keep(data_, index, size);
}

int64_t idle_block_bytes() {
  const Locked lock(mutex);
  return idle_bytes;
}

}  // namespace depthwise
