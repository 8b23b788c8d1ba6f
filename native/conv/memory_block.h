// Aligned memory for scratch, padded images and packed weights, kept for reuse: a fresh page costs more than the
// arithmetic that a small layer does with it. Never throws.
#ifndef DEPTHWISE_CONV_MEMORY_BLOCK_H_
#define DEPTHWISE_CONV_MEMORY_BLOCK_H_

#include <cstddef>
#include <cstdint>
#include <utility>

#include "conv/system_memory.h"

namespace depthwise {

constexpr int64_t round_to_block(int64_t bytes) {
  return (bytes + kBlockAlignment - 1) / kBlockAlignment * kBlockAlignment;
}

class MemoryBlock {
 public:
  MemoryBlock() = default;
  // Empty where the memory is not to be had. Contents are undefined. A block of 0 bytes is empty too.
  static MemoryBlock take(int64_t bytes);
  MemoryBlock(MemoryBlock&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  MemoryBlock& operator=(MemoryBlock&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~MemoryBlock() { give_back(); }
  char* data() const { return data_; }
  explicit operator bool() const { return data_ != nullptr; }

 private:
  MemoryBlock(char* data, int64_t bytes) : data_(data), bytes_(bytes) {}
  void give_back();
  char* data_ = nullptr;
  int64_t bytes_ = 0;
};

// Bytes that wait for reuse in this process.
int64_t idle_block_bytes();

}  // namespace depthwise

#endif  // DEPTHWISE_CONV_MEMORY_BLOCK_H_
