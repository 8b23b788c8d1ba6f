// Computes: depthwise convolution, channels first, of kernel height 3, 5 or 7 and stride 1 down the plane; any width,
//   depth, dilation, padding and multiplier, with a shared bank or not.  Refuses: other heights, other strides down the
//   plane, other layouts and groups; float64.
// Loop order: band of rows, depth, multiplier; columns at the sides and between them; rows of one residue of the
//   dilation in tiles; vector of columns; then the taps: depth, width, height.
// In registers: the sums of up to 8 rows, the taps of one column of the kernel, one input vector.
// Reads beyond: nothing. The input itself is read, by mask at its sides; with a stride along the row, padded rows in
//   scratch.
// A row of input is loaded once for the output rows that it takes part in: rows that are one dilation apart form a
// plane without dilation.
#include "kernels/depthwise_any_kernel.h"

namespace depthwise {
namespace {

// Vectors of columns side by side, `count` of them from column ow on. The taps [kw_begin, kw_end) of a kernel row see
// input there, the others zeros only. `direct`: no tap sees padding at the sides, and the input itself is read.
struct Columns {
  int32_t ow, count, kw_begin, kw_end;
  bool direct;
};

// Tiles of R rows that are one dilation apart: `count` tiles, the first from output row oh on, `step` rows from one to
// the next.
struct Rows {
  int32_t oh, step, count;
};

// Bit i: input row first + i * dilation, of kCount of them, lies in the plane.
template <int kCount>
DEPTHWISE_INLINE uint32_t rows_inside(const Axis& h, int32_t first) {
  uint32_t inside = 0;
#pragma GCC unroll 16
  for (int i = kCount - 1; i >= 0; --i)
    inside = 2 * inside + (static_cast<uint32_t>(first + i * h.dilation) < static_cast<uint32_t>(h.in));
  return inside;
}

// Tile by tile of R rows, all columns of one first: so the rows in use stay in the first cache. Of a kernel of H rows.
// kMasked: some loads reach beyond the row, and read it by mask.
template <class V, int H, int R, bool kMasked>
__attribute__((noinline)) void rows_tiles(const Geometry& g, const Band<typename V::Element>& band,
                                          const Columns& columns, const Rows& rows) {
  using T = typename V::Element;
  const bool direct = kMasked || columns.direct;
  const int64_t src_row = direct ? g.w.in : band.row_stride, src_step = g.h.dilation * src_row;
  const int64_t tap_step = g.w.kernel, *column = band.column;
  const int32_t kw_begin = columns.kw_begin, kw_end = columns.kw_end;
  const int32_t kd_begin = band.kd_begin, kd_end = band.kd_end;
  const int32_t first_column = direct ? columns.ow - g.w.pad : columns.ow;
  const T* const* planes = direct ? band.inputs : band.planes;
  constexpr int kVectorBytes = V::kLanes * static_cast<int>(sizeof(T));
  const V bias = V::broadcast(band.bias);
  for (int32_t tile = 0; tile < rows.count; ++tile) {
    const int32_t oh = rows.oh + tile * rows.step, first = direct ? band.ih + oh : oh;
    const uint32_t inside_rows = direct ? rows_inside<R + H - 1>(g.h, first) : ~0u;
    int64_t offset = first * src_row + first_column;
    T* dst = band.dst + int64_t{oh} * g.w.out + columns.ow;
    for (int32_t count = columns.count; count > 0; --count, offset += V::kLanes, dst += V::kLanes) {
      V sums[R][1];
#pragma GCC unroll 16
      for (int r = 0; r < R; ++r) sums[r][0] = bias;
      for (int32_t kd = kd_begin; kd < kd_end; ++kd) {
        const T* plane = planes[kd] + offset;
        const T* taps = band.taps + kd * H * tap_step;
        for (int32_t kw = kw_begin; kw < kw_end; ++kw) {
          const T* src = plane + column[kw];
          const int32_t iw = static_cast<int32_t>(first_column + column[kw]);  // of lane 0
          const typename V::Mask inside = V::Mask::range(-iw, g.w.in - iw);
          V tap[H];
#pragma GCC unroll 8
          for (int kh = 0; kh < H; ++kh) tap[kh] = V::broadcast(taps[kh * tap_step + kw]);
#pragma GCC unroll 24
          for (int row = 0; row < R + H - 1; ++row, src += src_step) {
            if (!(inside_rows >> row & 1)) continue;
            const V input = kMasked ? V::load(src, inside) : V::load(src);
#pragma GCC unroll 8
            for (int kh = 0; kh < H; ++kh)
              if (row - kh >= 0 && row - kh < R) sums[row - kh][0] = fma(input, tap[kh], sums[row - kh][0]);
          }
        }
      }
      store_tile<V, R, 1>(g, sums, dst, 0, g.h.dilation);
      look_ahead(band.ahead, R * kVectorBytes / 64);
    }
  }
}

template <class V, int H, bool kMasked>
void tiles_of_kernel(int32_t height, const Geometry& g, const Band<typename V::Element>& band, const Columns& columns,
                     const Rows& rows) {
  if (height == 1) return rows_tiles<V, H, 1, kMasked>(g, band, columns, rows);
  if (height == 4) return rows_tiles<V, H, 4, kMasked>(g, band, columns, rows);
  return rows_tiles<V, H, 8, kMasked>(g, band, columns, rows);
}

template <class V, bool kMasked>
__attribute__((noinline)) void tiles_of(const Geometry& g, const Band<typename V::Element>& band,
                                        const Columns& columns, const Rows& rows, int32_t height) {
  if (g.h.kernel == 3) return tiles_of_kernel<V, 3, kMasked>(height, g, band, columns, rows);
  if (g.h.kernel == 5) return tiles_of_kernel<V, 5, kMasked>(height, g, band, columns, rows);
  return tiles_of_kernel<V, 7, kMasked>(height, g, band, columns, rows);
}

template <class V>
__attribute__((noinline)) void rows_run(const Geometry& g, const Band<typename V::Element>& band,
                                        const Columns& columns, const Rows& rows, int32_t height) {
  if (columns.direct || g.w.stride > 1) return tiles_of<V, false>(g, band, columns, rows, height);
  return tiles_of<V, true>(g, band, columns, rows, height);
}

// The height of tile for `rows` of them. The last tile reaches back over rows that are done.
int32_t tile_height(int32_t rows) { return rows >= 8 ? 8 : rows >= 4 ? 4 : 1; }

// All rows of some columns, residue by residue of the dilation.
template <class V>
__attribute__((noinline)) void all_rows(const Geometry& g, const Band<typename V::Element>& band,
                                        const Columns& columns) {
  const int32_t dilation = g.h.dilation < band.rows ? g.h.dilation : band.rows;
  const int32_t rows = band.rows / dilation, longer = band.rows % dilation;  // of a residue; so many have one more
  for (int32_t residue = 0; residue < dilation; ++residue) {
    const int32_t here = rows + (residue < longer), height = tile_height(here), tiles = here / height;
    rows_run<V>(g, band, columns, {residue, height * dilation, tiles}, height);
    if (tiles * height < here) rows_run<V>(g, band, columns, {residue + (here - height) * dilation, 1, 1}, height);
  }
}

// One vector of columns at a side.
Columns side_columns(const Geometry& g, int32_t ow, int lanes) {
  Columns columns = {ow, 1, 0, g.w.kernel, false};
  const int32_t end = ow + lanes < g.w.out ? ow + lanes : g.w.out;
  const int32_t first = ow * g.w.stride - g.w.pad, final = (end - 1) * g.w.stride - g.w.pad;
  while (columns.kw_begin < columns.kw_end && final + columns.kw_begin * g.w.dilation < 0) ++columns.kw_begin;
  while (columns.kw_begin < columns.kw_end && first + (columns.kw_end - 1) * g.w.dilation >= g.w.in) --columns.kw_end;
  return columns;
}

struct RowTiles {
  template <class T>
  static Bands bands(const Geometry& g) {
    return make_bands(g, Vec<T>::kLanes, 8 * g.h.dilation, 8, g.w.stride == 1 ? kNonePadded : kAllPadded);
  }

