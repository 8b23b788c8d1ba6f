// How a depthwise layer, channels first, is cut into bands: a band is some output rows of some output depths of one
// channel, small enough that its padded input rows fit in scratch near the core.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE_ANY_BANDS_H_
#define DEPTHWISE_KERNELS_DEPTHWISE_ANY_BANDS_H_

#include "kernels/depthwise_any_rows.h"
#include "kernels/family.h"

namespace depthwise {
namespace {

// What lies in memory behind a plane of a band, input and output, is nearly always what is worked on next. Tiles that
// walk down several rows at once ask for it early, a little with each tile: the processor does not see such a walk.
struct Ahead {
  const char *src, *src_end;  // to the end of the image
  const char *dst, *dst_end;
};

// Asks for `lines` cache lines of either.
static DEPTHWISE_INLINE void look_ahead(Ahead* ahead, int lines) {
  if (ahead->src + lines * 64 > ahead->src_end || ahead->dst + lines * 64 > ahead->dst_end) return;
#pragma GCC unroll 4
  for (int line = 0; line < lines; ++line) {
    __builtin_prefetch(ahead->src + line * 64, 0, 2);
    __builtin_prefetch(ahead->dst + line * 64, 1, 2);
  }
  ahead->src += lines * 64;
  ahead->dst += lines * 64;
}

// One plane of a band as the tiles see it: output rows [0, rows) of one output channel at one output depth.
// Padded rows [valid_begin, valid_end) hold input; those around them are zeros.
template <class T>
struct Band {
  const T* const* planes;  // [kd]: padded row 0 of the band, of the input plane that this depth tap reads
  const T* const* inputs;  // [kd]: that input plane itself (h.in, w.in)
  int32_t ih;              // the input row that padded row 0 stands for
  Ahead* ahead;
  const int64_t* column;  // [kw]: where the tap's column for output column 0 lies in a padded row
  int64_t row_stride;     // elements between two padded rows
  int32_t valid_begin, valid_end;
  int32_t kd_begin, kd_end;  // depth taps inside the input
  int32_t rows;
  const T* taps;  // (d.kernel, h.kernel, w.kernel)
  T bias;
  T* dst;  // (rows, w.out)
};

// How the scratch of a thread is laid out, and how the work is cut.
struct Bands {
  bool fills;            // whether there are padded rows at all
  int32_t rows, depths;  // outputs of one band, but for the last ones
  int32_t row_bands, depth_bands;
  int32_t padded_rows;            // of a band
  int32_t phases, length;         // of a padded row; `length` columns of a phase are read
  int32_t left_end, right_begin;  // columns [0, left_end) and [right_begin, length) are filled
  int64_t pitch, row_stride;      // elements
  int64_t slot_stride;            // elements of one input plane of a band
  int32_t slots;                  // input planes that are kept
  int64_t items;
  int64_t planes_bytes, columns_bytes, tags_bytes, phases_bytes;  // the tables before the planes
  int64_t scratch_bytes;
};

constexpr int64_t kBandMultiplyAdds = int64_t{1} << 20;   // of one item, about
constexpr int64_t kBandScratchBytes = int64_t{96} << 10;  // of a band, where its rows leave the choice
constexpr int64_t kMostScratchBytes = int64_t{256} << 20;

constexpr int32_t kAllPadded = 0;
constexpr int32_t kNonePadded = -1;

static inline int64_t round_up(int64_t size, int64_t to) { return (size + to - 1) / to * to; }

// Elements between two padded rows: whole cache lines, room for the vector that begins at the last column, and no
// multiple of a page, where rows would fight for the same cache sets.
static inline int64_t row_pitch(int32_t length, int lanes, int64_t element) {
  int64_t bytes = round_up((int64_t{length} + 2 * lanes) * element, 64);
  if (bytes % 1024 == 0) bytes += 64;
  return bytes / element;
}

// `row_step`: rows that a tile takes at once, times the distance between them; bands are multiples of it if possible.
// `edge_tile`: columns of the widest tile, where tiles that see no padding along the row read the input itself and only
// the others read padded rows; kAllPadded where all do, kNonePadded where none does. `least_rows`: fewer rows in a band
// are not worth the rows above and below that are copied with them.
static inline Bands make_bands(const Geometry& g, int lanes, int32_t row_step, int32_t least_rows,
                               int32_t edge_tile = kAllPadded) {
  const int64_t element = static_cast<int64_t>(element_bytes(g.element));
  Bands b = {};
  const int32_t reach_w = reach(g.w), reach_h = reach(g.h), reach_d = reach(g.d);
  b.phases = g.w.stride < reach_w ? g.w.stride : reach_w;
  b.length = static_cast<int32_t>(g.w.out + (reach_w - 1) / g.w.stride);
  b.left_end = b.right_begin = b.length;
  if (edge_tile > 0 && g.w.stride == 1) {
    // Without padding no tile reads them, but where the whole row is narrower than one.
    const int32_t left = g.w.interior_begin > 0 ? g.w.interior_begin + edge_tile + reach_w : 0;
    const int32_t right = g.w.interior_end < g.w.out ? g.w.interior_end - edge_tile : b.length;
    if (left < right && g.w.out > edge_tile) {
      b.left_end = left;
      b.right_begin = right;
    }
  }
  b.pitch = row_pitch(b.length, lanes, element);
  b.row_stride = b.phases * b.pitch;
  // A plane is kept for the next output depths; where taps lie far apart, it is read again instead.
  b.slots = reach_d <= 16 ? reach_d : g.d.kernel;

  const int64_t row_work = capped_product(capped_product(g.taps, g.out_per_group), g.w.out);
  int64_t rows = kBandMultiplyAdds / (row_work + 1) + 1;
  if (rows < least_rows) rows = least_rows;
  const int64_t row_bytes = b.row_stride * element * b.slots;
  const int64_t fitting = (kBandScratchBytes / row_bytes - reach_h) / g.h.stride + 1;
  // At least as many rows as the taps reach over, so that most of what is copied is used by several outputs.
  const int64_t least = (reach_h - 1) / g.h.stride + 1;
  b.fills = edge_tile != kNonePadded;
  if (b.fills && rows > fitting) rows = fitting > least ? fitting : least;
  if (rows > row_step) rows = rows / row_step * row_step;
  if (rows > g.h.out) rows = g.h.out;
  b.row_bands = static_cast<int32_t>((g.h.out + rows - 1) / rows);
  b.rows = static_cast<int32_t>((g.h.out + b.row_bands - 1) / b.row_bands);  // even bands
  if (b.rows > row_step) b.rows = static_cast<int32_t>(round_up(b.rows, row_step));
  b.row_bands = (g.h.out + b.rows - 1) / b.rows;
  const int64_t depth_work = capped_product(row_work, b.rows);
  int64_t depths = 2 * kBandMultiplyAdds / (depth_work + 1) + 1;
  if (depths < reach_d) depths = reach_d;
  if (depths > g.d.out) depths = g.d.out;
  b.depth_bands = static_cast<int32_t>((g.d.out + depths - 1) / depths);
  b.depths = static_cast<int32_t>((g.d.out + b.depth_bands - 1) / b.depth_bands);
  b.depth_bands = (g.d.out + b.depths - 1) / b.depths;

  b.padded_rows = static_cast<int32_t>(int64_t{b.rows - 1} * g.h.stride + reach_h);
  b.slot_stride = b.fills ? b.row_stride * b.padded_rows : 0;
  b.items = int64_t{g.groups} * b.depth_bands * b.row_bands;
  b.planes_bytes = round_up(2 * g.d.kernel * int64_t{sizeof(void*)}, 64);
  b.columns_bytes = round_up(g.w.kernel * int64_t{sizeof(int64_t)}, 64);
  b.tags_bytes = round_up(b.slots * int64_t{sizeof(int32_t)}, 64);
  b.phases_bytes = round_up(b.phases * int64_t{sizeof(Phase)}, 64);
  b.scratch_bytes = b.planes_bytes + b.columns_bytes + b.tags_bytes + b.phases_bytes +
                    round_up(b.slot_stride * element, 64) * b.slots;
  return b;
}

// Why no kernel of this kind may take the geometry, or nullptr.
static inline const char* refuses_bands(const Geometry& g) {
  if (g.layout != Layout::kChannelsFirst) return "channels are last";
  if (g.in_per_group != 1) return "not depthwise";
  const int64_t length = int64_t{g.w.out} + (int64_t{g.w.dilation} * (g.w.kernel - 1)) / g.w.stride;
  const int64_t rows = int64_t{g.h.dilation} * (g.h.kernel - 1) + g.h.stride + 1;
  const int64_t slots = g.d.kernel > 16 ? g.d.kernel : 16;
  const int64_t phases = g.w.stride < 16 ? g.w.stride : g.w.kernel < g.w.stride ? g.w.kernel : g.w.stride;
  const double bytes = 8.0 * static_cast<double>(length + 64) * static_cast<double>(phases) *
                       static_cast<double>(rows) * static_cast<double>(slots);
  if (bytes > static_cast<double>(kMostScratchBytes)) return "the padded rows of one band would be too large";
  return nullptr;
}

// Cycles to fill the scratch for one image.
static inline double fill_cycles(const Geometry& g, const Bands& b, int lanes) {
  if (!b.fills) return static_cast<double>(b.items) * 150.0;
  const double loads = g.w.stride == 1 ? 1.2 / lanes : g.w.stride == 2 ? 2.5 / lanes : 1.5;
  const double columns = b.left_end + b.length - b.right_begin;
  const double depths = static_cast<double>(b.depths - 1) * g.d.stride + reach(g.d);
  return static_cast<double>(b.items) * (150.0 + depths * b.padded_rows * (12.0 + loads * columns * b.phases));
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE_ANY_BANDS_H_
