// Items divided among the threads of a team: each begins with a share of its own, the same in every call, so that what
// it read and wrote in the last call is still in its cache; who is done takes from the far end of another's.
#ifndef DEPTHWISE_THREADS_SHARES_H_
#define DEPTHWISE_THREADS_SHARES_H_

#include <atomic>
#include <cstdint>

#include "threads/parallel.h"

namespace depthwise {

template <int kMost>
class Shares {
 public:
  // While no thread works on them. 1 <= threads <= kMost.
  void divide(const Work& work, int threads) {
    items_ = work.items;
    unit_ = work.grain / kUnits > 0 ? work.grain / kUnits : 1;
    if (unit_ < items_ / kMostUnits) unit_ = items_ / kMostUnits + 1;
    const int64_t units = (items_ - 1) / unit_ + 1;
    threads_ = threads;
    for (int i = 0; i < threads; ++i) {
      const uint64_t begin = static_cast<uint64_t>(units * i / threads),
                     end = static_cast<uint64_t>(units * (i + 1) / threads);
      shares_[i].left.store(end << 32 | begin, std::memory_order_relaxed);
    }
  }

  // Until nothing is left. `place` chooses the share to begin with; `thread` as for Body.
  void work(Body body, void* context, int place, int thread) {
    const int own = place % threads_;
    while (work_on_next(shares_[own], true, body, context, thread)) {}
    for (int i = 1; i < threads_; ++i) {
      Share& share = shares_[own + i < threads_ ? own + i : own + i - threads_];
      while (work_on_next(share, false, body, context, thread)) {}
    }
  }

 private:
  // A piece is half of what is left of a share and no less than a unit: few pieces, as each may begin with a copy of
  // its inputs, and all threads done at about the same time, slow ones too.
  static constexpr int64_t kUnits = 4;  // in a grain
  static constexpr int64_t kMostUnits = 1 << 30;

  // The units that nobody has taken: the first in the lower half of the word, the end of the last in the upper one.
  struct alignas(64) Share {
    std::atomic<uint64_t> left{0};
  };

  bool work_on_next(Share& share, bool from_front, Body body, void* context, int thread) {
    uint64_t left = share.left.load(std::memory_order_relaxed), first, count;
    do {
      const uint64_t begin = left & 0xffffffff, end = left >> 32;
      if (begin >= end) return false;
      count = (end - begin) / 2;
      if (count < 1) count = 1;
      first = from_front ? begin : end - count;
    } while (!share.left.compare_exchange_weak(left, from_front ? left + count : left - (count << 32),
                                               std::memory_order_relaxed));
    const int64_t begin = static_cast<int64_t>(first) * unit_, end = begin + static_cast<int64_t>(count) * unit_;
    body(context, begin, end < items_ ? end : items_, thread);
    return true;
  }

  // All zeros: a first value of another kind would put the shares of all threads into the file of the addon.
  int64_t items_ = 0, unit_ = 0;
  int threads_ = 0;
  Share shares_[kMost];
};

}  // namespace depthwise

#endif  // DEPTHWISE_THREADS_SHARES_H_
