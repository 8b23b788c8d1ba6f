// Computes: depthwise convolution, channels last, of any kernel, stride, dilation, padding and multiplier, with a
//   shared bank or not, in 1-D, 2-D and 3-D.  Refuses: layouts and groups that are something else; _w3, _w5, _w7 also
//   other widths of the kernel and a stride along the row.
// Loop order: output row, or two, of a residue of the dilation; with _w3, _w5, _w7 the columns that a dilation makes
//   share pixels; pixels of a tile, vector of channels, multiplier; then the taps: depth, height, width. Input rows
//   whose pixels meet in the first-level cache are copied first.
// In registers: the sums of up to 8 pixels of one row, with _w3 of up to 4 pixels of two (8 of 32 registers); with
//   _w3, _w5, _w7 also the taps of one kernel row for each output row.
// Reads beyond: nothing. The last vector of channels overlaps the one before it; fewer channels than lanes read
//   into the next pixel, and by mask where there is none.
#include "kernels/depthwise_nhwc_channels.h"
#include "kernels/depthwise_nhwc_plan.h"

namespace depthwise {
namespace {

// Pixels of a tile of two rows: 8 sums, 6 taps and a pixel fit 16 registers.
template <class V>
constexpr int kPairPixels = V::kRegisters >= 32 ? 8 : 4;

// Every `step`-th of columns [begin, end): of a dilated row, the outputs that share pixels.
struct Columns {
  int32_t begin, end, step, count;
};

// Whether tiles ask for the next one's input and outputs. Of more than a few kilobytes at once, nothing is gained.
template <class T>
bool asks_ahead(const Geometry& g) {
  return !copies_rows(g) && image_bytes(g) > kFarBytes &&
         int64_t{kTile} * g.in_channels * int64_t{sizeof(T)} <= (int64_t{8} << 10);
}

// Asks for what the next tile of a row reads first of all, and for its outputs: the processor does not foresee so many
// pixels side by side.
template <class V>
void ask_for_next(const NhwcTile<V>& tile, const Geometry& g, const RowGroup<typename V::Element>& group, int32_t ow) {
  using T = typename V::Element;
  constexpr int64_t kLine = 64 / sizeof(T);
  const int64_t out_row = int64_t{g.w.out} * g.out_channels * g.h.dilation;
  const int64_t seen = int64_t{ow + tile.pixels} * g.w.stride - g.w.pad + g.w.kernel - 1;
  const int64_t inputs = int64_t{tile.pixels} * g.w.stride * g.in_channels;
  const int64_t outputs = int64_t{tile.pixels} * g.out_channels;
  const T* dst = group.dst + int64_t{ow + tile.pixels} * g.out_channels;
  for (int r = 0; r < tile.rows; ++r, dst += out_row) {
    const T* src = group.inputs[group.count - tile.rows + r].src + seen * g.in_channels;
    for (int64_t i = 0; i < inputs; i += kLine) __builtin_prefetch(src + i, 0, 2);
    for (int64_t i = 0; i < outputs; i += kLine) __builtin_prefetch(dst + i, 1, 2);
  }
}

// A tile of several groups of output rows, one after the other: their input is then still in the first cache. first:
// the tile's first column, counted by steps.
template <class V>
void run_tiles(const NhwcTile<V>& tile, const Geometry& g, const LayerWork<typename V::Element>& layer,
               const RowGroup<typename V::Element>* groups, int32_t count, const Columns& columns, int32_t first) {
  const int32_t ow = columns.begin + first * columns.step, last = ow + (tile.pixels - 1) * columns.step;
  const bool is_inside = ow >= g.w.interior_begin && last < g.w.interior_end;
  // Between the columns of a step lie others' pixels.
  const int64_t owned = columns.step == 1 ? int64_t{columns.end - ow} * g.out_channels : 0;
  const bool asks = layer.asks_ahead && columns.step == 1 && last + tile.pixels < g.w.out;
  for (int32_t channel = 0; channel < g.in_channels; channel += layer.channels) {
    for (int32_t i = 0; i < count; ++i) {
      if (asks && groups[i].count > 0) ask_for_next<V>(tile, g, groups[i], ow);
      run_tile<V>(tile, is_inside ? tile.inside : tile.edge, g, layer, groups[i], {ow, columns.step, owned}, channel);
    }
  }
}

// The tiles of a kernel width, as data: code that chooses among them is there once for all widths.
template <class V>
struct TileSet {
  const NhwcTile<V>* rows;   // of one row: kRowSizes of them, the largest first
  const NhwcTile<V>* pairs;  // of two rows: of 1, 2, 3, 4 and the most pixels; null: none
  bool is_dilated;           // the pixels of a tile are the dilation apart
};
constexpr int kRowSizes = 4;

// Every size is a size too many of code: float64 and SSE2, which are seldom asked for, do without one.
template <class V>
constexpr bool kIsCommon = sizeof(typename V::Element) == 4 && DEPTHWISE_ISA_CODE != DEPTHWISE_IS_sse2;
template <class V, int K>
constexpr NhwcTile<V> kRowTiles[kRowSizes] = {nhwc_tile<V, K, 1, 8>(), nhwc_tile<V, K, 1, kIsCommon<V> ? 7 : 8>(),
                                              nhwc_tile<V, K, 1, 4>(), nhwc_tile<V, K, 1, 1>()};
template <class V, int K>
constexpr NhwcTile<V> kPairTiles[] = {nhwc_tile<V, K, 2, 1>(), nhwc_tile<V, K, 2, 2>(), nhwc_tile<V, K, 2, 3>(),
                                      nhwc_tile<V, K, 2, 4>(), nhwc_tile<V, K, 2, kPairPixels<V>>()};

template <class V, int K>
constexpr TileSet<V> tile_set() {
  if constexpr (K == 3)
    return {kRowTiles<V, K>, kPairTiles<V, K>, true};
  else
    return {kRowTiles<V, K>, nullptr, K > 0};
}

// The tile for a row of `pixels`. What it computes twice, where the last tile reaches back, is weighed against the
// tiles: each costs about as much as three pixels, as it reads the taps again and has few sums under way.
template <class V>
const NhwcTile<V>& row_tile(const TileSet<V>& tiles, int32_t pixels) {
  const NhwcTile<V>* best = nullptr;
  int32_t least = 0;
  for (int32_t i = 0; i < kRowSizes; ++i) {
    const NhwcTile<V>& tile = tiles.rows[i];
    if (tile.pixels > pixels) continue;
    const int32_t work = (pixels + tile.pixels - 1) / tile.pixels * (tile.pixels + 3);
    if (best && work >= least) continue;
    best = &tile;
    least = work;
  }
  return *best;
}

// Columns of some groups of one row; the last tile reaches back over pixels that are done.
template <class V>
void nhwc_rows(const TileSet<V>& tiles, const Geometry& g, const LayerWork<typename V::Element>& layer,
               const RowGroup<typename V::Element>* groups, int32_t count, const Columns& columns) {
  const NhwcTile<V>& tile = row_tile<V>(tiles, columns.count);
  for (int32_t done = 0; done < columns.count; done += tile.pixels) {
    const int32_t last = columns.count - tile.pixels;
    run_tiles<V>(tile, g, layer, groups, count, columns, done < last ? done : last);
  }
}

// Columns of some groups of two rows.
template <class V>
void nhwc_row_pairs(const TileSet<V>& tiles, const Geometry& g, const LayerWork<typename V::Element>& layer,
                    const RowGroup<typename V::Element>* groups, int32_t count, const Columns& columns) {
  int32_t step;
  for (int32_t done = 0; done < columns.count; done += step) {
    const int32_t left = columns.count - done;
    step = left >= kPairPixels<V> ? kPairPixels<V> : left >= 4 ? 4 : left;
    run_tiles<V>(tiles.pairs[step > 4 ? 4 : step - 1], g, layer, groups, count, columns, done);
  }
}

// Columns [begin, end) of some groups of one row or of two.
template <class V>
void nhwc_columns(const TileSet<V>& tiles, const Geometry& g, const LayerWork<typename V::Element>& layer,
                  const RowGroup<typename V::Element>* groups, int32_t count, bool are_pairs, int32_t begin,
                  int32_t end) {
  bool reads_last = false;
  for (int32_t i = 0; i < count; ++i) reads_last |= groups[i].reads_last;
  if (reads_last && g.in_channels < V::kLanes) {
    static constexpr NhwcTile<V> kMasked = {1, 1, nullptr, nhwc_sums<V, 0, 1, 1, true, true>};
    const int64_t pixel = g.out_channels;
    for (int32_t i = 0; i < count; ++i)
      for (int32_t ow = begin; ow < end; ++ow)
        run_tile<V>(kMasked, kMasked.edge, g, layer, groups[i], {ow, 1, (end - ow) * pixel}, 0);
    return;
  }
  const int32_t step = tiles.is_dilated ? g.w.dilation : 1;
  for (int32_t phase = begin; phase < end && phase - begin < step; ++phase) {
    const Columns columns = {phase, end, step, (end - phase + step - 1) / step};
    if (are_pairs)
      nhwc_row_pairs<V>(tiles, g, layer, groups, count, columns);
    else
      nhwc_rows<V>(tiles, g, layer, groups, count, columns);
  }
}

template <class T>
__attribute__((noinline)) void run_items(const TileSet<Vec<T>>& tiles, const Geometry& g, const Operands& operands,
                                         void* scratch, int64_t begin, int64_t end) {
  using V = Vec<T>;
  const Cut c = cut(g);
  const int64_t all_rows = int64_t{g.d.out} * g.h.out;
  // Rows are taken in pairs of square kernels that leave room for the sums, and whole vectors of channels.
  const bool pairs = tiles.pairs && g.h.kernel == g.w.kernel && g.in_channels >= V::kLanes;
  const Together most = together(g, V::kLanes);
  const LayerWork<T> layer = {static_cast<const T*>(operands.weight), static_cast<const T*>(operands.bias),
                              most.channels, asks_ahead<T>(g)};
  InputRow<T>* const inputs = static_cast<InputRow<T>*>(scratch);
  RowGroup<T> groups[kGroupsTogether] = {};
  for (int32_t i = 0; i < most.groups; ++i) groups[i].inputs = inputs + i * most_inputs(g);
  const bool copies = copies_rows(g);
  RowCopies<T> copied(g, static_cast<const T*>(operands.src), copies ? inputs + most.groups * most_inputs(g) : nullptr);
  const auto find = [&](int64_t row) {
    return copies ? copied.of(row) : static_cast<const T*>(operands.src) + row * g.w.in * g.in_channels;
  };
  for (int64_t item = begin; item < end; ++item) {
    int64_t row = item / c.column_items * c.rows;
    const int64_t row_end = row + c.rows < all_rows ? row + c.rows : all_rows;
    const int32_t ow = static_cast<int32_t>(item % c.column_items * c.columns);
    const int32_t ow_end = static_cast<int32_t>(ow + c.columns < g.w.out ? ow + c.columns : g.w.out);
    while (row < row_end) {
      // As many groups of one kind as may be worked on together.
      const bool of_pair = pairs && row + 1 < row_end && is_pair(g, row_at(g, row));
      int32_t count = 0;
      do {
        const int64_t at = row_at(g, row);
        groups[count].dst = static_cast<T*>(operands.dst) + at * g.w.out * g.out_channels;
        groups[count].pixel = copies ? copied_pixel(g) : g.in_channels;
        copied.begin_group();
        find_rows(g, at, of_pair, V::kLanes, find, &groups[count++]);
        row += of_pair ? 2 : 1;
      } while (count < most.groups && row < row_end &&
               of_pair == (pairs && row + 1 < row_end && is_pair(g, row_at(g, row))));
      nhwc_columns<V>(tiles, g, layer, groups, count, of_pair, ow, ow_end);
    }
  }
}

template <class T, int K>
void run(const Geometry& g, const Operands& operands, void* scratch, int64_t begin, int64_t end) {
  static constexpr TileSet<Vec<T>> kTiles = tile_set<Vec<T>, K>();
  run_items<T>(kTiles, g, operands, scratch, begin, end);
}

template <int K>
const char* refuses(const Geometry& g) {
  if (g.layout != Layout::kChannelsLast) return "channels are first";
  if (g.in_per_group != 1) return "not depthwise";
  if (K == 0) return nullptr;
  if (g.w.kernel != K) return "another kernel width";
  if (g.w.stride != 1) return "a stride along the row";
  return nullptr;
}

template <class T, int K>
double cost(const Geometry& g) {
  const double vectors = static_cast<double>(channel_vectors(g, Vec<T>::kLanes)) * g.out_per_group;
  const double pixels = static_cast<double>(g.d.out) * g.h.out * g.w.out;
  // Less than a vector goes by way of memory.
  const double apart = g.in_channels < Vec<T>::kLanes ? 20.0 : 0.0;
  const double store = g.out_per_group == 1 ? 1.0 + apart : g.out_per_group == 2 ? 4.0 + apart : 2.0 * Vec<T>::kLanes;
  const double tap = K == 0 ? 0.75 : 0.53, pixel = K == 0 ? 3.0 : 1.0;
  return 100.0 + vectors * pixels * (store + pixel + tap * static_cast<double>(g.taps));
}

int64_t work_items(const Geometry& g) {
  const Cut c = cut(g);
  return c.row_items * c.column_items;
}

// The input rows of the groups that are worked on together, and their copies.
template <class T>
int64_t scratch_bytes(const Geometry& g) {
  const int64_t inputs = most_inputs(g) * together(g, Vec<T>::kLanes).groups * int64_t{sizeof(InputRow<T>)};
  return inputs + (copies_rows(g) ? RowCopies<T>::scratch_bytes(g) : 0);
}

template <class T, int K>
constexpr Kernel kernel(const char* name, ElementType element) {
  return {name,    element,          true,      refuses<K>, cost<T, K>, work_items, packed_bytes<T>,
          pack<T>, scratch_bytes<T>, run<T, K>, true};
}

constexpr Kernel kKernels[] = {
#if DEPTHWISE_ISA_CODE != DEPTHWISE_IS_sse2  // depthwise_nhwc does
    kernel<float, 3>("depthwise_nhwc_w3", ElementType::kFloat32),
    kernel<float, 5>("depthwise_nhwc_w5", ElementType::kFloat32),
    kernel<float, 7>("depthwise_nhwc_w7", ElementType::kFloat32),
#endif
    kernel<float, 0>("depthwise_nhwc", ElementType::kFloat32),
#if DEPTHWISE_ISA_CODE != DEPTHWISE_IS_avx512 && DEPTHWISE_ISA_CODE != DEPTHWISE_IS_sse2  // AVX2's serves; the formula
    kernel<double, 0>("depthwise_nhwc", ElementType::kFloat64),
#endif
};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise_nhwc) = {
    DEPTHWISE_ISA_NAME, kKernels, static_cast<int32_t>(sizeof kKernels / sizeof kKernels[0])};

}  // namespace depthwise
