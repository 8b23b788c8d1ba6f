// 3x3, stride 1, by strips of several vectors (depthwise2d_wide.h): down the rows, each of which is loaded once in
// three shifts and adds its nine products to three rows of sums, twelve vectors of them under way.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE2D_K3_WIDE_H_
#define DEPTHWISE_KERNELS_DEPTHWISE2D_K3_WIDE_H_

#include "kernels/depthwise2d_wide.h"

namespace depthwise {
namespace {

// The sums of three output rows at one vector of columns; that of the upper one comes first.
template <class V, int kWide, bool kHalf>
struct K3Strip : WideParts<V> {
  using T = typename V::Element;
  using Half = typename V::Half;
  using WideParts<V>::WideParts;
  using WideParts<V>::tap, WideParts<V>::bias, WideParts<V>::last, WideParts<V>::last_half, WideParts<V>::last_ow,
      WideParts<V>::activation;
  V sums[kWide][3];
  Half half_sums[3];
  typename V::Mask first;  // lanes of the first vector's first tap column that lie in the row

  // Adds the products of one input row: those of tap row kLast to the upper sum, .. for kSums sums.
  template <int kLast, int kSums, bool kIsFirst, bool kIsLast, class X, class Mask>
  DEPTHWISE_INLINE void add_vector(const T* src, Mask end, X* x_sums) const {
    DEPTHWISE_UNROLL
    for (int kw = 0; kw < 3; ++kw) {
      X x;
      if constexpr (kIsFirst)
        x = kw == 0 ? X::load(src, first) : X::load(src + kw);
      else
        x = kIsLast && kw == 2 ? X::load(src + kw, end) : X::load(src + kw);
      x = shared(x);
      DEPTHWISE_UNROLL
      for (int i = 0; i < kSums; ++i) x_sums[i] = fma(x, lanes_of<X>(tap[(kLast - i) * 3 + kw]), x_sums[i]);
    }
  }

  template <int kLast, int kSums>
  DEPTHWISE_INLINE void add_row(const T* src) {
    add_vector<kLast, kSums, true, false>(src, last, sums[0]);
    DEPTHWISE_UNROLL
    for (int v = 1; v < kWide - !kHalf; ++v) add_vector<kLast, kSums, false, false>(src + v * V::kLanes, last, sums[v]);
    if constexpr (kHalf)
      add_vector<kLast, kSums, false, true>(src + last_ow, last_half, half_sums);
    else
      add_vector<kLast, kSums, false, true>(src + last_ow, last, sums[kWide - 1]);
  }

  // Stores the upper sums; the others move up.
  DEPTHWISE_INLINE void store_row(T* dst) {
    if (__builtin_expect(activation != Activation::kNone, false)) {
      DEPTHWISE_UNROLL
      for (int v = 0; v < kWide; ++v) sums[v][0] = clamp_at_store(activation, sums[v][0]);
      if (kHalf) half_sums[0] = clamp_at_store(activation, half_sums[0]);
    }
    DEPTHWISE_UNROLL
    for (int v = 0; v < kWide; ++v) {
      sums[v][0].store(dst + (v == kWide - !kHalf ? last_ow : v * V::kLanes));
      sums[v][0] = sums[v][1];
      sums[v][1] = sums[v][2];
      sums[v][2] = bias;
    }
    if (!kHalf) return;
    half_sums[0].store(dst + last_ow);
    half_sums[0] = half_sums[1];
    half_sums[1] = half_sums[2];
    half_sums[2] = bias.low();
  }
};

template <class V, int kWide, bool kHalf>
__attribute__((noinline)) void k3_wide_strip(const WideShape<typename V::Element>& shape, const WideColumns& columns,
                                             const typename V::Element* src, typename V::Element* dst,
                                             const typename V::Element* taps, typename V::Element first_sum) {
  K3Strip<V, kWide, kHalf> strip(shape, columns, taps, first_sum);
  DEPTHWISE_UNROLL
  for (int i = 0; i < 3; ++i) {
    DEPTHWISE_UNROLL
    for (int v = 0; v < kWide; ++v) strip.sums[v][i] = strip.bias;
    strip.half_sums[i] = strip.bias.low();
  }
  strip.first = V::Mask::range(columns.is_first && !shape.left ? 1 : 0, V::kLanes);
  const int64_t src_pitch = shape.src_pitch, dst_pitch = shape.dst_pitch;
  src += columns.ow - shape.pad;
  dst += columns.ow;

  if (shape.above) strip.template add_row<0, 1>(src);
  src += src_pitch;
  strip.template add_row<1, 2>(src);
  src += src_pitch;
  // One row at a time: moves between registers are free beside so many multiply-adds.
#pragma GCC unroll 1
  for (int32_t full = shape.rows - 2; full > 0; --full) {
    strip.template add_row<2, 3>(src);
    strip.store_row(dst);
    src += src_pitch;
    dst += dst_pitch;
  }
  if (shape.rows > 1) {
    strip.template add_row<2, 2>(src);
    strip.store_row(dst);
    src += src_pitch;
    dst += dst_pitch;
  }
  if (shape.below) strip.template add_row<2, 1>(src);
  strip.store_row(dst);
}

template <class V>
constexpr WideStrips<V> kK3Strips = {
    {nullptr, nullptr, k3_wide_strip<V, 2, false>, k3_wide_strip<V, 3, false>, k3_wide_strip<V, 4, false>},
    {nullptr, nullptr, k3_wide_strip<V, 1, true>, k3_wide_strip<V, 2, true>, k3_wide_strip<V, 3, true>}};

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE2D_K3_WIDE_H_
