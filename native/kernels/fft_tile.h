// A tile of 64 x 64 numbers and its transform. Real rows r and r + 32 make one complex row: a real polynomial modulo
// s^64 + 1 is a complex one modulo s^32 - i, so that no half of a spectrum is computed twice, and rows that run over
// the end come back with the other sign. Columns are polynomials modulo t^64 - 1. What runs over an end is never an
// output.
#ifndef DEPTHWISE_KERNELS_FFT_TILE_H_
#define DEPTHWISE_KERNELS_FFT_TILE_H_

#include "kernels/fft_splits.h"
#include "simd/transpose.h"

namespace depthwise {
namespace {

constexpr int kTile = 64;
constexpr int kRows = kTile / 2;  // complex ones
// Floats from row to row, real parts, then imaginary ones: an odd number of cache lines, so that rows lie in different
// sets of the cache.
constexpr int kImaginary = kTile;
constexpr int kPitch = 2 * kTile + 16;
constexpr int kTileElements = kRows * kPitch;
constexpr int kSpectrum = 2 * kRows * kTile;  // floats
constexpr int kFirstStep = kRows / 4;         // rows that the first split of a column is apart

constexpr double kRowAngle[1] = {0.25}, kColumnAngle[1] = {0};
constexpr auto kRowSplits = splits_of<4>(kRowAngle);
constexpr auto kRowSplits2 = splits_of<2>(kRowSplits.angles);
constexpr auto kRowSplits3 = splits_of<4>(kRowSplits2.angles);

// The splits of a row: by 4, then down to the lanes of a vector, then, across them, to single points.
constexpr auto kColumnSplits = splits_of<4>(kColumnAngle);
template <int kLanes>
struct ColumnSplits {
  static constexpr auto kSecond = splits_of<4>(kColumnSplits.angles);
  static constexpr auto kWide = splits_of<4>(kSecond.angles);  // across lanes, by 4
};
template <>
struct ColumnSplits<8> {
  static constexpr auto kSecond = splits_of<2>(kColumnSplits.angles);
  static constexpr auto kWide = splits_of<4>(kSecond.angles);
  static constexpr auto kNarrow = splits_of<2>(kWide.angles);  // what is left, by kLanes / 4
};
template <>
struct ColumnSplits<16> {
  static constexpr auto kWide = splits_of<4>(kColumnSplits.angles);
  static constexpr auto kNarrow = splits_of<4>(kWide.angles);
};

template <class V>
DEPTHWISE_INLINE Complex<V> load_complex(const float* at) {
  return {V::load(at), V::load(at + kImaginary)};
}
template <class V>
DEPTHWISE_INLINE void store_complex(Complex<V> a, float* at) {
  a.re.store(at);
  a.im.store(at + kImaginary);
}

// kCount numbers, `apart` floats from each other: f of them.
template <class V, int kCount, class F>
DEPTHWISE_INLINE void update(float* at, int64_t apart, F f) {
  Complex<V> a[kCount];
#pragma GCC unroll 8
  for (int i = 0; i < kCount; ++i) a[i] = load_complex<V>(at + i * apart);
  f(a);
#pragma GCC unroll 8
  for (int i = 0; i < kCount; ++i) store_complex(a[i], at + i * apart);
}

// The second and third splits of the columns, eight rows at a time, and their inverse.
template <class V, bool kInverse>
void split_rows(float* tile, int vectors) {
  for (int node = 0; node < 4; ++node) {
    const RootVectors<V> root(kRowSplits2.roots[node]);
    const RootVectors<V> first(kRowSplits3.roots[2 * node]), second(kRowSplits3.roots[2 * node + 1]);
    for (int v = 0; v < vectors; ++v)
      update<V, 8>(tile + node * 8 * kPitch + v * V::kLanes, kPitch, [&](Complex<V>(&a)[8]) DEPTHWISE_INLINE_LAMBDA {
        Complex<V> low[4], high[4];
        if constexpr (!kInverse) {
#pragma GCC unroll 4
          for (int i = 0; i < 4; ++i) {
            Complex<V> pair[2] = {a[i], a[i + 4]};
            split(pair, root);
            low[i] = pair[0];
            high[i] = pair[1];
          }
          split(low, first);
          split(high, second);
#pragma GCC unroll 4
          for (int i = 0; i < 4; ++i) {
            a[i] = low[i];
            a[i + 4] = high[i];
          }
        } else {
#pragma GCC unroll 4
          for (int i = 0; i < 4; ++i) {
            low[i] = a[i];
            high[i] = a[i + 4];
          }
          join(low, first);
          join(high, second);
#pragma GCC unroll 4
          for (int i = 0; i < 4; ++i) {
            Complex<V> pair[2] = {low[i], high[i]};
            join(pair, root);
            a[i] = pair[0];
            a[i + 4] = pair[1];
          }
        }
      });
  }
}

// The splits of one row that are between vectors.
template <class V, bool kInverse>
DEPTHWISE_INLINE void split_between_vectors(float* row) {
  constexpr int L = V::kLanes;
  const auto first = [&]() DEPTHWISE_INLINE_LAMBDA {
    for (int i = 0; i < 16; i += L)
      update<V, 4>(row + i, 16, [](Complex<V>(&a)[4]) DEPTHWISE_INLINE_LAMBDA {
        if constexpr (kInverse)
          join_at_one(a);
        else
          split_at_one(a);
      });
  };
  if constexpr (!kInverse) first();
  if constexpr (L < 16) {
    using Splits = ColumnSplits<L>;
    for (int node = 0; node < 4; ++node) {
      const RootVectors<V> root(Splits::kSecond.roots[node]);
      constexpr int kRadix = L == 8 ? 2 : 4;
      if constexpr (L == 1) {
        // One lane: the last split, too, is between "vectors".
        const auto third = [&]() DEPTHWISE_INLINE_LAMBDA {
          for (int i = 0; i < 4; ++i) {
            const RootVectors<V> last(Splits::kWide.roots[node * 4 + i]);
            update<V, 4>(row + node * 16 + i * 4, 1,
                         [&](Complex<V>(&a)[4]) DEPTHWISE_INLINE_LAMBDA { split_or_join<kInverse>(a, last); });
          }
        };
        if constexpr (kInverse) third();
        for (int i = 0; i < 4; ++i)
          update<V, 4>(row + node * 16 + i, 4,
                       [&](Complex<V>(&a)[4]) DEPTHWISE_INLINE_LAMBDA { split_or_join<kInverse>(a, root); });
        if constexpr (!kInverse) third();
      } else {
        update<V, kRadix>(row + node * 16, L,
                          [&](Complex<V>(&a)[kRadix]) DEPTHWISE_INLINE_LAMBDA { split_or_join<kInverse>(a, root); });
      }
    }
  }
  if constexpr (kInverse) first();
}

// kRadix numbers of a square, the first at `begin`, each `apart` from the next.
template <class V, int kRadix, bool kInverse>
DEPTHWISE_INLINE void split_in_square(Complex<V> (&square)[V::kLanes], int begin, int apart, const Root& root) {
  Complex<V> a[kRadix];
#pragma GCC unroll 4
  for (int i = 0; i < kRadix; ++i) a[i] = square[begin + i * apart];
  split_or_join<kInverse>(a, RootVectors<V>(root));
#pragma GCC unroll 4
  for (int i = 0; i < kRadix; ++i) square[begin + i * apart] = a[i];
}

// The splits of L rows within one vector of columns, which stand side by side after a transpose: square[column].
template <class V, bool kInverse>
DEPTHWISE_INLINE void split_square(Complex<V> (&square)[V::kLanes], int block) {
  using Splits = ColumnSplits<V::kLanes>;
  constexpr int kApart = V::kLanes / 4;
  const auto wide = [&]() DEPTHWISE_INLINE_LAMBDA {
#pragma GCC unroll 4
    for (int i = 0; i < kApart; ++i) split_in_square<V, 4, kInverse>(square, i, kApart, Splits::kWide.roots[block]);
  };
  if constexpr (!kInverse) wide();
  if constexpr (kApart > 1) {
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i)
      split_in_square<V, kApart, kInverse>(square, kApart * i, 1, Splits::kNarrow.roots[4 * block + i]);
  }
  if constexpr (kInverse) wide();
}

// A vector of each of L rows of the tile to a vector of each column, and back.
template <class V>
DEPTHWISE_INLINE void load_columns(const float* at, V (&columns)[V::kLanes]) {
#pragma GCC unroll 16
  for (int i = 0; i < V::kLanes; ++i) columns[i] = V::load(at + i * kPitch);
  transpose(columns);
}
template <class V>
DEPTHWISE_INLINE void store_columns(V (&columns)[V::kLanes], float* at) {
  transpose(columns);
#pragma GCC unroll 16
  for (int i = 0; i < V::kLanes; ++i) columns[i].store(at + i * kPitch);
}

template <class V>
DEPTHWISE_INLINE void load_square(const float* at, Complex<V> (&square)[V::kLanes]) {
  V re[V::kLanes], im[V::kLanes];
  load_columns(at, re);
  load_columns(at + kImaginary, im);
#pragma GCC unroll 16
  for (int i = 0; i < V::kLanes; ++i) square[i] = {re[i], im[i]};
}

template <class V>
DEPTHWISE_INLINE void store_square(const Complex<V> (&square)[V::kLanes], float* at) {
  V re[V::kLanes], im[V::kLanes];
#pragma GCC unroll 16
  for (int i = 0; i < V::kLanes; ++i) {
    re[i] = square[i].re;
    im[i] = square[i].im;
  }
  store_columns(re, at);
  store_columns(im, at + kImaginary);
}

// Rows that are needed next, and asked for early: `count` of them, `pitch` floats apart.
struct RowsAhead {
  const float* row;
  int64_t pitch;
  int count;
};

static DEPTHWISE_INLINE void ask_for(RowsAhead& ahead, int rows) {
  for (; rows > 0 && ahead.count > 0; --rows, --ahead.count, ahead.row += ahead.pitch)
    for (int i = 0; i < kTile; i += 16) __builtin_prefetch(ahead.row + i, 0, 2);
}

// The rows' splits, the product with `spectrum`, and back. Where there is `packed` the points go there instead.
template <class V>
void multiply_rows(float* tile, float* packed, const float* spectrum, RowsAhead next, RowsAhead outputs) {
  constexpr int L = V::kLanes;
  constexpr int kRowsABlock = L > 4 ? L * L / 32 : 1;
  for (int row = 0; row < kRows; row += L) {
    float* const rows = tile + row * kPitch;
    for (int i = 0; i < L; ++i) split_between_vectors<V, false>(rows + i * kPitch);
    for (int block = 0; block < kTile / L; ++block) {
      ask_for(next, kRowsABlock);
      ask_for(outputs, kRowsABlock);
      Complex<V> square[L];
      load_square<V>(rows + block * L, square);
      split_square<V, false>(square, block);
      const int64_t at = (row * kTile + block * L * L) * 2;
      if (packed) {
        for (int i = 0; i < L; ++i) {
          square[i].re.store(packed + at + 2 * i * L);
          square[i].im.store(packed + at + (2 * i + 1) * L);
        }
      } else {
#pragma GCC unroll 16
        for (int i = 0; i < L; ++i) {
          const V re = V::load(spectrum + at + 2 * i * L), im = V::load(spectrum + at + (2 * i + 1) * L);
          const Complex<V> a = square[i];
          square[i] = {fms(a.re, re, a.im * im), fma(a.re, im, a.im * re)};
        }
        split_square<V, true>(square, block);
        store_square<V>(square, rows + block * L);
      }
    }
    if (!packed)
      for (int i = 0; i < L; ++i) split_between_vectors<V, true>(rows + i * kPitch);
  }
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_FFT_TILE_H_
