// 3x3, stride 1: sweeps down one column block. Three sums are under way at any time; each input row is loaded once
// in three shifts and adds its nine products to them, so nothing is computed twice and no row of padding is multiplied.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE2D_K3_STRIP_H_
#define DEPTHWISE_KERNELS_DEPTHWISE2D_K3_STRIP_H_

#include "kernels/depthwise_columns.h"

namespace depthwise {
namespace {

// Output rows [begin, end) of one channel.
template <class T>
struct Rows {
  const Geometry* g;
  Channel<T> channel;
  int32_t begin, end;
  // Whole vectors may be stored up to here: what follows the rows is written later by the same call, or not at all.
  T* limit;
  // The bytes that come next in src and dst, fetched little by little.
  const char* next_src;
  const char* next_dst;
};

// kVectors vectors side by side from block.ow on (more than one: kInside only).
template <class V, Columns kColumns, int kVectors>
DEPTHWISE_INLINE void k3_strip(Rows<typename V::Element>& rows, const ColumnBlock<V, 3>& block) {
  using T = typename V::Element;
  static_assert(kVectors == 1 || kColumns == Columns::kInside);
  constexpr bool kMaySpill = kColumns == Columns::kBoth || kColumns == Columns::kMasked;
  const Axis& h = rows.g->h;
  const int64_t src_pitch = rows.g->w.in, dst_pitch = rows.g->w.out;
  const Activation activation = rows.g->activation;
  T* const limit = rows.limit;
  const char *next_src = rows.next_src, *next_dst = rows.next_dst;
  V tap[9];
  unroll<0, 9>([&](auto i) DEPTHWISE_INLINE_LAMBDA { tap[i] = V::broadcast(rows.channel.taps[i]); });
  const V bias = V::broadcast(rows.channel.bias);
  // Sums of the output rows whose last (upper) and middle (lower) tap row comes next; `fresh` begins with this row.
  V upper[kVectors], lower[kVectors], fresh[kVectors];

  // Adds the products of one input row with tap rows kUpper, kUpper - 1, .. to upper, lower, fresh.
  const auto add_row = [&](const T* src, V* a, V* b, V* c, auto last_kh, auto sums) DEPTHWISE_INLINE_LAMBDA {
    unroll<0, 3>([&](auto kw) DEPTHWISE_INLINE_LAMBDA {
      unroll<0, kVectors>([&](auto v) DEPTHWISE_INLINE_LAMBDA {
        const V x = load_tap<kColumns, 3, V>(src + v * V::kLanes, kw, block.in_row);
        a[v] = fma(x, tap[last_kh * 3 + kw], a[v]);
        if constexpr (sums.value > 1) b[v] = fma(x, tap[(last_kh - 1) * 3 + kw], b[v]);
        if constexpr (sums.value > 2) c[v] = fma(x, tap[(last_kh - 2) * 3 + kw], c[v]);
      });
    });
  };
  const auto begin_sums = [&](V* sums) DEPTHWISE_INLINE_LAMBDA {
    unroll<0, kVectors>([&](auto v) DEPTHWISE_INLINE_LAMBDA { sums[v] = bias; });
  };
  const auto store_row = [&](T* dst, const V* sums) DEPTHWISE_INLINE_LAMBDA {
    unroll<0, kVectors>([&](auto v) DEPTHWISE_INLINE_LAMBDA {
      const V result = clamp_at_store(activation, sums[v]);
      if constexpr (kMaySpill) {
        if (dst + V::kLanes > limit) return result.store(dst, V::Mask::first(rows.g->w.out - block.ow));
      }
      result.store(dst + v * V::kLanes);
    });
  };

  const int32_t first_ih = rows.begin - h.pad;  // of the first output's first tap
  const T* src = rows.channel.src + int64_t{first_ih} * src_pitch + block.iw;
  T* dst = rows.channel.dst + int64_t{rows.begin} * dst_pitch + block.ow;
  begin_sums(upper);
  begin_sums(lower);
  if (first_ih >= 0 && first_ih < h.in) add_row(src, upper, nullptr, nullptr, Index<0>{}, Index<1>{});
  src += src_pitch;
  if (first_ih >= -1 && first_ih + 1 < h.in) add_row(src, upper, lower, nullptr, Index<1>{}, Index<2>{});
  src += src_pitch;

  int32_t oh = rows.begin, ih = first_ih + 2;  // ih: the row of oh's last tap
  for (; oh < rows.end && ih < 0; ++oh, ++ih, src += src_pitch, dst += dst_pitch) {
    store_row(dst, upper);
    unroll<0, kVectors>([&](auto v) DEPTHWISE_INLINE_LAMBDA { upper[v] = lower[v]; });
    begin_sums(lower);
  }
  const int32_t full_end = static_cast<int32_t>(min_of(rows.end - 2, int64_t{oh} + h.in - ih));
  // A full step: the input row ih adds to three sums and completes the upper one.
  const auto step = [&](V* a, V* b, V* c) DEPTHWISE_INLINE_LAMBDA {
    begin_sums(c);
    add_row(src, a, b, c, Index<2>{}, Index<3>{});
    store_row(dst, a);
    src += src_pitch;
    dst += dst_pitch;
    prefetch(next_src);
    prefetch(next_dst);
    next_src += sizeof(V);
    next_dst += sizeof(V);
  };
  // Three steps bring each sum back to its name.
  for (; oh + 3 <= full_end; oh += 3, ih += 3) {
    step(upper, lower, fresh);
    step(lower, fresh, upper);
    step(fresh, upper, lower);
  }
  for (; oh < full_end; ++oh, ++ih) {
    step(upper, lower, fresh);
    unroll<0, kVectors>([&](auto v) DEPTHWISE_INLINE_LAMBDA {
      upper[v] = lower[v];
      lower[v] = fresh[v];
    });
  }
  // The last two output rows, and those below the input: no sum begins any more that a row would add to.
  for (; oh < rows.end; ++oh, ++ih, src += src_pitch, dst += dst_pitch) {
    if (ih < h.in) {
      if (oh + 1 < rows.end)
        add_row(src, upper, lower, nullptr, Index<2>{}, Index<2>{});
      else
        add_row(src, upper, nullptr, nullptr, Index<2>{}, Index<1>{});
    }
    store_row(dst, upper);
    unroll<0, kVectors>([&](auto v) DEPTHWISE_INLINE_LAMBDA { upper[v] = lower[v]; });
    begin_sums(lower);
  }
  rows.next_src = next_src;
  rows.next_dst = next_dst;
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE2D_K3_STRIP_H_
