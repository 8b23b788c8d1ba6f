// Kernels of 3 by bands of rows wider than a vector, which see one element of padding at most at either side. Where
// masked loads are cheap and 32 registers hold the sums, by strips of two to four vectors, of which the last one of a
// row may be half. The last vector is moved back so that it ends with the row; what is computed twice has the same
// bits.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE2D_WIDE_H_
#define DEPTHWISE_KERNELS_DEPTHWISE2D_WIDE_H_

#include "kernels/depthwise2d_planes.h"
#include "simd/in_register.h"

namespace depthwise {
namespace {

// Whether strips are compiled at all: AVX-512's floats have a half.
template <class V>
concept HasHalf = sizeof(typename V::Element) == 4 && requires {
  typename V::Half;
};

// The same lanes in a vector or its half.
template <class X, class V>
DEPTHWISE_INLINE X lanes_of(V x) {
  if constexpr (X::kLanes == V::kLanes)
    return x;
  else
    return x.low();
}

// Where a strip stands in its rows.
struct WideColumns {
  int32_t ow;              // its first output
  int32_t last_ow;         // the first output of its last vector, from `ow` on
  bool is_first, is_last;  // of its row
};

// What all strips of a band share.
template <class T>
struct WideShape {
  int64_t src_pitch, dst_pitch;
  Activation activation;
  int32_t rows;       // one at least: what is left for the last work item of a plane
  bool above, below;  // whether the first output row's first and the last one's last tap row lie in the plane
  bool left, right;   // whether the first output's first and the last one's last tap column lie in the row
  int32_t pad;        // columns of padding before a row
};

// What a strip of either stride keeps beside its sums.
template <class V>
struct WideParts {
  V tap[9];
  V bias;
  // Lanes of the last load of a row, in a whole vector and in half a one, that lie in the row. Inner strips have all,
  // which costs no more than a plain load.
  typename V::Mask last;
  typename V::Half::Mask last_half;
  int64_t last_ow;
  Activation activation;

  DEPTHWISE_INLINE WideParts(const WideShape<typename V::Element>& shape, const WideColumns& columns,
                             const typename V::Element* taps, typename V::Element first_sum)
      : bias(V::broadcast(first_sum)), last_ow(columns.last_ow), activation(shape.activation) {
    const bool is_cut = columns.is_last && !shape.right;
    last = V::Mask::first(V::kLanes - is_cut);
    last_half = V::Half::Mask::first(V::Half::kLanes - is_cut);
    DEPTHWISE_UNROLL
    for (int i = 0; i < 9; ++i) tap[i] = V::broadcast(taps[i]);
  }
};

template <class V>
using WideStrip = void (*)(const WideShape<typename V::Element>&, const WideColumns&, const typename V::Element*,
                           typename V::Element*, const typename V::Element*, typename V::Element);

// Strips of two to four vectors: those of n whole ones are whole[n], and with_half[n] if the last one of them is half.
constexpr int kMostWide = 4;
template <class V>
struct WideStrips {
  WideStrip<V> whole[kMostWide + 1], with_half[kMostWide + 1];
};

// Whether a kernel of 3 sees at most one element of padding at either side, in rows wider than a vector.
template <class V>
DEPTHWISE_INLINE bool has_wide_rows(const Geometry& g) {
  const auto sees_one = [](const Axis& axis) {
    return axis.pad <= 1 && int64_t{axis.stride} * (axis.out - 1) - axis.pad + 2 <= axis.in;
  };
  return g.w.out > V::kLanes && sees_one(g.w) && sees_one(g.h);
}

// The shape of a band.
template <class T>
DEPTHWISE_INLINE WideShape<T> wide_shape(const Rows<T>& rows) {
  const Geometry& g = *rows.g;
  const int64_t first_ih = int64_t{rows.begin} * g.h.stride - g.h.pad;
  WideShape<T> shape;
  shape.src_pitch = g.w.in;
  shape.dst_pitch = g.w.out;
  shape.activation = g.activation;
  shape.rows = rows.end - rows.begin;
  shape.above = first_ih >= 0;
  shape.below = first_ih + int64_t{g.h.stride} * (shape.rows - 1) + 2 < g.h.in;
  shape.left = g.w.pad == 0;
  shape.right = int64_t{g.w.stride} * (g.w.out - 1) - g.w.pad + 2 < g.w.in;
  shape.pad = g.w.pad;
  return shape;
}

// The row of the plane that the first tap row of a band's first output row sees, which may lie in the padding.
template <class T>
DEPTHWISE_INLINE const T* first_src_row(const Rows<T>& rows) {
  return rows.channel.src + (int64_t{rows.begin} * rows.g->h.stride - rows.g->h.pad) * rows.g->w.in;
}

// `src`, `dst`: the beginning of a band's rows, of which the first one may lie in the padding.
template <class V>
DEPTHWISE_INLINE void wide_rows(const WideStrips<V>& strips, const WideShape<typename V::Element>& shape, int32_t out,
                                const typename V::Element* src, typename V::Element* dst,
                                const typename V::Element* taps, typename V::Element bias) {
  const int32_t vectors = static_cast<int32_t>(ceil_of(out, V::kLanes));
  int32_t first = 0;
  for (int32_t left = static_cast<int32_t>(ceil_of(vectors, kMostWide)); left > 0; --left) {
    const int32_t count = static_cast<int32_t>(ceil_of(vectors - first, left)), ow = first * V::kLanes;
    const bool is_last = left == 1, half = is_last && (out - 1) % V::kLanes < V::Half::kLanes;
    const int32_t last_ow = is_last ? out - (half ? V::Half::kLanes : V::kLanes) - ow : (count - 1) * V::kLanes;
    (half ? strips.with_half : strips.whole)[count](shape, {ow, last_ow, first == 0, is_last}, src, dst, taps, bias);
    first += count;
  }
}

// Input and output of a band where a row is more than one strip: what the strips beside each other read and write
// again should be in the second-level cache.
constexpr int64_t kWideBandBytes = cut_size(96 << 10);

// Planes by strips, of a kernel of 3 and any stride; false where there are none for this geometry.
template <class V>
bool run_wide(const WideStrips<V>& strips, const Geometry& g, const Operands& operands, int64_t begin, int64_t end,
              int32_t step) {
  using T = typename V::Element;
  if (!has_wide_rows<V>(g)) return false;
  const Bands items = item_bands(g, step);
  const bool is_one = g.w.out <= kMostWide * V::kLanes;
  const int32_t part = is_one ? static_cast<int32_t>(items.rows) : band_rows(g, items.rows, step, kWideBandBytes);
  for_each_band<T>(
      g, operands, begin, end, items, part, step, [&](const Rows<T>& rows, const ItemWalk&) DEPTHWISE_INLINE_LAMBDA {
        T* const dst = rows.channel.dst + int64_t{rows.begin} * g.w.out;
        wide_rows<V>(strips, wide_shape(rows), g.w.out, first_src_row(rows), dst, rows.channel.taps, rows.channel.bias);
        finish_rows<V>(g.activation, dst, int64_t{rows.end - rows.begin} * g.w.out);
      });
  return true;
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE2D_WIDE_H_
