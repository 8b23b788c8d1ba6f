// How an image is cut into tiles of 64 x 64 inputs, and the ends of a tile's transform: from the image, and to the
// outputs.
#ifndef DEPTHWISE_KERNELS_FFT_IMAGE_H_
#define DEPTHWISE_KERNELS_FFT_IMAGE_H_

#include "kernels/beyond.h"
#include "kernels/depthwise_common.h"
#include "kernels/fft_tile.h"

namespace depthwise {
namespace {

template <class V>
constexpr int kTileVectors = kTile / V::kLanes;

// Outputs of an axis in tiles of about the same size, of whole vectors along the row.
struct TileAxis {
  int32_t outputs, count;
};

static inline TileAxis tile_axis(const Axis& axis, int32_t step) {
  const int32_t most = kTile - reach(axis) + 1;
  // Of a single tile that holds the image the last outputs may reach over its end, back into the zeros that stand
  // before.
  const bool holds_image = int64_t{axis.pad} + axis.in <= kTile;
  if (axis.out <= (holds_image ? min_of(kTile, int64_t{most} + axis.pad) : most)) return {axis.out, 1};
  const int32_t even = even_parts(axis.out, most);
  const int32_t outputs = static_cast<int32_t>(min_of(most, ceil_of(even, step) * step));
  return {outputs, static_cast<int32_t>(ceil_of(axis.out, outputs))};
}

// Where the numbers of a vector of columns lie: all, some or none of them in the image.
template <class V>
struct ColumnMasks {
  bool is_full[kTileVectors<V>];
  typename V::Mask mask[kTileVectors<V>];
  int vectors;  // from here on there is none
};

// Columns [begin, end) of a tile.
template <class V>
ColumnMasks<V> column_masks(int32_t begin, int32_t end) {
  ColumnMasks<V> masks;
  masks.vectors = static_cast<int>(ceil_of(max_of(0, min_of(end, kTile)), V::kLanes));
  for (int v = 0; v < kTileVectors<V>; ++v) {
    masks.is_full[v] = begin <= v * V::kLanes && end >= (v + 1) * V::kLanes;
    masks.mask[v] = V::Mask::range(begin - v * V::kLanes, end - v * V::kLanes);
  }
  return masks;
}

// Numbers that tiles are cut from, and `pitch` floats from row to row.
struct Image {
  const float* src;
  int32_t rows, columns;
  int64_t pitch;
};

// The first split of the columns, from the image: row 0, column 0 of the tile is its (ih, iw), and what lies outside
// counts as zeros. `zeros`: a row of them. False: the image is not finite there, or huge.
template <class V>
bool split_image(const Image& image, int32_t ih, int32_t iw, const float* zeros, float* tile) {
  const ColumnMasks<V> masks = column_masks<V>(-iw, image.columns - iw);
  const RootVectors<V> root(kRowSplits.roots[0]);
  Squares<V> squares;
  const auto row_at = [&](int32_t row) {
    return ih + row < 0 || ih + row >= image.rows ? zeros : image.src + (ih + row) * image.pitch + iw;
  };
  for (int row = 0; row < kFirstStep; ++row) {
    const float* rows[8];
    for (int i = 0; i < 8; ++i) rows[i] = row_at(row + i * kFirstStep);
    float* to = tile + row * kPitch;
    for (int v = 0; v < masks.vectors; ++v, to += V::kLanes) {
      const auto load = [&](const float* from) DEPTHWISE_INLINE_LAMBDA {
        return masks.is_full[v] ? V::load(from + v * V::kLanes) : V::load(from + v * V::kLanes, masks.mask[v]);
      };
      Complex<V> a[4];
      DEPTHWISE_UNROLL
      for (int i = 0; i < 4; ++i) a[i] = {load(rows[i]), load(rows[i + 4])};
      DEPTHWISE_UNROLL
      for (int i = 0; i < 4; ++i) squares.add(a[i].re, a[i].im);
      split(a, root);
      DEPTHWISE_UNROLL
      for (int i = 0; i < 4; ++i) store_complex(a[i], to + i * kFirstStep * kPitch);
    }
  }
  split_rows<V, false>(tile, masks.vectors);
  for (int row = 0; row < kRows; ++row)
    for (int v = masks.vectors; v < kTileVectors<V>; ++v)
      store_complex(Complex<V>{V::zero(), V::zero()}, tile + row * kPitch + v * V::kLanes);
  return squares.are_finite();
}

// The last join of the columns, to `rows` x `columns` outputs at dst, `pitch` floats from row to row.
template <class V>
void join_outputs(Activation activation, float* tile, float bias, int32_t rows, int32_t columns, float* dst,
                  int64_t pitch) {
  const int vectors = static_cast<int>(ceil_of(columns, V::kLanes));
  const int rest = columns - (vectors - 1) * V::kLanes;
  const typename V::Mask tail = V::Mask::first(rest);
  const RootVectors<V> root(kRowSplits.roots[0]);
  const V start = V::broadcast(bias);
  split_rows<V, true>(tile, vectors);
  for (int row = 0; row < kFirstStep; ++row)
    for (int v = 0; v < vectors; ++v) {
      Complex<V> a[4];
      DEPTHWISE_UNROLL
      for (int i = 0; i < 4; ++i) {
        a[i] = load_complex<V>(tile + (row + i * kFirstStep) * kPitch + v * V::kLanes);
      }
      join(a, root);
      const bool is_full = v + 1 < vectors || rest == V::kLanes;
      const auto store = [&](int at, V y) DEPTHWISE_INLINE_LAMBDA {
        if (at >= rows) return;
        float* to = dst + at * pitch + v * V::kLanes;
        if (is_full)
          (y + start).store(to);
        else
          (y + start).store(to, tail);
      };
      DEPTHWISE_UNROLL
      for (int i = 0; i < 4; ++i) {
        store(row + i * kFirstStep, a[i].re);
        store(row + i * kFirstStep + kRows, a[i].im);
      }
    }
  if (activation == Activation::kNone) return;
  for (int32_t row = 0; row < rows; ++row) activate_stored<V>(activation, dst + row * pitch, columns);
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_FFT_IMAGE_H_
