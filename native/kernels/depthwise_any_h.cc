// Computes: depthwise convolution, channels first, of kernel height H (3, 5 or 7: depthwise_any_h3 ..) and stride 1
//   down the plane; any width, depth, dilation, padding and multiplier, with a shared bank or not.  Refuses: other
//   heights, other strides down the plane, other layouts and groups.
// Loop order: band of rows, depth, multiplier; columns at the sides and between them; rows of one residue of the
//   dilation in tiles; vector of columns; then the taps: depth, width, height.
// In registers: the sums of up to 8 rows, the H taps of one column of the kernel, one input vector.
// Reads beyond: nothing. The input itself is read, by mask at its sides; with a stride along the row, padded rows in
//   scratch.
// A row of input is loaded once for the H output rows that it takes part in: rows that are one dilation apart form a
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

// Where the tiles reach beyond the input: nowhere, or above and below it, whose rows are left out, or at the sides too,
// which are read as zeros by mask.
enum class Reach { kInside, kEnds, kSides };

// Tile by tile of rows, all columns of one first: so the rows in use stay in the first cache.
template <class V, int H, int R, Reach kReach>
__attribute__((noinline)) void rows_tiles(const Geometry& g, const Band<typename V::Element>& band,
                                          const Columns& columns, const Rows& rows) {
  using T = typename V::Element;
  const bool direct = kReach != Reach::kInside || columns.direct;
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
            const int32_t ih = first + row * g.h.dilation;
            if (kReach != Reach::kInside && (ih < 0 || ih >= g.h.in)) continue;
            const V input = kReach == Reach::kSides ? V::load(src, inside) : V::load(src);
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

// Tiles of every height for dilated 3x3 layers, whose residues have few rows; others are rare, and do with three.
template <class V, int H>
constexpr bool has_all_heights() {
  return H == 3 && sizeof(typename V::Element) == 4;
}

template <class V, int H, Reach kReach>
__attribute__((noinline)) void rows_tiles(const Geometry& g, const Band<typename V::Element>& band,
                                          const Columns& columns, const Rows& rows, int32_t height) {
  if (rows.count <= 0) return;
  if constexpr (has_all_heights<V, H>()) {
    if (height == 2) return rows_tiles<V, H, 2, kReach>(g, band, columns, rows);
    if (height == 5) return rows_tiles<V, H, 5, kReach>(g, band, columns, rows);
    if (height == 6) return rows_tiles<V, H, 6, kReach>(g, band, columns, rows);
    if (height == 7) return rows_tiles<V, H, 7, kReach>(g, band, columns, rows);
  }
  if (height == 1) return rows_tiles<V, H, 1, kReach>(g, band, columns, rows);
  if (height == 4) return rows_tiles<V, H, 4, kReach>(g, band, columns, rows);
  return rows_tiles<V, H, 8, kReach>(g, band, columns, rows);
}

// The tiles that reach above or below the input apart.
template <class V, int H>
void rows_run(const Geometry& g, const Band<typename V::Element>& band, const Columns& columns, const Rows& rows,
              int32_t height) {
  if (g.w.stride > 1) return rows_tiles<V, H, Reach::kInside>(g, band, columns, rows, height);
  if (!columns.direct) return rows_tiles<V, H, Reach::kSides>(g, band, columns, rows, height);
  const int32_t span = (height + H - 2) * g.h.dilation;
  int32_t begin = 0, end = rows.count;
  while (begin < end && band.ih + rows.oh + begin * rows.step < 0) ++begin;
  while (begin < end && band.ih + rows.oh + (end - 1) * rows.step + span >= g.h.in) --end;
  const Rows above = {rows.oh, rows.step, begin};
  const Rows inside = {rows.oh + begin * rows.step, rows.step, end - begin};
  const Rows below = {rows.oh + end * rows.step, rows.step, rows.count - end};
  rows_tiles<V, H, Reach::kEnds>(g, band, columns, above, height);
  rows_tiles<V, H, Reach::kInside>(g, band, columns, inside, height);
  rows_tiles<V, H, Reach::kEnds>(g, band, columns, below, height);
}

// The height of tile that computes the fewest rows for `rows` of them, the highest of those. The last tile reaches back
// over rows that are done.
template <class V, int H>
int32_t tile_height(int32_t rows) {
  if (!has_all_heights<V, H>()) return rows >= 8 ? 8 : rows >= 4 ? 4 : 1;
  if (rows == 3) return 2;
  if (rows < 8) return rows;
  int32_t best = 8;
  for (int32_t height = 7; height >= 6; --height)
    if ((rows + height - 1) / height * height < (rows + best - 1) / best * best) best = height;
  return best;
}

// All rows of some columns, residue by residue of the dilation.
template <class V, int H>
void all_rows(const Geometry& g, const Band<typename V::Element>& band, const Columns& columns) {
  const int32_t dilation = g.h.dilation < band.rows ? g.h.dilation : band.rows;
  const int32_t rows = band.rows / dilation, longer = band.rows % dilation;  // of a residue; so many have one more
  if (rows < 7 && tile_height<V, H>(rows) == rows && tile_height<V, H>(rows + 1) == rows + 1) {
    if (longer > 0) rows_run<V, H>(g, band, columns, {0, 1, longer}, rows + 1);
    rows_run<V, H>(g, band, columns, {longer, 1, dilation - longer}, rows);
    return;
  }
  for (int32_t residue = 0; residue < dilation; ++residue) {
    const int32_t here = rows + (residue < longer), height = tile_height<V, H>(here), tiles = here / height;
    rows_run<V, H>(g, band, columns, {residue, height * dilation, tiles}, height);
    if (tiles * height < here) rows_run<V, H>(g, band, columns, {residue + (here - height) * dilation, 1, 1}, height);
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

template <int H>
struct RowTiles {
  template <class T>
  static Bands bands(const Geometry& g) {
    return make_bands(g, Vec<T>::kLanes, 8 * g.h.dilation, 8, g.w.stride == 1 ? kNonePadded : kAllPadded);
  }

  static const char* refuses(const Geometry& g) {
    if (g.h.kernel != H) return "another kernel height";
    if (g.h.stride != 1) return "a stride down the plane";
    return refuses_bands(g);
  }

  template <class T>
  static double cost(const Geometry& g) {
    const int lanes = Vec<T>::kLanes;
    const int vectors = (g.w.out + lanes - 1) / lanes, sides = (g.w.interior_begin > 0) + (g.w.interior_end < g.w.out);
    const double rows = static_cast<double>(g.out_channels) * g.d.out * g.h.out, taps = static_cast<double>(g.taps);
    const double row_cycles =
        vectors * (2.0 + (0.6 + 0.3 / H) * taps) + 0.5 * (sides < vectors ? sides : vectors) * taps;
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
    for (; ow < inside_begin && ow < last; ow += V::kLanes) all_rows<V, H>(g, band, side_columns(g, ow, V::kLanes));
    if (!has_inside) return all_rows<V, H>(g, band, side_columns(g, last, V::kLanes));
    // Vectors at the right side end with the row; those between the sides begin where they reach the right ones.
    int32_t right = last + V::kLanes;
    for (; right > ow && right > inside_end; right -= V::kLanes)
      all_rows<V, H>(g, band, side_columns(g, right - V::kLanes, V::kLanes));
    if (right <= ow) return;
    const int32_t count = (right - ow + V::kLanes - 1) / V::kLanes, fitting = inside_end - count * V::kLanes;
    if (fitting >= inside_begin) {
      all_rows<V, H>(g, band, {fitting < ow ? fitting : ow, count, 0, g.w.kernel, true});
      return;
    }
    if (count > 1) all_rows<V, H>(g, band, {ow, count - 1, 0, g.w.kernel, true});
    all_rows<V, H>(g, band, side_columns(g, right - V::kLanes, V::kLanes));
  }
};

constexpr Kernel kKernels[] = {
    BandKernel<RowTiles<3>, float>::make("depthwise_any_h3", ElementType::kFloat32),
    BandKernel<RowTiles<5>, float>::make("depthwise_any_h5", ElementType::kFloat32),
    BandKernel<RowTiles<7>, float>::make("depthwise_any_h7", ElementType::kFloat32),
    BandKernel<RowTiles<3>, double>::make("depthwise_any_h3", ElementType::kFloat64),
    BandKernel<RowTiles<5>, double>::make("depthwise_any_h5", ElementType::kFloat64),
};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise_any_h) = {
    DEPTHWISE_ISA_NAME, kKernels, static_cast<int32_t>(sizeof kKernels / sizeof kKernels[0])};

}  // namespace depthwise
