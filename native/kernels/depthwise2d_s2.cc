// Computes: 3x3 and 5x5 depthwise convolution, stride 2, channels first, any padding; multiplier and shared bank too.
// Refuses: other sizes, strides, dilations, layouts; padding that is not zeros; float64.
// Loop order: output channel; 3x3 band of rows, two rows, vector of columns; 5x5 and odd padding tile of rows, block of
//   columns, tap column, input row.
// In registers: nine taps, the sums of two rows (depthwise2d_s2_rows.h); the sums of a tile, the taps of one column
//   (depthwise2d_s2_tile.h).  Reads beyond: nothing.
#include "kernels/depthwise2d_s2_rows.h"
#include "kernels/depthwise2d_s2_tile.h"

namespace depthwise {
namespace {

template <class V, int kKernel>
struct S2Blocks {
  static constexpr int kKept = 8;
  int32_t count;
  S2Block<V, kKernel> kept[kKept];

  explicit S2Blocks(const Axis& w) : count(static_cast<int32_t>(ceil_of(w.out, V::kLanes))) {
    for (int32_t i = 0; i < kKept && i < count; ++i) kept[i] = make(w, i);
  }
  // The last block is moved back so that it ends with the row; what it computes again has the same bits.
  static DEPTHWISE_INLINE S2Block<V, kKernel> make(const Axis& w, int32_t i) {
    const int64_t last = max_of(0, w.out - V::kLanes);
    return s2_block<V, kKernel>(w, static_cast<int32_t>(min_of(int64_t{i} * V::kLanes, last)));
  }
};

template <class V, int kKernel>
struct S2Walk {
  using T = typename V::Element;
  const Geometry& g;
  const S2Tiles<V, kKernel>& tiles;
  const S2Blocks<V, kKernel> blocks;

  S2Walk(const Geometry& geometry, const S2Tiles<V, kKernel>& of_height)
      : g(geometry), tiles(of_height), blocks(geometry.w) {}

  // Whether plain loads of a tile's output rows from `oh` on stay inside the image.
  bool loads_stay_inside(const Channel<T>& channel, const S2Block<V, kKernel>& block, int32_t oh) const {
    const int64_t first_ih = int64_t{oh} * 2 - g.h.pad;
    const int64_t first = max_of(0, first_ih), last = min_of(g.h.in, first_ih + 2 * (tiles.rows - 1) + kKernel) - 1;
    return first * g.w.in + block.iw >= channel.src_begin - channel.src &&
           last * g.w.in + block.iw + kKernel - 1 + 2 * V::kLanes - 1 <= channel.src_end - channel.src;
  }

  // A tile's output rows from `oh` on, or the fewer that exist.
  struct TileRow {
    bool fits;                   // else padding that no tile knows
    int top, bottom;             // input rows in the padding
    int64_t src, dst, first_ih;  // src and dst from the beginning of the plane
    int32_t oh, rows;
  };

  DEPTHWISE_INLINE TileRow tile_row(int32_t oh, int32_t end) const {
    TileRow row;
    row.oh = oh;
    row.rows = static_cast<int32_t>(min_of(int64_t{end} - oh, tiles.rows));
    row.first_ih = int64_t{oh} * 2 - g.h.pad;
    row.src = row.first_ih * g.w.in;
    row.dst = int64_t{oh} * g.w.out;
    const int64_t top = max_of(0, -row.first_ih);
    const int64_t bottom = max_of(0, row.first_ih + 2 * (tiles.rows - 1) + kKernel - g.h.in);
    row.top = static_cast<int>(top);
    row.bottom = static_cast<int>(bottom);
    row.fits = row.rows == tiles.rows && top <= kKernel / 2 && bottom <= kKernel / 2;
    return row;
  }

