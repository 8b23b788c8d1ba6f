// Computes: depthwise convolution, channels first, stride 1 in the plane, of kernels that reach up to 64 rows and
//   columns with their dilation, by the fast Fourier transform of tiles of 64 x 64 inputs; any padding and multiplier,
//   with a shared bank or not. Not exact on integers.  Refuses: strides and larger reaches; a depth; other layouts and
//   groups; padding that is not zeros; float64.
// Loop order: output channel, tile; the columns' splits, then for a vector of rows their splits, product and back,
//   then the columns' way back.  An item is a tile.
// In registers: the 4 or 8 numbers of a split, the square of a vector of rows (fft_tile.h).  Reads beyond: nothing.
// A tile costs the same whatever the kernel: 34 x 34 outputs of a 31x31 kernel take a tenth of the multiply-adds of the
// sum itself.
#include "kernels/beyond.h"
#include "kernels/depthwise_common.h"
#include "kernels/fft_tile.h"

namespace depthwise {
namespace {

using V = Vec<float>;
constexpr int kTileVectors = kTile / V::kLanes;

// Outputs of an axis in tiles of about the same size, of whole vectors along the row.
struct TileAxis {
  int32_t outputs, count;
};

TileAxis tile_axis(const Axis& axis, int32_t step) {
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
struct ColumnMasks {
  bool is_full[kTileVectors];
  V::Mask mask[kTileVectors];
  int vectors;  // from here on there is none
};

// Columns [begin, end) of a tile.
ColumnMasks column_masks(int32_t begin, int32_t end) {
  ColumnMasks masks;
  masks.vectors = static_cast<int>(ceil_of(max_of(0, min_of(end, kTile)), V::kLanes));
  for (int v = 0; v < kTileVectors; ++v) {
    masks.is_full[v] = begin <= v * V::kLanes && end >= (v + 1) * V::kLanes;
    masks.mask[v] = V::Mask::range(begin - v * V::kLanes, end - v * V::kLanes);
  }
  return masks;
}

// The first split of the columns, from the image: row 0, column 0 of the tile is input (ih, iw). `zeros`: a row of
// them. False: the image is not finite there, or huge.
bool split_image(const Geometry& g, const float* src, int32_t ih, int32_t iw, const float* zeros, float* tile) {
  const ColumnMasks masks = column_masks(-iw, g.w.in - iw);
  const RootVectors<V> root(kRowSplits.roots[0]);
  Squares<V> squares;
  const auto row_at = [&](int32_t row) {
    return ih + row < 0 || ih + row >= g.h.in ? zeros : src + int64_t{ih + row} * g.w.in + iw;
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
    for (int v = masks.vectors; v < kTileVectors; ++v)
      store_complex(Complex<V>{V::zero(), V::zero()}, tile + row * kPitch + v * V::kLanes);
  return squares.are_finite();
}

// The last join of the columns, to `rows` x `columns` outputs at dst.
void join_outputs(const Geometry& g, float* tile, float bias, int32_t rows, int32_t columns, float* dst) {
  const int vectors = static_cast<int>(ceil_of(columns, V::kLanes));
  const int rest = columns - (vectors - 1) * V::kLanes;
  const V::Mask tail = V::Mask::first(rest);
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
        float* to = dst + int64_t{at} * g.w.out + v * V::kLanes;
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
  if (g.activation == Activation::kNone) return;
  for (int32_t row = 0; row < rows; ++row) activate_stored<V>(g.activation, dst + int64_t{row} * g.w.out, columns);
}

// Taps at minus their distance: an output then stands where its first input does. A row before the first comes back
// from the end with the other sign, a column as it is.
void pack(const Geometry& g, const void* weight, void* packed) {
  alignas(64) float tile[kTileElements];
  const float scale = 1.0f / (kRows * kTile);
  const float* taps = static_cast<const float*>(weight);
  float* to = static_cast<float*>(packed);
  for (int32_t kernel = 0; kernel < g.weight_count; ++kernel, taps += g.taps, to += kSpectrum) {
    for (int i = 0; i < kTileElements; ++i) tile[i] = 0;
    for (int32_t kh = 0; kh < g.h.kernel; ++kh)
      for (int32_t kw = 0; kw < g.w.kernel; ++kw) {
        const int row = kh == 0 ? 0 : kTile - kh * g.h.dilation, column = (kTile - kw * g.w.dilation) % kTile;
        const float tap = taps[int64_t{kh} * g.w.kernel + kw] * scale;
        tile[row % kRows * kPitch + (row < kRows ? 0 : kImaginary) + column] = kh == 0 ? tap : -tap;
      }
    for (int row = 0; row < kFirstStep; ++row)
      for (int v = 0; v < kTileVectors; ++v)
        update<V, 4>(tile + row * kPitch + v * V::kLanes, kFirstStep * kPitch,
                     [](Complex<V>(&a)[4]) { split(a, RootVectors<V>(kRowSplits.roots[0])); });
    split_rows<V, false>(tile, kTileVectors);
    multiply_rows<V>(tile, to, nullptr, {}, {});
  }
}

int64_t packed_bytes(const Geometry& g) { return int64_t{g.weight_count} * kSpectrum * int64_t{sizeof(float)}; }
int64_t scratch_bytes(const Geometry&) { return (kTileElements + kTile) * int64_t{sizeof(float)}; }

int64_t tiles(const Geometry& g) {
  return int64_t{tile_axis(g.h, 1).count} * tile_axis(g.w, V::kLanes).count * g.d.out;
}
int64_t work_items(const Geometry& g) { return g.out_channels * tiles(g); }

// An image, input and output, that no cache holds: a tile's rows are asked for while the one before is computed. The
// processor does not foresee pieces of 64 rows, and AVX2 gains a sixth by it.
constexpr int64_t kFarBytes = int64_t{32} << 20;

// Where an item's tile lies.
struct Place {
  const float* src;  // input (0, 0) of the plane
  float* dst;        // output (row, column)
  int32_t row, column, rows, columns;
  int64_t kernel;
};

Place place_of(const Geometry& g, const Operands& operands, const TileAxis& rows, const TileAxis& columns,
               int64_t item) {
  Place place;
  place.column = static_cast<int32_t>(item % columns.count) * columns.outputs;
  const int64_t above = item / columns.count;
  place.row = static_cast<int32_t>(above % rows.count) * rows.outputs;
  const int64_t plane = above / rows.count, depth = plane % g.d.out, oc = plane / g.d.out;
  place.rows = static_cast<int32_t>(min_of(rows.outputs, g.h.out - place.row));
  place.columns = static_cast<int32_t>(min_of(columns.outputs, g.w.out - place.column));
  place.kernel = g.shared_bank ? oc % g.out_per_group : oc;
  place.src = static_cast<const float*>(operands.src) + oc / g.out_per_group * g.src_plane + depth * g.h.in * g.w.in;
  place.dst =
      static_cast<float*>(operands.dst) + oc * g.dst_plane + (depth * g.h.out + place.row) * g.w.out + place.column;
  return place;
}

void run(const Geometry& g, const Operands& operands, void* scratch, int64_t begin, int64_t end) {
  const TileAxis rows = tile_axis(g.h, 1), columns = tile_axis(g.w, V::kLanes);
  const float* bias = static_cast<const float*>(operands.bias);
  float* const tile = static_cast<float*>(scratch);
  float* const zeros = tile + kTileElements;
  for (int i = 0; i < kTile; ++i) zeros[i] = 0;
  const bool is_far = (g.src_elements + g.dst_elements) * int64_t{sizeof(float)} > kFarBytes;
  for (int64_t item = begin; item < end; ++item) {
    const Place at = place_of(g, operands, rows, columns, item);
    RowsAhead next = {}, outputs = {};
    if (is_far) {
      const Place after = place_of(g, operands, rows, columns, item + 1 < end ? item + 1 : item);
      next = {after.src + int64_t{after.row - g.h.pad} * g.w.in + after.column - g.w.pad, g.w.in, kTile};
      outputs = {at.dst, g.w.out, at.rows};
    }
    if (!split_image(g, at.src, at.row - g.h.pad, at.column - g.w.pad, zeros, tile)) report_beyond(operands.is_beyond);
    multiply_rows<V>(tile, nullptr, static_cast<const float*>(operands.weight) + at.kernel * kSpectrum, next, outputs);
    join_outputs(g, tile, bias ? bias[at.kernel] : 0.0f, at.rows, at.columns, at.dst);
  }
}

const char* refuses(const Geometry& g) {
  Geometry square = g;  // the rest is as for the others
  square.h.dilation = square.w.dilation = 1;
  square.w.kernel = g.h.kernel;
  if (const char* why = refuses_planes(square, g.h.kernel, 1)) return why;
  if (reach(g.h) > kTile || reach(g.w) > kTile) return "a kernel that reaches further than 64";
  return nullptr;
}

double cost(const Geometry& g) {
  const TileAxis columns = tile_axis(g.w, V::kLanes);
  const int64_t inputs = min_of(kTile, min_of(int64_t{g.w.pad} + g.w.in, columns.outputs + reach(g.w) - 1));
  const int64_t vectors = ceil_of(inputs, V::kLanes) + ceil_of(columns.outputs, V::kLanes);
  const double square = V::kLanes == 1 ? 66000 : 62000.0 / V::kLanes;
  // A spectrum is 16 kB, and comes from the third cache or from memory where other work has been in between.
  const double spectra = 1300.0 * g.out_channels;
  return 200.0 + spectra + static_cast<double>(work_items(g)) * (square + 420.0 * static_cast<double>(vectors));
}

constexpr Kernel kKernels[] = {
    {"depthwise_fft", ElementType::kFloat32, false, refuses, cost, work_items, packed_bytes, pack, scratch_bytes, run},
};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise_fft) = {DEPTHWISE_ISA_NAME, kKernels, 1};

}  // namespace depthwise
