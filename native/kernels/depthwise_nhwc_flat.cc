// Computes: depthwise convolution, channels last, stride 1 and no dilation down the plane, stride 1 along the row: made
//   for few channels, such as a photo's three; a shared bank too.  Refuses: other strides, a dilation down the plane, a
//   multiplier, something along the depth, other layouts and groups; float64.
// Loop order: band of rows, rows of a tile, columns; input row, tap of the row.
// In registers: the sums of 3 rows x 6 vectors (4 x 3 in 16 registers), the inputs of one row.  Reads beyond: nothing.
// A row is taken as a run of numbers without pixels: a tap lies whole pixels to the left or right in it, and its
// weights repeat with the channels, after one or three vectors. So no lane idles, however few channels there are, and
// lanes outside the row are those outside the run.
#include "kernels/depthwise_common.h"
#include "simd/in_register.h"

namespace depthwise {
namespace {

using V = Vec<float>;
constexpr int L = V::kLanes;
constexpr bool kIsWide = V::kRegisters >= 32;
constexpr int kTileRows = kIsWide ? 3 : 4;
constexpr int kVectors = kIsWide ? 6 : 3;

int64_t channels_of_weights(const Geometry& g) { return g.shared_bank ? 1 : g.in_channels; }

// Vectors after which the weights of a run repeat.
int64_t period(const Geometry& g) {
  int64_t a = channels_of_weights(g), b = L;
  while (b != 0) {
    const int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return channels_of_weights(g) / a;
}

int64_t tap_elements(const Geometry& g) { return period(g) * L; }

// Numbers that repeat with the channels, as lanes of a run: `count` of them.
template <class F>
void repeat(const Geometry& g, int64_t count, float* to, F of_channel) {
  const int64_t channels = channels_of_weights(g);
  for (int64_t i = 0; i < count; ++i) to[i] = of_channel(i % channels);
}

int64_t packed_bytes(const Geometry& g) { return g.taps * tap_elements(g) * int64_t{sizeof(float)}; }

// Packed: (tap, lanes of a period).
void pack(const Geometry& g, const void* weight, void* packed) {
  const float* taps = static_cast<const float*>(weight);
  float* to = static_cast<float*>(packed);
  const int64_t elements = tap_elements(g);
  for (int64_t tap = 0; tap < g.taps; ++tap, to += elements)
    repeat(g, elements, to, [&](int64_t channel) { return taps[channel * g.taps + tap]; });
}

int64_t scratch_bytes(const Geometry& g) { return tap_elements(g) * int64_t{sizeof(float)}; }  // the bias, repeated

// Where a tile lies, and what it computes from.
struct FlatTile {
  const float* plane;  // input (h.in, w.in, channels)
  const float* taps;
  const float* bias;
  float* dst;  // output row `oh`, number `first`
  int32_t oh;
  int64_t first, in, out;  // numbers of an input row and of an output row
};

// Loads vectors from number `at` of a row on. kEdge: some lie outside of it.
template <bool kEdge>
DEPTHWISE_INLINE void load_run(const float* row, int64_t at, int64_t in, V (&x)[kVectors]) {
  DEPTHWISE_UNROLL
  for (int v = 0; v < kVectors; ++v) {
    const int64_t begin = at + v * L;
    if (!kEdge || (begin >= 0 && begin + L <= in))
      x[v] = shared(V::load(row + begin));
    else
      x[v] = V::load(row + begin, V::Mask::range(static_cast<int>(min_of(max_of(-begin, 0), L)),
                                                 static_cast<int>(max_of(min_of(in - begin, L), 0))));
  }
}

// One input row, seen by rows [begin, end) of the tile. taps: those that row 0 meets; row r meets them r rows before.
template <int kPeriod, int kRows, bool kEdge, bool kAll>
DEPTHWISE_INLINE void add_row(const Geometry& g, const FlatTile& tile, const float* row, const float* taps, int begin,
                              int end, V (&sums)[kRows][kVectors]) {
  const int64_t step = int64_t{g.w.dilation} * g.in_channels, row_step = int64_t{g.w.kernel} * kPeriod * L;
  int64_t at = tile.first - int64_t{g.w.pad} * g.in_channels;
  for (int32_t kw = 0; kw < g.w.kernel; ++kw, at += step, taps += kPeriod * L) {
    V x[kVectors];
    load_run<kEdge>(row, at, tile.in, x);
    DEPTHWISE_UNROLL
    for (int r = 0; r < kRows; ++r) {
      if (!kAll && (r < begin || r >= end)) continue;
      DEPTHWISE_UNROLL
      for (int i = 0; i < kPeriod; ++i) {
        const V tap = V::load(taps - r * row_step + i * L);
        DEPTHWISE_UNROLL
        for (int v = i; v < kVectors; v += kPeriod) sums[r][v] = fma(x[v], tap, sums[r][v]);
      }
    }
  }
}

template <int kPeriod, int kRows, bool kEdge>
__attribute__((noinline)) void flat_tile(const Geometry& g, const FlatTile& tile) {
  V sums[kRows][kVectors];
  DEPTHWISE_UNROLL
  for (int r = 0; r < kRows; ++r) {
    DEPTHWISE_UNROLL
    for (int v = 0; v < kVectors; ++v) sums[r][v] = V::load(tile.bias + v % kPeriod * L);
  }
  for (int32_t index = 0; index < kRows - 1 + g.h.kernel; ++index) {
    const int32_t ih = tile.oh - g.h.pad + index;
    if (ih < 0 || ih >= g.h.in) continue;
    const float* row = tile.plane + ih * tile.in;
    const float* taps = tile.taps + int64_t{index} * g.w.kernel * kPeriod * L;
    const int begin = static_cast<int>(max_of(0, index - g.h.kernel + 1)), end = index + 1;
    if (!kEdge && begin == 0 && end >= kRows)
      add_row<kPeriod, kRows, false, true>(g, tile, row, taps, 0, kRows, sums);
    else
      add_row<kPeriod, kRows, kEdge, false>(g, tile, row, taps, begin, end, sums);
  }
  const int64_t rest = tile.out - tile.first;
  DEPTHWISE_UNROLL
  for (int r = 0; r < kRows; ++r) {
    DEPTHWISE_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      float* to = tile.dst + r * tile.out + v * L;
      if (!kEdge || rest >= (v + 1) * L)
        sums[r][v].store(to);
      else if (rest > v * L)
        sums[r][v].store(to, V::Mask::first(static_cast<int>(rest - v * L)));
    }
  }
}

// The rows from tile.oh on, all of their columns.
template <int kPeriod, int kRows>
void flat_rows(const Geometry& g, FlatTile tile) {
  const int64_t reach = int64_t{g.w.dilation} * (g.w.kernel - 1) * g.in_channels;
  const int64_t pad = int64_t{g.w.pad} * g.in_channels;
  for (; tile.first < tile.out; tile.first += kVectors * L, tile.dst += kVectors * L) {
    const int64_t end = tile.first + kVectors * L;
    const bool is_inside = tile.first >= pad && end - pad + reach <= tile.in && end <= tile.out;
    // Single rows are those of low images: the slower tile serves them, too.
    constexpr bool kEdge = kRows == 1;
    (is_inside ? flat_tile<kPeriod, kRows, kEdge> : flat_tile<kPeriod, kRows, true>)(g, tile);
  }
}

// Some rows; the last tile reaches back over rows that are done.
template <int kPeriod>
void flat_band(const Geometry& g, const FlatTile& band, int32_t rows) {
  for (int32_t row = 0; row < rows;) {
    const bool is_high = rows >= kTileRows;
    const int32_t at = is_high ? static_cast<int32_t>(min_of(row, rows - kTileRows)) : row;
    FlatTile tile = band;
    tile.oh += at;
    tile.dst += at * band.out;
    (is_high ? flat_rows<kPeriod, kTileRows> : flat_rows<kPeriod, 1>)(g, tile);
    row = at + (is_high ? kTileRows : 1);
  }
}

Bands bands(const Geometry& g) {
  Geometry row = g;
  row.w.out = static_cast<int32_t>(min_of(int64_t{g.w.out} * g.in_channels, int64_t{1} << 30));
  return item_bands(row, kTileRows);
}

int64_t work_items(const Geometry& g) { return g.d.out * bands(g).count; }

void run(const Geometry& g, const Operands& operands, void* scratch, int64_t begin, int64_t end) {
  const Bands cut = bands(g);
  const float* of_channel = static_cast<const float*>(operands.bias);
  float* const bias = static_cast<float*>(scratch);
  repeat(g, tap_elements(g), bias, [&](int64_t channel) { return of_channel ? of_channel[channel] : 0.0f; });
  FlatTile tile = {};
  tile.in = int64_t{g.w.in} * g.in_channels;
  tile.out = int64_t{g.w.out} * g.in_channels;
  tile.taps = static_cast<const float*>(operands.weight);
  tile.bias = bias;
  for (int64_t item = begin; item < end; ++item) {
    const int64_t depth = item / cut.count;
    tile.oh = static_cast<int32_t>(item % cut.count * cut.rows);
    const int32_t rows = static_cast<int32_t>(min_of(cut.rows, g.h.out - tile.oh));
    tile.plane = static_cast<const float*>(operands.src) + depth * g.h.in * tile.in;
    tile.dst = static_cast<float*>(operands.dst) + (depth * g.h.out + tile.oh) * tile.out;
    (period(g) == 1 ? flat_band<1> : flat_band<3>)(g, tile, rows);
    if (g.activation != Activation::kNone) activate_stored<V>(g.activation, tile.dst, rows * tile.out);
  }
}

const char* refuses(const Geometry& g) {
  if (g.layout != Layout::kChannelsLast) return "channels are first";
  if (g.in_per_group != 1) return "not depthwise";
  if (g.out_per_group != 1) return "a multiplier";
  if (g.h.stride != 1 || g.w.stride != 1) return "a stride in the plane";
  if (g.h.dilation != 1) return "a dilation down the plane";
  if (period(g) != 1 && period(g) != 3) return "channels that do not repeat after one or three vectors";
  if (g.d.kernel != 1 || g.d.stride != 1 || g.d.out != g.d.in) return "something happens along the depth";
  return nullptr;
}

double cost(const Geometry& g) {
  const int64_t row = int64_t{g.w.out} * g.in_channels, tile = int64_t{kVectors} * L;
  const double vectors = static_cast<double>(ceil_of(row, tile) * tile / L);
  const double rows = static_cast<double>(g.d.out) * g.h.out;
  return 200.0 + rows * vectors * (6.0 + 1.3 * static_cast<double>(g.taps));
}

constexpr Kernel kKernels[] = {
    {"depthwise_nhwc_flat", ElementType::kFloat32, true, refuses, cost, work_items, packed_bytes, pack, scratch_bytes,
     run, true},
};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise_nhwc_flat) = {DEPTHWISE_ISA_NAME, kKernels, 1};

}  // namespace depthwise
