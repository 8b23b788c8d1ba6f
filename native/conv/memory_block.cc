#include "conv/memory_block.h"

#include <cstdlib>
#include <type_traits>

#include "threads/monitor.h"

namespace depthwise {
namespace {

// Blocks come in four sizes to a doubling, so at most a fifth of one is wasted. Smaller ones are the allocator's, which
// is good at them; larger ones are not kept.
constexpr int kSmallestPower = 16;
constexpr int kLargestPower = 26;
constexpr int kSizes = (kLargestPower - kSmallestPower) * 4;
constexpr int64_t kSmallest = int64_t{1} << kSmallestPower;
// From here on a block is alone in small pages. A hypervisor that takes free huge pages back makes each a new one.
constexpr int64_t kLeastAlone = int64_t{8} << 20;
constexpr int32_t kMostBlocks = 32;  // of a slab: the smallest in one huge page
// V8 collects after about 64 MB of arrays, and a loop that drops each result gives back what two collections found.
constexpr int64_t kMostIdleBytes = int64_t{128} << 20;

enum class State : uint8_t { kUntouched, kUsed, kIdle };

// Blocks of one size side by side, as many as fill huge pages.
struct Slab {
  Slab* next;  // of its size
  char* data;
  int64_t block_bytes, mapped;
  int64_t age;  // of the block that was given back last
  int32_t index, count, used;
  State states[kMostBlocks];

