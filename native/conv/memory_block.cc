#include "conv/memory_block.h"

#include <cstdlib>
#include <mutex>
#include <type_traits>

#if defined(_WIN32)
#include <malloc.h>
#endif

namespace depthwise {
namespace {

constexpr int kSlots = 32;
constexpr int64_t kMostIdleBytes = int64_t{64} << 20;

struct Slot {
  char* data;
  int64_t bytes;
};

// Trivially destructible: other threads may still give blocks back while the process exits.
static_assert(std::is_trivially_destructible_v<std::mutex>);
std::mutex mutex;
Slot slots[kSlots];
int64_t idle_bytes = 0;

char* allocate(int64_t bytes) {
#if defined(_WIN32)
  return static_cast<char*>(_aligned_malloc(static_cast<size_t>(bytes), kBlockAlignment));
#else
  void* data = nullptr;
  if (posix_memalign(&data, kBlockAlignment, static_cast<size_t>(bytes)) != 0) return nullptr;
  return static_cast<char*>(data);
#endif
}

void deallocate(char* data) {
#if defined(_WIN32)
  _aligned_free(data);
#else
  free(data);
#endif
}

// The smallest idle block that holds `bytes` and does not waste most of itself.
Slot reuse(int64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex);
  Slot* best = nullptr;
  for (Slot& slot : slots) {
    const bool fits = slot.data && slot.bytes >= bytes && slot.bytes / 4 <= bytes;
    if (fits && (!best || slot.bytes < best->bytes)) best = &slot;
  }
  if (!best) return {nullptr, 0};
  idle_bytes -= best->bytes;
  return std::exchange(*best, Slot{nullptr, 0});
}

bool keep(char* data, int64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (idle_bytes + bytes > kMostIdleBytes) return false;
  for (Slot& slot : slots) {
    if (slot.data) continue;
    slot = {data, bytes};
    idle_bytes += bytes;
    return true;
  }
  return false;
}

}  // namespace

MemoryBlock MemoryBlock::take(int64_t bytes) {
  if (bytes <= 0) return {};
  const int64_t rounded = (bytes + 4095) / 4096 * 4096;
  const Slot slot = reuse(rounded);
  if (slot.data) return {slot.data, slot.bytes};
  char* data = allocate(rounded);
  return data ? MemoryBlock(data, rounded) : MemoryBlock();
}

void MemoryBlock::give_back() {
  if (data_ && !keep(data_, bytes_)) deallocate(data_);
}

int64_t idle_block_bytes() {
  const std::lock_guard<std::mutex> lock(mutex);
  return idle_bytes;
}

}  // namespace depthwise