  static const char* refuses(const Geometry& g) {
    if (g.h.kernel != 3 && g.h.kernel != 5 && g.h.kernel != 7) return "another kernel height";
    if (g.h.stride != 1) return "a stride down the plane";
    return refuses_bands(g);
  }

  template <class T>
  static double cost(const Geometry& g) {
    const int lanes = Vec<T>::kLanes;
    const int vectors = (g.w.out + lanes - 1) / lanes, sides = (g.w.interior_begin > 0) + (g.w.interior_end < g.w.out);
    const double rows = static_cast<double>(g.out_channels) * g.d.out * g.h.out, taps = static_cast<double>(g.taps);
    const double row_cycles =
        vectors * (2.0 + (0.6 + 0.3 / g.h.kernel) * taps) + 0.5 * (sides < vectors ? sides : vectors) * taps;
    return 200.0 + fill_cycles(g, bands<T>(g), lanes) + rows * row_cycles;
  }

  template <class T>
  static void plane(const Geometry& g, const Band<T>& band) {
    using V = Vec<T>;
    const int32_t last = g.w.out < V::kLanes ? 0 : g.w.out - V::kLanes;
    const bool has_inside = g.w.stride == 1 && g.w.interior_end - g.w.interior_begin >= V::kLanes;
    const int32_t inside_begin = has_inside ? g.w.interior_begin : g.w.out;
    const int32_t inside_end = has_inside ? g.w.interior_end : g.w.out;
    int32_t ow = 0;
    for (; ow < inside_begin && ow < last; ow += V::kLanes) all_rows<V>(g, band, side_columns(g, ow, V::kLanes));
    if (!has_inside) return all_rows<V>(g, band, side_columns(g, last, V::kLanes));
    // Vectors at the right side end with the row; those between the sides begin where they reach the right ones.
    int32_t right = last + V::kLanes;
    for (; right > ow && right > inside_end; right -= V::kLanes)
      all_rows<V>(g, band, side_columns(g, right - V::kLanes, V::kLanes));
    if (right <= ow) return;
    const int32_t count = (right - ow + V::kLanes - 1) / V::kLanes, fitting = inside_end - count * V::kLanes;
    if (fitting >= inside_begin) {
      all_rows<V>(g, band, {fitting < ow ? fitting : ow, count, 0, g.w.kernel, true});
      return;
    }
    if (count > 1) all_rows<V>(g, band, {ow, count - 1, 0, g.w.kernel, true});
    all_rows<V>(g, band, side_columns(g, right - V::kLanes, V::kLanes));
  }
};

// float64: depthwise_any.
constexpr Kernel kKernels[] = {BandKernel<RowTiles, float>::make("depthwise_any_h", ElementType::kFloat32)};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise_any_h) = {DEPTHWISE_ISA_NAME, kKernels, 1};

}  // namespace depthwise