  DEPTHWISE_INLINE void run_block(const S2Shape<T>& shape, const Channel<T>& channel, const TileRow& row,
                                  const S2Block<V, kKernel>& block, bool is_guarded) const {
    T* const dst = channel.dst + row.dst + block.ow;
    if (row.fits && (block.columns == S2Columns::kInside || (block.iw >= -kKernel && !is_guarded) ||
                     loads_stay_inside(channel, block, row.oh)))
      tiles.tile_of(block.columns)(shape, block, channel.src + row.src + block.iw, dst, channel.taps, channel.bias,
                                   row.top, row.bottom);
    else
      s2_copied_tile<V, kKernel>(tiles, g, channel, block.ow, block.iw, row.first_ih, row.rows, dst);
  }

  // Output rows [begin, end) of one channel.
  void run_rows(const Channel<T>& channel, int32_t begin, int32_t end, const T* limit, bool is_guarded) const {
    const S2Shape<T> shape = {g.w.in, g.w.out, g.activation, g.w.out, limit};
    const int32_t kept = blocks.count < blocks.kKept ? blocks.count : blocks.kKept;
    for (int32_t next = begin; next < end; next += tiles.rows) {
      // The last tile is moved back into the band, too.
      const TileRow row = tile_row(static_cast<int32_t>(max_of(begin, min_of(next, int64_t{end} - tiles.rows))), end);
      const T* ahead = channel.src + row.src + (2 * tiles.rows + kKernel / 2) * int64_t{g.w.in};
      for (int32_t i = 0; i < blocks.count; ++i) {
        // The rows of the next tile, a block's share of each.
        const T* line = ahead + 2 * i * V::kLanes;
        for (int n = 2 * tiles.rows; n > 0; --n, line += g.w.in) prefetch(line);
        if (i < kept)
          run_block(shape, channel, row, blocks.kept[i], is_guarded);
        else
          run_block(shape, channel, row, blocks.make(g.w, i), is_guarded);
      }
    }
  }
};

// 3x3 by pairs of rows; false where they do not take the geometry. Bands of one row, and those whose plain loads would
// leave the image, go by tiles.
template <class V>
bool run_pairs(const S2Walk<V, 3>& s2, const Operands& operands, const Bands& items, int64_t begin, int64_t end) {
  using T = typename V::Element;
  const Geometry& g = s2.g;
  const int32_t step = s2.tiles.rows;
  if (!has_wide_rows<V>(g)) return false;
  for_each_band<T>(g, operands, begin, end, items, band_rows(g, items.rows, step), step,
                   [&](const Rows<T>& rows, const ItemWalk&) DEPTHWISE_INLINE_LAMBDA {
                     const Channel<T>& channel = rows.channel;
                     T* const dst = channel.dst + int64_t{rows.begin} * g.w.out;
                     const int64_t first_ih = int64_t{rows.begin} * 2 - g.h.pad;
                     const int64_t first = max_of(0, first_ih);
                     const int64_t last = min_of(g.h.in, first_ih + 2 * (rows.end - rows.begin) + 1) - 1;
                     const bool stays = first * g.w.in - g.w.pad - 1 >= channel.src_begin - channel.src &&
                                        last * g.w.in - g.w.pad + 2 * g.w.out + 1 <= channel.src_end - channel.src;
                     if (stays && rows.end - rows.begin > 1)
                       s2_rows<V>(wide_shape(rows), g.w.out, first_src_row(rows), dst, channel.taps, channel.bias);
                     else
                       s2.run_rows(channel, rows.begin, rows.end, rows.limit, true);
                     finish_rows<V>(g.activation, dst, int64_t{rows.end - rows.begin} * g.w.out);
                   });
  return true;
}

// Rows of a tile: as many as their sums and a column of taps leave registers for, fewer for low planes.
int32_t tile_rows(const Geometry& g) { return g.h.out < kMostS2Rows ? 4 : kMostS2Rows; }

template <class T, int kKernel>
void run(const Geometry& g, const Operands& operands, int64_t begin, int64_t end) {
  using V = Vec<T>;
  static constexpr S2Tiles<V, kKernel> kLow = s2_tiles<V, kKernel, 4>(), kHigh = s2_tiles<V, kKernel, kMostS2Rows>();
  const S2Tiles<V, kKernel>& tiles = tile_rows(g) == kLow.rows ? kLow : kHigh;
  const Bands items = item_bands(g, tiles.rows);
  const S2Walk<V, kKernel> s2(g, tiles);
  if constexpr (kKernel == 3) {
    if (run_pairs(s2, operands, items, begin, end)) return;
  }
  T* const dst = static_cast<T*>(operands.dst);
  const T* const owned_end = dst + end * g.dst_plane;  // where an item is a whole plane
  const int64_t guard_begin = ceil_of(kKernel, g.src_plane);
  const int64_t guard_end = g.groups - ceil_of(kKernel + 2 * V::kLanes, g.src_plane);
  // A plane that is one tile costs little more than its multiply-adds: everything about it is known here.
  const bool is_tile = items.count == 1 && g.h.out <= tiles.rows && s2.blocks.count == 1;
  const typename S2Walk<V, kKernel>::TileRow tile_row = s2.tile_row(0, g.h.out);
  const S2Shape<T> tile_shape = {g.w.in, g.w.out, g.activation, g.w.out, owned_end};
  ItemWalk walk(g, items, begin);
  for (int64_t item = begin; item < end; ++item, walk.next()) {
    const Channel<T> channel = channel_of<T>(g, operands, walk);
    const bool is_guarded = walk.group < guard_begin || walk.group >= guard_end;
    if (is_tile) {
      s2.run_block(tile_shape, channel, tile_row, s2.blocks.kept[0], is_guarded);
    } else {
      const int32_t first = static_cast<int32_t>(walk.row());
      const int32_t last = static_cast<int32_t>(min_of(first + items.rows, g.h.out));
      s2.run_rows(channel, first, last, items.count == 1 ? owned_end : channel.dst + int64_t{last} * g.w.out,
                  is_guarded);
      finish_rows<V>(g.activation, channel.dst + int64_t{first} * g.w.out, int64_t{last - first} * g.w.out);
    }
  }
  if (is_tile) finish_rows<V>(g.activation, dst + begin * g.dst_plane, (end - begin) * g.dst_plane);
}

template <int kKernel>
const char* refuses(const Geometry& g) {
  return refuses_planes(g, kKernel, 2);
}

// Two loads and two shuffles for each tap column and input row of a vector; half of them also multiply-adds.
template <class T, int kKernel>
double cost(const Geometry& g) {
  const int32_t rows = tile_rows(g);
  const double blocks = static_cast<double>(ceil_of(g.w.out, Vec<T>::kLanes));
  const double tiles = static_cast<double>(ceil_of(g.h.out, rows));
  // Every other float of two vectors of 64 bytes: one of them, at least, crosses a cache line.
  const double input = Vec<T>::kLanes > 8 ? 2.1 : 1.3;
  return static_cast<double>(g.out_channels) * g.d.out *
         (blocks * tiles * (kKernel * (2 * rows + kKernel) * input + 20) + 30);
}

template <class T, int kKernel>
constexpr Kernel kernel(const char* name, ElementType element) {
  return unpacked_kernel(name, element, refuses<kKernel>, cost<T, kKernel>, item_count<tile_rows>,
                         run_depths<tile_rows, run<T, kKernel>>);
}

// float64: depthwise_any.
constexpr Kernel kKernels[] = {
    kernel<float, 3>("depthwise2d_k3_s2", ElementType::kFloat32),
    kernel<float, 5>("depthwise2d_k5_s2", ElementType::kFloat32),
};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise2d_s2) = {
    DEPTHWISE_ISA_NAME, kKernels, static_cast<int32_t>(sizeof kKernels / sizeof kKernels[0])};

}  // namespace depthwise
