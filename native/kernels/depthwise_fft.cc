// Computes: depthwise convolution, stride 1 in the plane, of kernels that reach up to 64 rows and columns with their
//   dilation, by the fast Fourier transform of tiles of 64 x 64 inputs; channels first, or last (_nhwc); any padding, a
//   shared bank or not, channels first any multiplier. Not exact on integers.  Refuses: strides and larger reaches; a
//   depth; other groups; padding that is not zeros; _nhwc a multiplier; float64.
// Loop order: output channel, tile; the columns' splits, then for a vector of rows their splits, product and back,
//   then the columns' way back.  An item is a tile; _nhwc: one of a vector of channels, by way of planes in scratch.
// In registers: the 4 or 8 numbers of a split, the square of a vector of rows (fft_tile.h).  Reads beyond: nothing.
// A tile costs the same whatever the kernel: 34 x 34 outputs of a 31x31 kernel take a tenth of the multiply-adds of the
// sum itself.
#include "kernels/fft_channels.h"

namespace depthwise {
namespace {

using V = Vec<float>;

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
      for (int v = 0; v < kTileVectors<V>; ++v)
        update<V, 4>(tile + row * kPitch + v * V::kLanes, kFirstStep * kPitch,
                     [](Complex<V>(&a)[4]) { split(a, RootVectors<V>(kRowSplits.roots[0])); });
    split_rows<V, false>(tile, kTileVectors<V>);
    multiply_rows<V>(tile, to, nullptr, {}, {});
  }
}

int64_t packed_bytes(const Geometry& g) { return int64_t{g.weight_count} * kSpectrum * int64_t{sizeof(float)}; }
int64_t scratch_bytes(const Geometry&) { return (kTileElements + kTile) * int64_t{sizeof(float)}; }

int64_t tiles(const Geometry& g) {
  return int64_t{tile_axis(g.h, 1).count} * tile_axis(g.w, V::kLanes).count * g.d.out;
}
int64_t work_items(const Geometry& g) { return g.out_channels * tiles(g); }

// Which tile an item is: `rows` x `columns` outputs from (row, column) on.
struct TilePlace {
  int64_t depth, channel;  // channels last: a vector of channels
  int32_t row, column, rows, columns;
};

TilePlace place_of(const Geometry& g, const TileAxis& rows, const TileAxis& columns, int64_t item) {
  const int64_t above = item / columns.count, plane = above / rows.count;
  const int32_t row = static_cast<int32_t>(above % rows.count) * rows.outputs;
  const int32_t column = static_cast<int32_t>(item % columns.count) * columns.outputs;
  return {plane % g.d.out,
          plane / g.d.out,
          row,
          column,
          static_cast<int32_t>(min_of(rows.outputs, g.h.out - row)),
          static_cast<int32_t>(min_of(columns.outputs, g.w.out - column))};
}

// The input plane of a tile, channels first.
const float* plane_of(const Geometry& g, const Operands& operands, const TilePlace& at) {
  const int64_t channel = at.channel / g.out_per_group;
  return static_cast<const float*>(operands.src) + channel * g.src_plane + at.depth * g.h.in * g.w.in;
}

void run(const Geometry& g, const Operands& operands, void* scratch, int64_t begin, int64_t end) {
  const TileAxis rows = tile_axis(g.h, 1), columns = tile_axis(g.w, V::kLanes);
  const float* bias = static_cast<const float*>(operands.bias);
  float* const tile = static_cast<float*>(scratch);
  float* const zeros = tile + kTileElements;
  for (int i = 0; i < kTile; ++i) zeros[i] = 0;
  const bool is_far = image_bytes(g) > kFarBytes;
  for (int64_t item = begin; item < end; ++item) {
    const TilePlace at = place_of(g, rows, columns, item);
    const int64_t kernel = g.shared_bank ? at.channel % g.out_per_group : at.channel;
    float* const dst = static_cast<float*>(operands.dst) + at.channel * g.dst_plane +
                       (at.depth * g.h.out + at.row) * g.w.out + at.column;
    RowsAhead next = {}, outputs = {};
    // A tile's rows are asked for while the one before is computed: the processor does not foresee pieces of 64 rows,
    // and AVX2 gains a sixth by it.
    if (is_far) {
      const TilePlace after = place_of(g, rows, columns, item + 1 < end ? item + 1 : item);
      const float* const plane = plane_of(g, operands, after);
      next = {plane + int64_t{after.row - g.h.pad} * g.w.in + after.column - g.w.pad, g.w.in, kTile};
      outputs = {dst, g.w.out, at.rows};
    }
    const Image image = {plane_of(g, operands, at), g.h.in, g.w.in, g.w.in};
    if (!split_image<V>(image, at.row - g.h.pad, at.column - g.w.pad, zeros, tile)) report_beyond(operands.is_beyond);
    multiply_rows<V>(tile, nullptr, static_cast<const float*>(operands.weight) + kernel * kSpectrum, next, outputs);
    join_outputs<V>(g.activation, tile, bias ? bias[kernel] : 0.0f, at.rows, at.columns, dst, g.w.out);
  }
}

