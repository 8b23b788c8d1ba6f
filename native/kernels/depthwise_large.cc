// Computes: depthwise convolution, channels first, of a kernel 8 and more rows high, with stride 1 in the plane and no
//   dilation along the row; any width, depth, padding and multiplier, with a shared bank or not.  Refuses: lower
//   kernels, strides in the plane, dilation along the row, other layouts and groups; float64.
// Loop order: band of rows, depth, multiplier; strip of columns, rows of one residue of the dilation, tile; then the
//   input rows of the tile; then the taps of a kernel row.
// In registers: the sums of R rows x N vectors, N input vectors, one tap.  Reads beyond: nothing, all loads are from
//   padded rows in scratch.
// An input row meets a different kernel row in each output row of the tile: N loads and R broadcasts for R * N
// multiply-adds. The first and last input rows reach only some of the tile's rows: they are taken in pairs that
// together reach each row once, so that no tap is multiplied by a row of the input that it does not see.
#include "kernels/depthwise_any_kernel.h"

namespace depthwise {
namespace {

// Adds one tap of a kernel row to rows [kFirst, kEnd) of a tile. `src` is the input under the tap, `tap` the tap that
// row 0 of the tile meets in this input row; the other rows meet it in the kernel rows above.
template <class V, int R, int N, int kFirst, int kEnd>
DEPTHWISE_INLINE void add_tap(const typename V::Element* src, int64_t last, const typename V::Element* tap,
                              int64_t width, V (&sums)[R][N]) {
  V input[N];
#pragma GCC unroll 4
  for (int v = 0; v < N; ++v) input[v] = V::load(src + vector_offset<V, N>(v, last));
#pragma GCC unroll 8
  for (int r = kFirst; r < kEnd; ++r) {
    const V one = V::broadcast(tap[-r * width]);
#pragma GCC unroll 4
    for (int v = 0; v < N; ++v) sums[r][v] = fma(input[v], one, sums[r][v]);
  }
}

// What the tiles of one strip of columns have in common. Taps [kw_begin, kw_end) of a kernel row see input there.
struct LargeStrip {
  int32_t ow, kw_begin, kw_end;
  int64_t last;  // where the last vector lies
};

template <class V, int R, int N>
struct LargeTile {
  using T = typename V::Element;
  const Geometry& g;
  const Band<T>& band;
  const LargeStrip& strip;

  bool is_inside(int32_t padded) const { return padded >= band.valid_begin && padded < band.valid_end; }
  const T* input(const T* plane, int32_t padded) const { return plane + padded * band.row_stride + strip.ow; }

  // Input row `index` of the tile, which all of its rows see.
  DEPTHWISE_INLINE void row(const T* plane, const T* taps, int32_t oh, int32_t index, V (&sums)[R][N]) const {
    const int32_t padded = oh + index * g.h.dilation;
    if (!is_inside(padded)) return;
    const T* src = input(plane, padded);
    const T* tap_row = taps + int64_t{index} * g.w.kernel;
    for (int32_t kw = strip.kw_begin; kw < strip.kw_end; ++kw)
      add_tap<V, R, N, 0, R>(src + kw, strip.last, tap_row + kw, g.w.kernel, sums);
  }

  // Input row kSplit - 1 reaches only the rows above kSplit, input row h.kernel + kSplit - 1 only those from kSplit on.
  // Together they keep all sums of the tile busy.
  template <int kSplit>
  DEPTHWISE_INLINE void partial_rows(const T* plane, const T* taps, int32_t oh, V (&sums)[R][N]) const {
    if constexpr (kSplit < R) {
      const int32_t below = g.h.kernel + kSplit - 1;
      const int32_t first = oh + (kSplit - 1) * g.h.dilation, second = oh + below * g.h.dilation;
      // One of them in the padding: its zeros are multiplied, which takes less time than waiting for half of the sums.
      if (is_inside(first) || is_inside(second)) {
        const T *first_src = input(plane, first), *second_src = input(plane, second);
        const T *first_taps = taps + (kSplit - 1) * int64_t{g.w.kernel},
                *second_taps = taps + int64_t{below} * g.w.kernel;
        for (int32_t kw = strip.kw_begin; kw < strip.kw_end; ++kw) {
          add_tap<V, R, N, 0, kSplit>(first_src + kw, strip.last, first_taps + kw, g.w.kernel, sums);
          add_tap<V, R, N, kSplit, R>(second_src + kw, strip.last, second_taps + kw, g.w.kernel, sums);
        }
      }
      partial_rows<kSplit + 1>(plane, taps, oh, sums);
    }
  }

