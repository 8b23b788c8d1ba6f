// The register tile of matrix products with lanes along the pixels of a row or plane: a few output channels times a
// few vectors of neighbouring outputs. The weights are broadcast one at a time, packed so that the output channels of
// a tile stand side by side; the input is read in whole vectors.
#ifndef DEPTHWISE_KERNELS_GEMM_PIXELS_H_
#define DEPTHWISE_KERNELS_GEMM_PIXELS_H_

#include "kernels/activation.h"
#include "kernels/family.h"

namespace depthwise {
namespace {

// 6 x 2 sums, 2 vectors of input and one broadcast fit 16 registers. float64 is seldom asked for, and does with fewer
// tiles.
template <class V>
constexpr int kTileRows = sizeof(typename V::Element) > 4 ? 4
                          : V::kRegisters == 32           ? 8
                                                          : 6;
constexpr int kTileColumns = 2;

// Where the vectors of step k begin: evenly spaced, or from a list.
template <class T>
struct EvenSteps {
  const T* base;
  int64_t step;
  DEPTHWISE_INLINE const T* at(int64_t k) const { return base + k * step; }
};
template <class T>
struct ListedSteps {
  const T* base;
  const int32_t* offsets;
  DEPTHWISE_INLINE const T* at(int64_t k) const { return base + offsets[k]; }
};

// The output of a tile: row r goes to dst + r * step.
template <class T>
struct TileRows {
  T* dst;
  int64_t step;
  const T* bias;     // of row 0; null: none
  int32_t lanes;     // of all vectors that are stored
  bool first, last;  // the sums begin with the bias, or go on from dst; the activation comes with the last part
  Activation activation;
};

// sums of rows x columns over k of weights[k][row] * input(k)[column]. kKeeps: the vectors that are read are also
// stored, one step after the other, to `kept`, for the next tiles over the same input.
template <class V, int kRows, int kColumns, bool kKeeps, class Steps, class T>
DEPTHWISE_INLINE void add_products(V (&sums)[kRows][kColumns], const Steps& input, int64_t steps, const T* weights,
                                   T* kept) {
#pragma GCC unroll 4
  for (int64_t k = 0; k < steps; ++k, weights += kRows) {
    const T* x = input.at(k);
    V columns[kColumns];
#pragma GCC unroll 16
    for (int c = 0; c < kColumns; ++c) columns[c] = V::load(x + c * V::kLanes);
    if (kKeeps)
#pragma GCC unroll 16
      for (int c = 0; c < kColumns; ++c) columns[c].store(kept + (k * kColumns + c) * V::kLanes);
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      const V w = V::broadcast(weights[r]);
#pragma GCC unroll 16
      for (int c = 0; c < kColumns; ++c) sums[r][c] = fma(columns[c], w, sums[r][c]);
    }
  }
}

template <class V>
__attribute__((noinline)) void activate_rows(Activation activation, V* sums, int count) {
  for (int i = 0; i < count; ++i) sums[i] = activate(activation, sums[i]);
}

// sums (rows, columns) = the bias of each row, or 0.
template <class V, int kRows, int kColumns, class T>
DEPTHWISE_INLINE void begin_with_bias(V (&sums)[kRows][kColumns], const T* bias) {
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
    const V start = bias ? V::broadcast(bias[r]) : V::zero();
#pragma GCC unroll 16
    for (int c = 0; c < kColumns; ++c) sums[r][c] = start;
  }
}

template <class V, int kRows, int kColumns>
DEPTHWISE_INLINE void activate_tile(Activation activation, V (&sums)[kRows][kColumns]) {
  if (activation == Activation::kNone) return;
  V done[kRows][kColumns];  // a copy, so that the sums themselves never need an address
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 16
    for (int c = 0; c < kColumns; ++c) done[r][c] = sums[r][c];
  activate_rows(activation, &done[0][0], kRows * kColumns);
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 16
    for (int c = 0; c < kColumns; ++c) sums[r][c] = done[r][c];
}

template <class V, int kRows, int kColumns, bool kKeeps, class Steps, class T>
void pixel_tile(const Steps& input, int64_t steps, const T* weights, T* kept, const TileRows<T>& out) {
  const int32_t cut = out.lanes - (kColumns - 1) * V::kLanes;  // lanes of the last vector
  const bool whole = cut >= V::kLanes;
  V sums[kRows][kColumns];
  if (out.first) {
    begin_with_bias<V, kRows, kColumns, T>(sums, out.bias);
  } else {
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      const T* row = out.dst + r * out.step;
#pragma GCC unroll 16
      for (int c = 0; c < kColumns; ++c)
        sums[r][c] = c < kColumns - 1 || whole ? V::load(row + c * V::kLanes)
                                               : V::load(row + c * V::kLanes, V::Mask::first(cut));
    }
  }
  add_products<V, kRows, kColumns, kKeeps, Steps, T>(sums, input, steps, weights, kept);
  if (out.last) activate_tile<V, kRows, kColumns>(out.activation, sums);
  // Made anew: kept in a register over the sums, it takes that of one of them, whose sum then goes through memory.
  int32_t cut_again = cut;
  __asm__("" : "+r"(cut_again));
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
    T* row = out.dst + r * out.step;
#pragma GCC unroll 16
    for (int c = 0; c < kColumns; ++c) {
      if (c < kColumns - 1 || whole)
        sums[r][c].store(row + c * V::kLanes);
      else
        sums[r][c].store(row + c * V::kLanes, V::Mask::first(cut_again));
    }
  }
}

// The tile of `rows` output channels, 1 .. kRows.
template <class V, int kRows, int kColumns, bool kKeeps, class Steps, class T>
DEPTHWISE_INLINE void pixel_tile_of(int rows, const Steps& input, int64_t steps, const T* weights, T* kept,
                                    const TileRows<T>& out) {
  if constexpr (kRows > 1) {
    if (rows < kRows)
      return pixel_tile_of<V, kRows - 1, kColumns, kKeeps, Steps, T>(rows, input, steps, weights, kept, out);
  }
  pixel_tile<V, kRows, kColumns, kKeeps, Steps, T>(input, steps, weights, kept, out);
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_GEMM_PIXELS_H_
