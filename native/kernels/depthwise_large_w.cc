// Computes: depthwise convolution, channels first, with stride and dilation 1 along the row: made for wide kernels and
//   for 1-D; any height, depth and multiplier, with a shared bank or not.  Refuses: a stride or dilation along the row,
//   other layouts and groups; float64.
// Loop order: band of rows, depth, multiplier; output row, tile of up to 10 vectors; then the taps: depth, height, and
//   within a kernel row the taps that are a multiple of a vector apart, together.
// In registers: the sums of the tile, up to 4 taps, one input vector.  Reads beyond: nothing.
// Taps kw, kw + kLanes, kw + 2 * kLanes .. see the same input vectors, each for another output vector: so a load serves
// up to 4 multiply-adds, although it is not aligned. Tiles that see no padding read the input itself.
#include "kernels/depthwise_any_kernel.h"
#include "simd/in_register.h"

namespace depthwise {
namespace {

constexpr int kTile = 10;  // vectors: 10 sums, 4 taps and an input fit 16 registers
constexpr int kTogether = 4;

// Taps tap[0], tap[kLanes] .. (Q of them) of N output vectors; src is the input under tap[0] of the first output.
template <class V, int N, int Q>
DEPTHWISE_INLINE void add_taps(const typename V::Element* src, const typename V::Element* tap, V (&sums)[N]) {
  V taps[Q];
#pragma GCC unroll 4
  for (int q = 0; q < Q; ++q) taps[q] = V::broadcast(tap[q * V::kLanes]);
#pragma GCC unroll 16
  for (int i = 0; i < N + Q - 1; ++i) {
    V input = V::load(src + i * V::kLanes);
    if (Q > 1) input = shared(input);
#pragma GCC unroll 4
    for (int q = 0; q < Q; ++q)
      if (i - q >= 0 && i - q < N) sums[i - q] = fma(input, taps[q], sums[i - q]);
  }
}

// Q taps together, `count` times.
template <class V, int N, int Q>
DEPTHWISE_INLINE void add_run(const typename V::Element* src, const typename V::Element* tap, int32_t count,
                              V (&sums)[N]) {
  for (int32_t kw = 0; kw < count; ++kw) add_taps<V, N, Q>(src + kw, tap + kw, sums);
}

template <class V, int N>
DEPTHWISE_INLINE void add_run(int together, const typename V::Element* src, const typename V::Element* tap,
                              int32_t count, V (&sums)[N]) {
  switch (together) {
    case 1: return add_run<V, N, 1>(src, tap, count, sums);
    case 2: return add_run<V, N, 2>(src, tap, count, sums);
    case 3: return add_run<V, N, 3>(src, tap, count, sums);
    case 4: return add_run<V, N, 4>(src, tap, count, sums);
    default: return;
  }
}

// One kernel row of `width` taps.
template <class V, int N>
DEPTHWISE_INLINE void add_kernel_row(const typename V::Element* src, const typename V::Element* taps, int32_t width,
                                     V (&sums)[N]) {
  for (; width > 0; width -= kTogether * V::kLanes, src += kTogether * V::kLanes, taps += kTogether * V::kLanes) {
    const int32_t now = width < kTogether * V::kLanes ? width : kTogether * V::kLanes;
    const int32_t together = now / V::kLanes, more = now % V::kLanes;  // the first `more` have one tap more
    if constexpr (N >= 8) {
      add_run<V, N>(together + 1, src, taps, more, sums);
      add_run<V, N>(together, src + more, taps + more, V::kLanes - more, sums);
      continue;
    }
    // The same with half of the code, for tiles that are rarely there.
#pragma GCC unroll 1
    for (int part = 0; part < 2; ++part) {
      const int32_t first = part == 0 ? 0 : more, end = part == 0 ? more : V::kLanes;
      add_run<V, N>(part == 0 ? together + 1 : together, src + first, taps + first, end - first, sums);
    }
  }
}

// N vectors of output row oh from column ow on.
template <class V, int N>
__attribute__((noinline)) void wide_tile(const Geometry& g, const Band<typename V::Element>& band, int32_t oh,
                                         int32_t ow) {
  using T = typename V::Element;
  const bool is_interior = ow >= g.w.interior_begin && ow + N * V::kLanes <= g.w.interior_end;
  V sums[N];
#pragma GCC unroll 16
  for (int v = 0; v < N; ++v) sums[v] = V::broadcast(band.bias);
  for (int32_t kd = band.kd_begin; kd < band.kd_end; ++kd) {
    for (int32_t kh = 0; kh < g.h.kernel; ++kh) {
      const int32_t row = oh * g.h.stride + kh * g.h.dilation;
      if (row < band.valid_begin || row >= band.valid_end) continue;
      const T* src = is_interior ? band.inputs[kd] + int64_t{band.ih + row} * g.w.in + (ow - g.w.pad)
                                 : band.planes[kd] + row * band.row_stride + ow;
      add_kernel_row<V, N>(src, band.taps + (int64_t{kd} * g.h.kernel + kh) * g.w.kernel, g.w.kernel, sums);
    }
  }
  T* dst = band.dst + int64_t{oh} * g.w.out + ow;
  if (g.w.out >= V::kLanes) {
#pragma GCC unroll 16
    for (int v = 0; v < N; ++v) sums[v].store(dst + v * V::kLanes);
  } else {
    sums[0].store(dst, V::Mask::first(g.w.out));
  }
}

template <class V>
void wide_tile(const Geometry& g, const Band<typename V::Element>& band, int32_t oh, int32_t ow, int32_t vectors) {
  switch (vectors) {
    case 1: return wide_tile<V, 1>(g, band, oh, ow);
    case 2: return wide_tile<V, 2>(g, band, oh, ow);
    case 3: return wide_tile<V, 3>(g, band, oh, ow);
    case 5: return wide_tile<V, 5>(g, band, oh, ow);
    case 8: return wide_tile<V, 8>(g, band, oh, ow);
    default: return wide_tile<V, 10>(g, band, oh, ow);
  }
}

// The size of tile for `whole` vectors: the one that computes the fewest twice, of 8 and 10 where there are so many.
static inline int32_t tile_vectors(int32_t whole) {
  if (whole >= 8) return whole < 10 || (whole + 7) / 8 * 8 < (whole + 9) / 10 * 10 ? 8 : 10;
  return whole >= 5 ? 5 : whole >= 3 ? 3 : whole >= 2 ? 2 : 1;
}

// The last tile, and the vector that ends with the row, reach back over columns that are done.
struct WideTiles {
  template <class T>
  static Bands bands(const Geometry& g) {
    return make_bands(g, Vec<T>::kLanes, 1, 4, kTile * Vec<T>::kLanes);
  }

