// Computes: depthwise convolution, channels first, of kernel height H (2 to 7: depthwise_any_h2 ..) and stride 1 down
//   the plane; any width, depth, dilation, padding and multiplier, with a shared bank or not.  Refuses: other heights,
//   other strides down the plane, other layouts and groups.
// Loop order: band of rows, depth, multiplier; strip of columns, rows of one residue of the dilation, tile; then the
//   taps: depth, width, height.
// In registers: the sums of up to 8 rows x N vectors, the H taps of one column of the kernel, one input vector.
// Reads beyond: nothing, all loads are from padded rows in scratch.
// A row of input is loaded once for the H output rows that it takes part in: rows that are one dilation apart form a
// plane without dilation.
#include "kernels/depthwise_any_bands.h"

namespace depthwise {
namespace {

// N vectors from column ow on. The taps [kw_begin, kw_end) of a kernel row see input in these columns, the others
// zeros only.
struct Strip {
  int32_t ow, kw_begin, kw_end;
  int64_t last;  // where the last vector lies
};

// `count` tiles of R rows each from output row oh on; the rows of all of them are one dilation apart. W: the width of
// the kernel, or 0 for any.
template <class V, int H, int W, int R, int N>
__attribute__((noinline)) void rows_tiles(const Geometry& g, const Band<typename V::Element>& band, const Strip& strip,
                                          int32_t oh, int32_t count) {
  using T = typename V::Element;
  const int64_t src_step = g.h.dilation * band.row_stride, dst_step = int64_t{g.h.dilation} * g.w.out;
  const int64_t last = strip.last, tap_step = W ? W : g.w.kernel, depth_step = H * tap_step;
  const int32_t kw_begin = W ? 0 : strip.kw_begin, kw_end = W ? W : strip.kw_end;
  const int32_t kd_begin = band.kd_begin, kd_end = band.kd_end;
  const int64_t* column = band.column;
  const V bias = V::broadcast(band.bias);
  int64_t offset = oh * band.row_stride + strip.ow;
  T* dst = band.dst + int64_t{oh} * g.w.out + strip.ow;
  for (; count > 0; --count, offset += R * src_step, dst += R * dst_step) {
    V sums[R][N];
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
      for (int v = 0; v < N; ++v) sums[r][v] = bias;
    for (int32_t kd = kd_begin; kd < kd_end; ++kd) {
      const T* src_rows = band.planes[kd] + offset;
      const T* taps = band.taps + kd * depth_step;
#pragma GCC unroll 4
      for (int32_t kw = kw_begin; kw < kw_end; ++kw) {
        const T* src = src_rows + column[kw];
        V tap[H];
#pragma GCC unroll 8
        for (int kh = 0; kh < H; ++kh) tap[kh] = V::broadcast(taps[kh * tap_step + kw]);
#pragma GCC unroll 16
        for (int row = 0; row < R + H - 1; ++row, src += src_step) {
#pragma GCC unroll 4
          for (int v = 0; v < N; ++v) {
            const V input = V::load(src + vector_offset<V, N>(v, last));
#pragma GCC unroll 8
            for (int kh = 0; kh < H; ++kh)
              if (row - kh >= 0 && row - kh < R) sums[row - kh][v] = fma(input, tap[kh], sums[row - kh][v]);
          }
        }
      }
    }
    store_tile<V, R, N>(g, sums, dst, last, g.h.dilation);
  }
}

template <class V, int H, int W, int N>
void rows_tiles(const Geometry& g, const Band<typename V::Element>& band, const Strip& strip, int32_t oh, int32_t count,
                int32_t size) {
  switch (size) {
    case 1: return rows_tiles<V, H, W, 1, N>(g, band, strip, oh, count);
    case 2: return rows_tiles<V, H, W, 2, N>(g, band, strip, oh, count);
    case 3: return rows_tiles<V, H, W, 3, N>(g, band, strip, oh, count);
    case 4: return rows_tiles<V, H, W, 4, N>(g, band, strip, oh, count);
    case 5: return rows_tiles<V, H, W, 5, N>(g, band, strip, oh, count);
    case 6: return rows_tiles<V, H, W, 6, N>(g, band, strip, oh, count);
    case 7: return rows_tiles<V, H, W, 7, N>(g, band, strip, oh, count);
    default: return rows_tiles<V, H, W, 8, N>(g, band, strip, oh, count);
  }
}

// The taps of a kernel row that see input in columns [begin, end).
Strip make_strip(const Geometry& g, int32_t ow, int32_t vectors, int lanes) {
  Strip strip = {ow, 0, g.w.kernel, int64_t{vectors - 1} * lanes};
  int32_t begin = ow, end = ow + vectors * lanes;
  if (end > g.w.out) {
    end = g.w.out;
    strip.last = g.w.out < lanes ? 0 : g.w.out - lanes - ow;
    if (strip.last < 0) begin = static_cast<int32_t>(ow + strip.last);
  }
  const int32_t first = begin * g.w.stride - g.w.pad, final = (end - 1) * g.w.stride - g.w.pad;
  while (strip.kw_begin < strip.kw_end && final + strip.kw_begin * g.w.dilation < 0) ++strip.kw_begin;
  while (strip.kw_begin < strip.kw_end && first + (strip.kw_end - 1) * g.w.dilation >= g.w.in) --strip.kw_end;
  return strip;
}

// All rows of a strip, residue by residue of the dilation, in tiles of nearly the same height.
template <class V, int H, int N>
void rows_strip(const Geometry& g, const Band<typename V::Element>& band, int32_t ow) {
  const Strip strip = make_strip(g, ow, N, V::kLanes);
  const bool is_square = H == 3 && g.w.kernel == 3 && strip.kw_begin == 0 && strip.kw_end == 3;
  for (int32_t residue = 0; residue < g.h.dilation && residue < band.rows; ++residue) {
    const int32_t rows = (band.rows - residue + g.h.dilation - 1) / g.h.dilation;
    const int32_t tiles = (rows + 7) / 8, size = rows / tiles, larger = rows % tiles;
    const int32_t rest = residue + larger * (size + 1) * g.h.dilation;
    if (H == 3 && is_square) {
      if (larger > 0) rows_tiles<V, H, H == 3 ? 3 : 0, N>(g, band, strip, residue, larger, size + 1);
      rows_tiles<V, H, H == 3 ? 3 : 0, N>(g, band, strip, rest, tiles - larger, size);
    } else {
      if (larger > 0) rows_tiles<V, H, 0, N>(g, band, strip, residue, larger, size + 1);
      rows_tiles<V, H, 0, N>(g, band, strip, rest, tiles - larger, size);
    }
  }
}

template <int H>
struct RowTiles {
  template <class T>
  static void plane(const Geometry& g, const Band<T>& band) {
    using V = Vec<T>;
    constexpr int N = V::kRegisters >= 32 ? 2 : 1;
    int32_t ow = 0;
    for (; g.w.out - ow > V::kLanes; ow += N * V::kLanes) rows_strip<V, H, N>(g, band, ow);
    if (ow < g.w.out) rows_strip<V, H, 1>(g, band, ow);
  }
};

template <class T>
Bands bands(const Geometry& g) {
  return make_bands(g, Vec<T>::kLanes, 8 * g.h.dilation, 8);
}

template <int H>
const char* refuses(const Geometry& g) {
  if (g.h.kernel != H) return "another kernel height";
  if (g.h.stride != 1) return "a stride down the plane";
  return refuses_bands(g);
}

template <class T, int H>
double cost(const Geometry& g) {
  const int lanes = Vec<T>::kLanes;
  const double vectors = static_cast<double>((g.w.out + lanes - 1) / lanes);
  const double rows = static_cast<double>(g.out_channels) * g.d.out * g.h.out;
  return 200.0 + fill_cycles(g, bands<T>(g), lanes) +
         rows * vectors * (2.0 + (0.55 + 0.3 / H) * static_cast<double>(g.taps));
}

template <class T>
int64_t work_items(const Geometry& g) {
  return bands<T>(g).items;
}

int64_t packed_bytes(const Geometry&) { return 0; }
void pack(const Geometry&, const void*, void*) {}

template <class T>
int64_t scratch_bytes(const Geometry& g) {
  return bands<T>(g).scratch_bytes;
}

template <class T, int H>
void run(const Geometry& g, const Operands& operands, void* scratch, int64_t begin, int64_t end) {
  run_bands<Vec<T>, RowTiles<H>>(g, bands<T>(g), operands, scratch, begin, end);
}

template <class T, int H>
constexpr Kernel kernel(const char* name, ElementType element) {
  return {name, element, true, refuses<H>, cost<T, H>, work_items<T>, packed_bytes, pack, scratch_bytes<T>, run<T, H>};
}

constexpr Kernel kKernels[] = {
    kernel<float, 2>("depthwise_any_h2", ElementType::kFloat32),
    kernel<float, 3>("depthwise_any_h3", ElementType::kFloat32),
    kernel<float, 4>("depthwise_any_h4", ElementType::kFloat32),
    kernel<float, 5>("depthwise_any_h5", ElementType::kFloat32),
    kernel<float, 6>("depthwise_any_h6", ElementType::kFloat32),
    kernel<float, 7>("depthwise_any_h7", ElementType::kFloat32),
    kernel<double, 3>("depthwise_any_h3", ElementType::kFloat64),
    kernel<double, 5>("depthwise_any_h5", ElementType::kFloat64),
};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise_any_h) = {
    DEPTHWISE_ISA_NAME, kKernels, static_cast<int32_t>(sizeof kKernels / sizeof kKernels[0])};

}  // namespace depthwise
