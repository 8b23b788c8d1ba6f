// Between channels-last memory and planes of a tile: squares of pixels by channels, transposed.
#ifndef DEPTHWISE_KERNELS_FFT_CHANNELS_H_
#define DEPTHWISE_KERNELS_FFT_CHANNELS_H_

#include "kernels/fft_image.h"

namespace depthwise {
namespace {

// Floats from plane to plane: an odd number of cache lines, so that the same place of all lies in different sets of the
// cache.
constexpr int kPlane = kTile * kTile + 16;

// `rows` x `columns` pixels of up to L channels, `row` and `pixel` floats apart from each other.
template <class T>
struct Pixels {
  T* first;
  int64_t row, pixel;
  int32_t rows, columns, channels;
};

// A plane of each channel; columns up to the next whole vector hold copies of the last.
template <class V>
void to_planes(const Pixels<const float>& from, float* planes) {
  constexpr int L = V::kLanes;
  const auto live = V::Mask::first(from.channels);
  for (int32_t row = 0; row < from.rows; ++row) {
    const float* const pixels = from.first + row * from.row;
    for (int32_t column = 0; column < from.columns; column += L) {
      V square[L];
      // Beyond the end of a row its last pixel again.
      const int64_t most = from.columns - 1 - column;
#pragma GCC unroll 16
      for (int i = 0; i < L; ++i) square[i] = V::load(pixels + (column + min_of(i, most)) * from.pixel, live);
      transpose(square);
      float* const to = planes + row * kTile + column;
#pragma GCC unroll 1
      for (int i = 0; i < from.channels; ++i) square[i].store(to + i * kPlane);
    }
  }
}

// The way back.
template <class V>
void from_planes(const float* planes, const Pixels<float>& to) {
  constexpr int L = V::kLanes;
  const auto live = V::Mask::first(to.channels);
  for (int32_t row = 0; row < to.rows; ++row) {
    float* const pixels = to.first + row * to.row;
    for (int32_t column = 0; column < to.columns; column += L) {
      const float* const from = planes + row * kTile + column;
      V square[L];
#pragma GCC unroll 16
      for (int i = 0; i < L; ++i) square[i] = i < to.channels ? V::load(from + i * kPlane) : V::zero();
      transpose(square);
      const int count = static_cast<int>(min_of(L, to.columns - column));
#pragma GCC unroll 1
      for (int i = 0; i < count; ++i) {
        float* pixel = pixels + (column + i) * to.pixel;
        if (to.channels == L)
          square[i].store(pixel);
        else
          square[i].store(pixel, live);
      }
    }
  }
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_FFT_CHANNELS_H_
