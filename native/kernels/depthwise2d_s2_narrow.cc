// Computes: 3x3 depthwise convolution, stride 2, channels first, of maps whose rows fit a vector and give half of one,
//   as 14x14 to 7x7; any padding; multiplier and shared bank too.  Refuses: other sizes, strides, dilations, layouts,
//   wider rows, a depth; padding that is not zeros; float64.
// Loop order: output channel, two output rows; tap row, tap column.
// In registers: the sums of two rows side by side, the two input rows that a tap row meets in them.
// Reads beyond: nothing.
// A row of 7 outputs fills 7 of 16 lanes, and picking every other input takes as long as multiplying: two rows a vector
// halve both, and picking zeros where the padding is costs no more. 5x5 is no faster so than by AVX2.
#include "kernels/depthwise_common.h"

namespace depthwise {
namespace {

using V = Vec<float>;
constexpr int kKernel = 3;
constexpr int kHalf = V::kLanes > 1 ? V::kLanes / 2 : 1;  // lanes of an output row
constexpr int kRows = V::kLanes / kHalf;

// Of two input rows, each from its first column, what tap column kw of a kernel row meets: the first row's outputs,
// then the second's.
V::Places places_of(const Axis& w, int kw) {
  int32_t places[V::kLanes];
  for (int lane = 0; lane < V::kLanes; ++lane) {
    const int64_t ow = lane % kHalf, iw = ow * w.stride + kw - w.pad;
    const bool is_inside = ow < w.out && iw >= 0 && iw < w.in;
    places[lane] = is_inside ? static_cast<int32_t>(lane / kHalf * V::kLanes + iw) : -1;
  }
  return V::Places::of(places);
}

// The outputs of both rows behind each other, as they lie in memory.
V::Places joined_rows(int32_t out_w) {
  int32_t places[V::kLanes];
  for (int lane = 0; lane < V::kLanes; ++lane) {
    const int row = lane / out_w;
    places[lane] = row < kRows ? row * kHalf + lane % out_w : -1;
  }
  return V::Places::of(places);
}

void run(const Geometry& g, const Operands& operands, void*, int64_t begin, int64_t end) {
  V::Places places[kKernel];
  DEPTHWISE_UNROLL
  for (int kw = 0; kw < kKernel; ++kw) places[kw] = places_of(g.w, kw);
  const V::Places joined = joined_rows(g.w.out);
  float* const dst = static_cast<float*>(operands.dst);
  float* const dst_end = dst + end * g.dst_plane;
  ItemWalk walk(g, {g.h.out, 1}, begin);
  const int32_t in_h = g.h.in, in_w = g.w.in, out_h = g.h.out, out_w = g.w.out, pad = g.h.pad;
  const Activation activation = g.activation;
  for (int64_t item = begin; item < end; ++item, walk.next()) {
    const Channel<float> channel = channel_of<float>(g, operands, walk);
    const float* const taps = channel.taps;
    const auto row_at = [&](int32_t ih) DEPTHWISE_INLINE_LAMBDA {
      if (ih < 0 || ih >= in_h) return V::zero();
      const float* const src = channel.src + int64_t{ih} * in_w;
      return channel.src_end - src >= V::kLanes ? V::load(src) : V::load(src, V::Mask::first(in_w));
    };
    float* row = channel.dst;
    for (int32_t oh = 0; oh < out_h; oh += kRows, row += kRows * out_w) {
      V sum = V::broadcast(channel.bias);
      DEPTHWISE_UNROLL
      for (int kh = 0; kh < kKernel; ++kh) {
        const int32_t ih = oh * 2 + kh - pad;
        const V a = row_at(ih), b = row_at(ih + 2);
        DEPTHWISE_UNROLL
        for (int kw = 0; kw < kKernel; ++kw)
          sum = fma(pick(a, b, places[kw]), V::broadcast(taps[kh * kKernel + kw]), sum);
      }
      sum = clamp_at_store(activation, pick(sum, sum, joined));
      // What is written behind the two rows is written over by the next ones, but for the last.
      if (dst_end - row >= V::kLanes)
        sum.store(row);
      else
        sum.store(row, V::Mask::first(static_cast<int>(dst_end - row)));
    }
  }
  finish_rows<V>(g.activation, dst + begin * g.dst_plane, (end - begin) * g.dst_plane);
}

const char* refuses(const Geometry& g) {
  if (const char* why = refuses_planes(g, kKernel, 2)) return why;
  if (g.d.in != 1) return "a depth";
  if (g.w.in > V::kLanes || g.w.out > kHalf) return "rows wider than a vector";
  return nullptr;
}

double cost(const Geometry& g) {
  const double pairs = static_cast<double>(ceil_of(g.h.out, kRows));
  return 200.0 + static_cast<double>(g.out_channels) * (15 + pairs * (kKernel * kKernel * 1.1 + kKernel * 2 + 3));
}

int64_t work_items(const Geometry& g) { return g.out_channels; }

constexpr Kernel kKernels[] = {
    unpacked_kernel("depthwise2d_k3_s2_narrow", ElementType::kFloat32, refuses, cost, work_items, run)};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise2d_s2_narrow) = {DEPTHWISE_ISA_NAME, kKernels, 1};

}  // namespace depthwise
