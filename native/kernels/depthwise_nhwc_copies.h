// Copies of input rows, channels last, for pixels that lie a multiple of 2 KB apart: those of a tile meet in the same
// few places of the first-level cache, which hold eight lines or twelve, so that each vector is fetched, and each of
// the outputs written back, by itself: 512 channels took twice as long as 520, 1024 four times. In a copy a pixel
// begins one line behind the end of the one before it.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE_NHWC_COPIES_H_
#define DEPTHWISE_KERNELS_DEPTHWISE_NHWC_COPIES_H_

#include "kernels/depthwise_nhwc_rows.h"

namespace depthwise {
namespace {

// Elements from pixel to pixel of a copy.
static inline int64_t copied_pixel(const Geometry& g) {
  return g.in_channels + 64 / static_cast<int64_t>(element_bytes(g.element));
}

// The memory of as many copies as one group names rows.
static inline int64_t copies_bytes(const Geometry& g) {
  const int64_t pixel = copied_pixel(g) * static_cast<int64_t>(element_bytes(g.element));
  return capped_product(capped_product(pixel, g.w.in), most_inputs(g));
}

// The rows that were copied last.
template <class T>
class RowCopies {
 public:
  // scratch: scratch_bytes(g), or null where nothing is copied.
  RowCopies(const Geometry& g, const T* src, void* scratch)
      : g_(g), src_(src), row_(copied_pixel(g) * g.w.in), slots_(static_cast<Slot*>(scratch)) {
    if (!scratch) return;
    count_ = most_inputs(g);
    memory_ = reinterpret_cast<T*>(slots_ + count_);
    for (int64_t i = 0; i < count_; ++i) slots_[i] = {-1, 0};
  }
  static int64_t scratch_bytes(const Geometry& g) { return most_inputs(g) * int64_t{sizeof(Slot)} + copies_bytes(g); }

  // What of() returns from here on stays until the next call of this.
  void begin_group() { ++group_; }
  // The copy of an input row.
  const T* of(int64_t row) {
    int64_t at = 0;
    while (at < count_ && slots_[at].row != row) ++at;
    if (at == count_) {
      // The oldest one that the group does not use: it names no more rows than there are.
      do {
        at = next_;
        next_ = next_ + 1 < count_ ? next_ + 1 : 0;
      } while (slots_[at].group == group_);
      copy(src_ + row * g_.w.in * g_.in_channels, memory_ + at * row_);
    }
    slots_[at] = {row, group_};
    return memory_ + at * row_;
  }

 private:
  __attribute__((noinline)) void copy(const T* from, T* to) const {
    using V = Vec<T>;
    const int64_t channels = g_.in_channels, pixel = copied_pixel(g_);
    for (int64_t iw = 0; iw < g_.w.in; ++iw, from += channels, to += pixel) {
      int64_t i = 0;
      for (; i + V::kLanes <= channels; i += V::kLanes) V::load(from + i).store(to + i);
      for (; i < channels; ++i) to[i] = from[i];
    }
  }

  struct Slot {
    int64_t row, group;  // of the input, or -1; the group that used it last
  };
  const Geometry& g_;
  const T* src_;
  int64_t row_;  // elements
  Slot* slots_;
  T* memory_ = nullptr;
  int64_t count_ = 0, next_ = 0, group_ = 0;
};

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE_NHWC_COPIES_H_
