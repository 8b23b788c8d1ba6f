// A buffer between two pages that nobody may touch, flush against one of them: a read or write outside it faults.
#ifndef DEPTHWISE_TEST_NATIVE_GUARD_BUFFER_H_
#define DEPTHWISE_TEST_NATIVE_GUARD_BUFFER_H_

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace depthwise::test {

enum class Flush { kEnd, kBegin };  // against the page behind, or the page before

class GuardBuffer {
 public:
  // `alignment` moves the begin down where the buffer is flush at its end: what scratch and packed weights are
  // promised.
  GuardBuffer(int64_t bytes, Flush flush, int64_t alignment = 1) : bytes_(bytes) {
    page_ = sysconf(_SC_PAGESIZE);
    inner_ = (bytes + page_ - 1) / page_ * page_;
    if (inner_ == 0) inner_ = page_;
    map_ = static_cast<char*>(mmap(nullptr, inner_ + 2 * page_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (map_ == MAP_FAILED || mprotect(map_ + page_, inner_, PROT_READ | PROT_WRITE) != 0) {
      fprintf(stderr, "mmap failed\n");
      exit(2);
    }
    offset_ = flush == Flush::kBegin ? 0 : (inner_ - bytes) / alignment * alignment;
    memset(map_ + page_, kUntouched, inner_);
  }
  ~GuardBuffer() { munmap(map_, inner_ + 2 * page_); }
  GuardBuffer(const GuardBuffer&) = delete;
  GuardBuffer& operator=(const GuardBuffer&) = delete;

  void* data() { return map_ + page_ + offset_; }
  void make_read_only() { mprotect(map_ + page_, inner_, PROT_READ); }
  void fill(int byte) { memset(data(), byte, bytes_); }
  // Whether what lies between the buffer and the guard pages is as it was.
  bool surroundings_untouched() const {
    const char* begin = map_ + page_;
    for (int64_t i = 0; i < inner_; ++i)
      if ((i < offset_ || i >= offset_ + bytes_) && begin[i] != static_cast<char>(kUntouched)) return false;
    return true;
  }

 private:
  static constexpr int kUntouched = 0xff;  // as a float or double: a NaN, so that a read of it shows in a result
  int64_t bytes_, page_, inner_, offset_;
  char* map_;
};

}  // namespace depthwise::test

#endif  // DEPTHWISE_TEST_NATIVE_GUARD_BUFFER_H_