// Channels last: items are a tile of a vector of channels, through planes in scratch.
int32_t channel_vectors(const Geometry& g) { return static_cast<int32_t>(ceil_of(g.in_channels, V::kLanes)); }
int64_t work_items_nhwc(const Geometry& g) { return channel_vectors(g) * tiles(g); }
int64_t scratch_bytes_nhwc(const Geometry& g) {
  return scratch_bytes(g) + int64_t{V::kLanes} * kPlane * int64_t{sizeof(float)};
}

// The part of an axis' tile from output `first` on that lies in the image: where it begins, and how much of it.
struct Window {
  int32_t begin, count;
};

Window window_of(const Axis& axis, int32_t first) {
  const int32_t begin = static_cast<int32_t>(max_of(0, first - axis.pad));
  const int64_t end = min_of(axis.in, int64_t{first} - axis.pad + kTile);
  return {begin, static_cast<int32_t>(max_of(0, end - begin))};
}

void run_nhwc(const Geometry& g, const Operands& operands, void* scratch, int64_t begin, int64_t end) {
  const TileAxis row_axis = tile_axis(g.h, 1), column_axis = tile_axis(g.w, V::kLanes);
  const float* const bias = static_cast<const float*>(operands.bias);
  float* const tile = static_cast<float*>(scratch);
  float* const zeros = tile + kTileElements;
  float* const planes = zeros + kTile;
  for (int i = 0; i < kTile; ++i) zeros[i] = 0;
  const int64_t channels = g.in_channels;
  for (int64_t item = begin; item < end; ++item) {
    const TilePlace at = place_of(g, row_axis, column_axis, item);
    const int64_t channel = at.channel * V::kLanes;
    const int32_t count = static_cast<int32_t>(min_of(V::kLanes, channels - channel));
    const Window rows = window_of(g.h, at.row), columns = window_of(g.w, at.column);
    const int64_t from = (at.depth * g.h.in + rows.begin) * g.w.in + columns.begin;
    const float* const src = static_cast<const float*>(operands.src) + from * channels + channel;
    to_planes<V>({src, g.w.in * channels, channels, rows.count, columns.count, count}, planes);
    for (int32_t i = 0; i < count; ++i) {
      float* const plane = planes + int64_t{i} * kPlane;
      const int64_t kernel = g.shared_bank ? 0 : channel + i;
      if (!split_image<V>({plane, rows.count, columns.count, kTile}, at.row - g.h.pad - rows.begin,
                          at.column - g.w.pad - columns.begin, zeros, tile))
        report_beyond(operands.is_beyond);
      multiply_rows<V>(tile, nullptr, static_cast<const float*>(operands.weight) + kernel * kSpectrum, {}, {});
      join_outputs<V>(g.activation, tile, bias ? bias[kernel] : 0.0f, at.rows, at.columns, plane, kTile);
    }
    const int64_t to = (at.depth * g.h.out + at.row) * g.w.out + at.column;
    float* const dst = static_cast<float*>(operands.dst) + to * channels + channel;
    from_planes<V>(planes, {dst, g.w.out * channels, channels, at.rows, at.columns, count});
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

const char* refuses_nhwc(const Geometry& g) {
  if (g.layout != Layout::kChannelsLast) return "channels are first";
  if (g.out_per_group != 1) return "several kernels a channel";
  Geometry first = g;
  first.layout = Layout::kChannelsFirst;
  return refuses(first);
}

// Cycles of the transform of all tiles of all channels.
double cost_of_tiles(const Geometry& g) {
  const TileAxis columns = tile_axis(g.w, V::kLanes);
  const int64_t inputs = min_of(kTile, min_of(int64_t{g.w.pad} + g.w.in, columns.outputs + reach(g.w) - 1));
  const int64_t vectors = ceil_of(inputs, V::kLanes) + ceil_of(columns.outputs, V::kLanes);
  const double square = V::kLanes == 1 ? 66000 : 62000.0 / V::kLanes;
  // A spectrum is 16 kB, and comes from the third cache or from memory where other work has been in between.
  const double spectra = 1300.0 * g.out_channels;
  return 200.0 + spectra +
         static_cast<double>(g.out_channels) * static_cast<double>(tiles(g)) *
             (square + 420.0 * static_cast<double>(vectors));
}

// Beside it, squares of pixels there and back.
double cost_nhwc(const Geometry& g) {
  const double squares = 2.0 * kTile * kTile / V::kLanes / V::kLanes, square = 8.0 * V::kLanes;
  return cost_of_tiles(g) + static_cast<double>(work_items_nhwc(g)) * squares * square;
}

constexpr Kernel kKernels[] = {
    {"depthwise_fft", ElementType::kFloat32, false, refuses, cost_of_tiles, work_items, packed_bytes, pack,
     scratch_bytes, run},
    {"depthwise_fft_nhwc", ElementType::kFloat32, false, refuses_nhwc, cost_nhwc, work_items_nhwc, packed_bytes, pack,
     scratch_bytes_nhwc, run_nhwc},
};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise_fft) = {DEPTHWISE_ISA_NAME, kKernels, 2};

}  // namespace depthwise