  static const char* refuses(const Geometry& g) {
    if (g.w.stride != 1 || g.w.dilation != 1) return "a stride or dilation along the row";
    return refuses_bands(g);
  }

  template <class T>
  static double cost(const Geometry& g) {
    const int lanes = Vec<T>::kLanes;
    const double vectors = static_cast<double>((g.w.out + lanes - 1) / lanes);
    const double tiles = vectors < kTile ? 1 : vectors / kTile, size = vectors / tiles;
    const double rows = static_cast<double>(g.out_channels) * g.d.out * g.h.out;
    const double together = g.w.kernel > kTogether * lanes ? kTogether : static_cast<double>(g.w.kernel) / lanes;
    const double a_tap = size < 8 ? 4.0 / size : 0.5 + 0.3 / (together < 1 ? 1 : together);
    return 200.0 + fill_cycles(g, bands<T>(g), lanes) +
           rows * tiles * (30.0 + 10.0 * g.d.kernel * g.h.kernel + size * a_tap * static_cast<double>(g.taps));
  }

  template <class T>
  static void plane(const Geometry& g, const Band<T>& band) {
    using V = Vec<T>;
    const int32_t whole = g.w.out / V::kLanes, vectors = tile_vectors(whole);
    for (int32_t oh = 0; oh < band.rows; ++oh) {
      for (int32_t done = 0; done < whole; done += vectors)
        wide_tile<V>(g, band, oh, (done + vectors <= whole ? done : whole - vectors) * V::kLanes, vectors);
      if (whole * V::kLanes < g.w.out) wide_tile<V, 1>(g, band, oh, whole > 0 ? g.w.out - V::kLanes : 0);
    }
  }
};

// float64: depthwise_any.
constexpr Kernel kKernels[] = {BandKernel<WideTiles, float>::make("depthwise_large_w", ElementType::kFloat32)};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise_large_w) = {DEPTHWISE_ISA_NAME, kKernels, 1};

}  // namespace depthwise