  void operator()(int32_t oh) const {
    V sums[R][N];
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
      for (int v = 0; v < N; ++v) sums[r][v] = V::broadcast(band.bias);
    for (int32_t kd = band.kd_begin; kd < band.kd_end; ++kd) {
      const T* plane = band.planes[kd];
      const T* taps = band.taps + int64_t{kd} * g.h.kernel * g.w.kernel;
      partial_rows<1>(plane, taps, oh, sums);
      for (int32_t index = R - 1; index < g.h.kernel; ++index) row(plane, taps, oh, index, sums);
    }
    store_tile<V, R, N>(g, sums, band.dst + int64_t{oh} * g.w.out + strip.ow, strip.last, g.h.dilation);
  }
};

// `count` rows, one dilation apart, from output row oh on; the last tile reaches back over rows that are done.
template <class V, int R, int N>
__attribute__((noinline)) void large_rows(const Geometry& g, const Band<typename V::Element>& band,
                                          const LargeStrip& strip, int32_t oh, int32_t count) {
  const LargeTile<V, R, N> tile = {g, band, strip};
  for (int32_t row = 0; row < count; row += R) tile(oh + (row + R <= count ? row : count - R) * g.h.dilation);
}

// 6 rows share a load best; 5 where they compute fewer rows twice.
static inline int32_t tile_rows(int32_t rows) {
  if (rows < 5) return rows == 1 ? 1 : 2;
  return (rows + 4) / 5 * 5 < (rows + 5) / 6 * 6 ? 5 : 6;
}

template <class V, int N>
void large_rows(const Geometry& g, const Band<typename V::Element>& band, const LargeStrip& strip, int32_t oh,
                int32_t count) {
  switch (tile_rows(count)) {
    case 1: return large_rows<V, 1, N>(g, band, strip, oh, count);
    case 2: return large_rows<V, 2, N>(g, band, strip, oh, count);
    case 5: return large_rows<V, 5, N>(g, band, strip, oh, count);
    default: return large_rows<V, 6, N>(g, band, strip, oh, count);
  }
}

template <class V, int N>
void large_strip(const Geometry& g, const Band<typename V::Element>& band, int32_t ow) {
  LargeStrip strip = {ow, 0, g.w.kernel, int64_t{N - 1} * V::kLanes};
  int32_t end = ow + N * V::kLanes;
  if (end > g.w.out) {
    end = g.w.out;
    strip.last = g.w.out < V::kLanes ? 0 : g.w.out - V::kLanes - ow;
  }
  const int32_t begin = strip.last < 0 ? static_cast<int32_t>(ow + strip.last) : ow;
  while (strip.kw_begin < strip.kw_end && end - 1 - g.w.pad + strip.kw_begin < 0) ++strip.kw_begin;
  while (strip.kw_begin < strip.kw_end && begin - g.w.pad + strip.kw_end - 1 >= g.w.in) --strip.kw_end;
  for (int32_t residue = 0; residue < g.h.dilation && residue < band.rows; ++residue) {
    const int32_t rows = (band.rows - residue + g.h.dilation - 1) / g.h.dilation;
    large_rows<V, N>(g, band, strip, residue, rows);
  }
}

// 6 rows x 2 vectors leave room for the loads in 16 registers, 6 x 4 in 32.
template <class V>
constexpr int kStripVectors = V::kRegisters >= 32 ? 4 : 2;

struct LargeTiles {
  template <class T>
  static Bands bands(const Geometry& g) {
    return make_bands(g, Vec<T>::kLanes, 6 * g.h.dilation, 12);
  }

  static const char* refuses(const Geometry& g) {
    if (g.h.kernel < 8) return "fewer than 8 kernel rows";
    if (g.h.stride != 1 || g.w.stride != 1) return "a stride in the plane";
    if (g.w.dilation != 1) return "a dilation along the row";
    return refuses_bands(g);
  }

  template <class T>
  static double cost(const Geometry& g) {
    const int lanes = Vec<T>::kLanes;
    const int32_t least = kStripVectors<Vec<T>> > 2 ? 2 : 1;
    const double vectors = g.w.out <= lanes ? least : static_cast<double>((g.w.out + lanes - 1) / lanes);
    const int32_t rows = (g.h.out + g.h.dilation - 1) / g.h.dilation, height = tile_rows(rows);
    const double planes = static_cast<double>(g.out_channels) * g.d.out;
    const double tiles = static_cast<double>((rows + height - 1) / height) * g.h.dilation;
    const double a_tap = height * vectors < 8 ? 4.0 / height / vectors : 0.52;
    return 200.0 + fill_cycles(g, bands<T>(g), lanes) +
           planes * tiles * (20.0 + height * vectors * a_tap * static_cast<double>(g.taps));
  }

  template <class T>
  static void plane(const Geometry& g, const Band<T>& band) {
    using V = Vec<T>;
    constexpr int N = kStripVectors<V>;
    int32_t ow = 0;
    for (; g.w.out - ow > (N - 1) * V::kLanes; ow += N * V::kLanes) large_strip<V, N>(g, band, ow);
    if constexpr (N > 2) {
      // The last strip reaches back over columns that are done.
      const int32_t last = g.w.out < 2 * V::kLanes ? 0 : g.w.out - 2 * V::kLanes;
      for (; ow < g.w.out; ow += 2 * V::kLanes) large_strip<V, 2>(g, band, ow < last ? ow : last);
    } else if (ow < g.w.out) {
      large_strip<V, 1>(g, band, ow);
    }
  }
};

// float64: depthwise_any.
constexpr Kernel kKernels[] = {BandKernel<LargeTiles, float>::make("depthwise_large", ElementType::kFloat32)};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise_large) = {DEPTHWISE_ISA_NAME, kKernels, 1};

}  // namespace depthwise
