// Boxes of outputs: what a work item of a convolution computes of each of its output channels.
#ifndef DEPTHWISE_KERNELS_GEMM_BOX_H_
#define DEPTHWISE_KERNELS_GEMM_BOX_H_

#include "kernels/gemm_parts.h"

namespace depthwise {
namespace {

// More than one plane only with all rows, more than one row only with all columns, so that the outputs of a box are
// one run in memory.
struct Box {
  int32_t od, oh, ow;            // first output
  int32_t depth, height, width;  // outputs
};

struct Boxes {
  Box largest;      // the first one; the last ones along an axis are smaller
  int32_t d, h, w;  // how many along each axis
  int64_t count() const { return int64_t{d} * h * w; }
};

static DEPTHWISE_INLINE int64_t pixels_of(const Box& box) { return int64_t{box.depth} * box.height * box.width; }

// Boxes of about `pixels` outputs.
[[maybe_unused]] static Boxes cut_boxes(const Geometry& g, int64_t pixels) {
  Box box = {};
  box.width = static_cast<int32_t>(parts(g.w.out, parts(g.w.out, pixels)));
  const bool rows = box.width == g.w.out;
  box.height = rows ? static_cast<int32_t>(parts(g.h.out, parts(g.h.out, at_least(1, pixels / g.w.out)))) : 1;
  const bool planes = rows && box.height == g.h.out;
  box.depth =
      planes ? static_cast<int32_t>(parts(g.d.out, parts(g.d.out, at_least(1, pixels / g.w.out / g.h.out)))) : 1;
  return {box, static_cast<int32_t>(parts(g.d.out, box.depth)), static_cast<int32_t>(parts(g.h.out, box.height)),
          static_cast<int32_t>(parts(g.w.out, box.width))};
}

[[maybe_unused]] static Box box_at(const Geometry& g, const Boxes& boxes, int64_t index) {
  Box box = boxes.largest;
  box.ow = static_cast<int32_t>(index % boxes.w) * box.width;
  index /= boxes.w;
  box.oh = static_cast<int32_t>(index % boxes.h) * box.height;
  box.od = static_cast<int32_t>(index / boxes.h) * box.depth;
  box.width = static_cast<int32_t>(at_most(box.width, g.w.out - box.ow));
  box.height = static_cast<int32_t>(at_most(box.height, g.h.out - box.oh));
  box.depth = static_cast<int32_t>(at_most(box.depth, g.d.out - box.od));
  return box;
}

static DEPTHWISE_INLINE int64_t first_pixel(const Geometry& g, const Box& box) {
  return (int64_t{box.od} * g.h.out + box.oh) * g.w.out + box.ow;
}

// Multiply-adds of a work item: a fraction of a millisecond, and enough items for many threads.
[[maybe_unused]] static double item_size(double all_multiply_adds) {
  constexpr double kSmallest = cut_size(1 << 19), kLargest = cut_size(1 << 22);
  const double share = all_multiply_adds / 64;
  return share < kSmallest ? kSmallest : share > kLargest ? kLargest : share;
}

static DEPTHWISE_INLINE bool inside(int32_t i, int32_t size) {
  return static_cast<uint32_t>(i) < static_cast<uint32_t>(size);
}

[[maybe_unused]] static bool all_inside(const Axis& axis) {
  return axis.interior_begin == 0 && axis.interior_end == axis.out;
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_GEMM_BOX_H_
