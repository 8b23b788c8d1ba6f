// The mask of a Vec whose instruction set has none: a run of lanes, which loads and stores take one by one.
#ifndef DEPTHWISE_SIMD_LANE_RANGE_H_
#define DEPTHWISE_SIMD_LANE_RANGE_H_

namespace depthwise {
namespace {

template <int kLanes>
struct LaneRange {
  int begin, end;
  static inline __attribute__((always_inline)) LaneRange first(int n) { return range(0, n); }
  static inline __attribute__((always_inline)) LaneRange range(int begin, int end) {
    return {begin < 0 ? 0 : begin > kLanes ? kLanes : begin, end < 0 ? 0 : end > kLanes ? kLanes : end};
  }
  inline __attribute__((always_inline)) bool has(int lane) const { return begin <= lane && end > lane; }
};

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_SIMD_LANE_RANGE_H_
