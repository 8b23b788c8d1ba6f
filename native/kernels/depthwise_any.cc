// Computes: depthwise convolution, channels first, of any kernel, stride, dilation, padding and multiplier,
//   with a shared bank or not, in 1-D, 2-D and 3-D.  Refuses: layouts and groups that are something else.
// Loop order: band of rows, depth, multiplier; tile of rows x vectors; then the taps: depth, height, width.
// In registers: the sums of the tile, one tap.  Reads beyond: nothing, all loads are from padded rows in scratch.
// The tile takes each input vector for one output only, so that rows need no relation to each other; kernels that
// share loads between rows or columns are faster where they fit.
#include "kernels/depthwise_any_kernel.h"

namespace depthwise {
namespace {

// R rows x N vectors at output row oh (in the band) and column ow.
template <class V, int R, int N>
void any_tile(const Geometry& g, const Band<typename V::Element>& band, int32_t oh, int32_t ow, int64_t last) {
  using T = typename V::Element;
  V sums[R][N];
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < N; ++v) sums[r][v] = V::broadcast(band.bias);
  const int64_t tile_stride = g.h.stride * band.row_stride;
  for (int32_t kd = band.kd_begin; kd < band.kd_end; ++kd) {
    for (int32_t kh = 0; kh < g.h.kernel; ++kh) {
      const int32_t row = oh * g.h.stride + kh * g.h.dilation, last_row = row + (R - 1) * g.h.stride;
      if (last_row < band.valid_begin || row >= band.valid_end) continue;  // this row of taps sees zeros only
      const T* src_rows = band.planes[kd] + row * band.row_stride + ow;
      const T* taps = band.taps + (int64_t{kd} * g.h.kernel + kh) * g.w.kernel;
      for (int32_t kw = 0; kw < g.w.kernel; ++kw) {
        const V tap = V::broadcast(taps[kw]);
        const T* src = src_rows + band.column[kw];
#pragma GCC unroll 8
        for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
          for (int v = 0; v < N; ++v)
            sums[r][v] = fma(V::load(src + r * tile_stride + vector_offset<V, N>(v, last)), tap, sums[r][v]);
      }
    }
  }
  store_tile<V, R, N>(g, sums, band.dst + int64_t{oh} * g.w.out + ow, last, 1);
}

// All rows of N vectors from column ow on, R at a time; the last tile reaches back over rows that are done.
template <class V, int R, int N>
void any_strip(const Geometry& g, const Band<typename V::Element>& band, int32_t ow) {
  int64_t last = int64_t{N - 1} * V::kLanes;
  if (ow + N * V::kLanes > g.w.out) last = g.w.out < V::kLanes ? 0 : g.w.out - V::kLanes - ow;
  if (band.rows < R) {
    for (int32_t oh = 0; oh < band.rows; ++oh) any_tile<V, 1, N>(g, band, oh, ow, last);
    return;
  }
  for (int32_t oh = 0; oh < band.rows; oh += R)
    any_tile<V, R, N>(g, band, oh + R <= band.rows ? oh : band.rows - R, ow, last);
}

constexpr int32_t kRowStep = 8;

struct AnyTiles {
  template <class T>
  static Bands bands(const Geometry& g) {
    return make_bands(g, Vec<T>::kLanes, kRowStep, kRowStep);
  }

  static const char* refuses(const Geometry& g) { return refuses_bands(g); }

  // A load and a multiply-add of each vector, half of the loads across a cache line.
  template <class T>
  static double cost(const Geometry& g) {
    const int lanes = Vec<T>::kLanes;
    const double vectors = static_cast<double>((g.w.out + lanes - 1) / lanes);
    const double rows = static_cast<double>(g.out_channels) * g.d.out * g.h.out;
    const double tiles = rows * (vectors > 6 ? vectors / 8 : vectors / 6 + 0.05);
    return 200.0 + fill_cycles(g, bands<T>(g), lanes) + rows * vectors * static_cast<double>(g.taps) * 0.9 +
           tiles * (20.0 + 0.5 * static_cast<double>(g.taps));
  }

  template <class T>
  static void plane(const Geometry& g, const Band<T>& band) {
    using V = Vec<T>;
    int32_t vectors = (g.w.out + V::kLanes - 1) / V::kLanes;
    int32_t ow = 0;
    for (; vectors > 8; vectors -= 8, ow += 8 * V::kLanes) any_strip<V, 1, 8>(g, band, ow);
    if constexpr (sizeof(T) > 4) {  // seldom asked for: fewer sizes
      for (; vectors >= 4; vectors -= 4, ow += 4 * V::kLanes) any_strip<V, 2, 4>(g, band, ow);
      for (; vectors > 0; --vectors, ow += V::kLanes) any_strip<V, 8, 1>(g, band, ow);
    } else {
      switch (vectors) {
        case 8: return any_strip<V, 1, 8>(g, band, ow);
        case 7: return any_strip<V, 1, 7>(g, band, ow);
        case 6: return any_strip<V, 1, 6>(g, band, ow);
        case 5: return any_strip<V, 2, 5>(g, band, ow);
        case 4: return any_strip<V, 2, 4>(g, band, ow);
        case 3: return any_strip<V, 3, 3>(g, band, ow);
        case 2: return any_strip<V, 4, 2>(g, band, ow);
        default: return any_strip<V, 8, 1>(g, band, ow);
      }
    }
  }
};

constexpr Kernel kKernels[] = {
    BandKernel<AnyTiles, float>::make("depthwise_any", ElementType::kFloat32),
    BandKernel<AnyTiles, double>::make("depthwise_any", ElementType::kFloat64),
};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise_any) = {DEPTHWISE_ISA_NAME, kKernels, 2};

}  // namespace depthwise