  bool holds(const char* block) const { return block >= data && block < data + mapped; }
  State& state(const char* block) { return states[(block - data) / block_bytes]; }
};

// Written into the block itself, which is in two lists: of its size, and of all by age.
struct IdleBlock {
  IdleBlock *older, *younger;
  IdleBlock *next, *previous;  // of its size
  Slab* slab;
};

static_assert(kHugePage / kSmallest <= kMostBlocks);
// Every size fits, so there is always one to give up.
static_assert((int64_t{1} << kLargestPower) <= kMostIdleBytes);

// Trivially destructible: other threads may still give blocks back while the process exits.
static_assert(std::is_trivially_destructible_v<Mutex>);
constinit Mutex mutex;
Slab* slabs[kSizes];
IdleBlock* idle_blocks[kSizes];  // of each size, the last that was given back first
IdleBlock *oldest = nullptr, *youngest = nullptr;
int64_t idle_bytes = 0;
int64_t age = 0;

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

void add_idle(char* data, Slab* slab) {
  IdleBlock* block = reinterpret_cast<IdleBlock*>(data);
  *block = {youngest, nullptr, idle_blocks[slab->index], nullptr, slab};
  if (block->next) block->next->previous = block;
  idle_blocks[slab->index] = block;
  (youngest ? youngest->younger : oldest) = block;
  youngest = block;
  idle_bytes += slab->block_bytes;
  slab->state(data) = State::kIdle;
}

void remove_idle(IdleBlock* block, State state) {
  Slab* slab = block->slab;
  (block->previous ? block->previous->next : idle_blocks[slab->index]) = block->next;
  if (block->next) block->next->previous = block->previous;
  (block->older ? block->older->younger : oldest) = block->younger;
  (block->younger ? block->younger->older : youngest) = block->older;
  idle_bytes -= slab->block_bytes;
  slab->state(reinterpret_cast<char*>(block)) = state;
}

Slab* map_slab(int64_t block_bytes, int index) {
  Slab* slab = static_cast<Slab*>(calloc(1, sizeof(Slab)));
  if (!slab) return nullptr;
  slab->block_bytes = block_bytes;
  slab->index = index;
  if (kHugePage > 1 && block_bytes < kLeastAlone) {
    // As few huge pages as leave no more than an eighth unused, or four: address space may be limited.
    int64_t pages = 1;
    while (pages < 4 && pages * kHugePage % block_bytes > pages * kHugePage / 8) ++pages;
    slab->mapped = pages * kHugePage;
    slab->data = map_huge_pages(slab->mapped);
  }
  if (!slab->data) {  // also where address space is short
    slab->mapped = block_bytes;
    slab->data = map_pages(block_bytes);
  }
  slab->count = static_cast<int32_t>(slab->mapped / block_bytes);
  if (slab->data) return slab;
  free(slab);
  return nullptr;
}

// Where no block of this size is idle.
char* take_untouched(int64_t block_bytes, int index) {
  Slab* slab = slabs[index];
  while (slab && slab->used == slab->count) slab = slab->next;
  if (!slab) {
    slab = map_slab(block_bytes, index);
    if (!slab) return nullptr;
    slab->next = slabs[index];
    slabs[index] = slab;
  }
  int32_t i = 0;
  while (slab->states[i] != State::kUntouched) ++i;
  slab->states[i] = State::kUsed;
  ++slab->used;
  return slab->data + i * block_bytes;
}

char* take_block(int64_t block_bytes, int index, bool* is_fresh) {
  const Locked lock(mutex);
  IdleBlock* block = idle_blocks[index];
  *is_fresh = !block;
  if (!block) return take_untouched(block_bytes, index);
  remove_idle(block, State::kUsed);
  ++block->slab->used;
  return reinterpret_cast<char*>(block);
}

// Takes the slab that has been all idle for longest out of the lists; null where each has a block in use.
Slab* remove_idle_slab() {
  Slab** least = nullptr;
  for (Slab*& first : slabs)
    for (Slab** link = &first; *link; link = &(*link)->next)
      if ((*link)->used == 0 && (!least || (*link)->age < (*least)->age)) least = link;
  if (!least) return nullptr;
  Slab* slab = *least;
  *least = slab->next;
  for (int32_t i = 0; i < slab->count; ++i)
    if (slab->states[i] == State::kIdle)
      remove_idle(reinterpret_cast<IdleBlock*>(slab->data + i * slab->block_bytes), State::kUntouched);
  return slab;
}

// What has not been asked for again gives way, so that scratch that every call needs finds room beside any results.
// Whole slabs if possible: the pages of single blocks come back as small ones. Returns slabs to unmap.
Slab* make_room() {
  Slab* unused = nullptr;
  while (idle_bytes > kMostIdleBytes) {
    if (Slab* slab = remove_idle_slab()) {
      slab->next = unused;
      unused = slab;
      continue;
    }
    IdleBlock* block = oldest;
    remove_idle(block, State::kUntouched);
    discard_pages(reinterpret_cast<char*>(block), block->slab->block_bytes);
  }
  return unused;
}

void give_back_block(char* data, int index) {
  Slab* unused;
  {
    const Locked lock(mutex);
    Slab* slab = slabs[index];
    while (!slab->holds(data)) slab = slab->next;
    --slab->used;
    slab->age = ++age;
    add_idle(data, slab);
    unused = make_room();
  }
  while (unused) {
    Slab* slab = unused;
    unused = slab->next;
    unmap_pages(slab->data, slab->mapped);
    free(slab);
  }
}

}  // namespace

MemoryBlock MemoryBlock::take(int64_t bytes) {
  if (bytes <= 0) return {};
  char* data;
  if (bytes < kSmallest) {
    data = allocate(bytes);
  } else {
    const int64_t needed = bytes;
    const int index = size_index(&bytes);
    bool is_fresh = true;
    data = index < 0 ? map_pages(bytes) : take_block(bytes, index, &is_fresh);
    if (data && is_fresh) page_in(data, needed);
  }
  return data ? MemoryBlock(data, bytes) : MemoryBlock();
}

void MemoryBlock::give_back() {
  if (!data_) return;
  if (bytes_ < kSmallest) return deallocate(data_);
  int64_t size = bytes_;
  const int index = size_index(&size);
  if (index < 0)
    unmap_pages(data_, bytes_);
  else
    give_back_block(data_, index);
}

int64_t idle_block_bytes() {
  const Locked lock(mutex);
  return idle_bytes;
}

}  // namespace depthwise
