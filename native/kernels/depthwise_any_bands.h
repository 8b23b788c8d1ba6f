// How a depthwise layer, channels first, is cut into bands: a band is some output rows of some output depths of one
// channel, small enough that its padded input rows fit in scratch near the core. run_bands() fills the scratch and
// hands each plane of a band to a kernel's tiles, which store plain sums; all multipliers of a channel share one
// filling.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE_ANY_BANDS_H_
#define DEPTHWISE_KERNELS_DEPTHWISE_ANY_BANDS_H_

#include "kernels/activation.h"
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
  const T* zeros;          // a vector of them
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
constexpr int64_t kNearBytes = int64_t{1} << 20;          // an image, input and output, that stays in the second cache
constexpr int64_t kMostScratchBytes = int64_t{256} << 20;

constexpr int32_t kAllPadded = 0;
constexpr int32_t kNonePadded = -1;

static inline int64_t round_up(int64_t size, int64_t to) { return (size + to - 1) / to * to; }
static inline int32_t reach(const Axis& axis) { return axis.dilation * (axis.kernel - 1) + 1; }

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

  const int64_t row_work = int64_t{g.w.out} * g.taps * g.out_per_group;
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
  const int64_t depth_work = row_work * b.rows;
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
  const int64_t zeros_bytes = 64;  // one vector of any ISA
  b.scratch_bytes = b.planes_bytes + b.columns_bytes + b.tags_bytes + b.phases_bytes + zeros_bytes +
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

// The state of one thread's scratch while it works through its items.
template <class V>
struct BandScratch {
  using T = typename V::Element;
  const Geometry& g;
  const Bands& b;
  const T** planes;
  const T** inputs;
  int64_t* column;
  int32_t* tags;  // [slot]: the padded depth that it holds, or -1
  Phase* phases;
  T* zeros;
  T* slots;

  void init(void* scratch) {
    char* at = static_cast<char*>(scratch);
    planes = reinterpret_cast<const T**>(at);
    inputs = planes + g.d.kernel;
    column = reinterpret_cast<int64_t*>(at + b.planes_bytes);
    tags = reinterpret_cast<int32_t*>(at + b.planes_bytes + b.columns_bytes);
    phases = reinterpret_cast<Phase*>(at + b.planes_bytes + b.columns_bytes + b.tags_bytes);
    zeros = reinterpret_cast<T*>(at + b.planes_bytes + b.columns_bytes + b.tags_bytes + b.phases_bytes);
    slots = zeros + 64 / sizeof(T);
    V::zero().store(zeros);
    for (int32_t phase = 0; phase < b.phases; ++phase) phases[phase] = make_phase(g.w, phase, b.length);
    for (int32_t kw = 0; kw < g.w.kernel; ++kw) {
      const int64_t offset = int64_t{kw} * g.w.dilation;
      column[kw] = offset % g.w.stride * b.pitch + offset / g.w.stride;
    }
  }

  void forget() {
    for (int32_t slot = 0; slot < b.slots; ++slot) tags[slot] = -1;
  }

  // Fills rows [0, count) of a slot from one input plane, beginning at input row `ih` (which may be in the padding).
  void fill_slot(const T* src_plane, int32_t ih, int32_t count, T* slot) {
    for (int32_t row = 0; row < count; ++row, slot += b.row_stride) {
      const bool inside = ih + row >= 0 && ih + row < g.h.in;
      const T* src_row = inside ? src_plane + int64_t{ih + row} * g.w.in : nullptr;
      for (int32_t phase = 0; phase < b.phases; ++phase) {
        T* row_phase = slot + phase * b.pitch;
        fill_columns<V>(src_row, g.w.stride, phases[phase], 0, b.left_end, row_phase);
        if (b.right_begin < b.length)
          fill_columns<V>(src_row, g.w.stride, phases[phase], b.right_begin, b.length, row_phase);
      }
    }
  }

  // Points `planes` at the input planes of output depth `od`, [kd_begin, kd_end) of them, filling what is missing.
  void load_depth(const T* src_channel, int32_t od, int32_t ih, int32_t count, Band<T>* band) {
    band->kd_begin = g.d.kernel;
    band->kd_end = 0;
    for (int32_t kd = 0; kd < g.d.kernel; ++kd) {
      const int32_t padded = od * g.d.stride + kd * g.d.dilation;
      const int32_t id = padded - g.d.pad;
      if (id < 0 || id >= g.d.in) continue;
      if (kd < band->kd_begin) band->kd_begin = kd;
      band->kd_end = kd + 1;
      const int32_t slot = b.slots == reach(g.d) ? padded % b.slots : kd;
      T* slot_plane = slots + slot * b.slot_stride;
      inputs[kd] = src_channel + int64_t{id} * g.h.in * g.w.in;
      if (b.fills && tags[slot] != padded) {
        fill_slot(inputs[kd], ih, count, slot_plane);
        tags[slot] = padded;
      }
      planes[kd] = slot_plane;
    }
  }
};

// The activation of `count` sums that were just stored and are still near the core. Out of line: its polynomials would
// otherwise stand in every tile.
template <class V>
__attribute__((noinline)) void activate_run(Activation activation, typename V::Element* dst, int64_t count) {
  int64_t i = 0;
  for (; i + V::kLanes <= count; i += V::kLanes) activate(activation, V::load(dst + i)).store(dst + i);
  if (i == count) return;
  const typename V::Mask live = V::Mask::first(static_cast<int>(count - i));
  activate(activation, V::load(dst + i, live)).store(dst + i, live);
}

// Runs items [begin, end): Tiles::plane(g, bands, band) computes one plane of a band.
template <class V, class Tiles>
void run_bands(const Geometry& g, const Bands& b, const Operands& operands, void* scratch, int64_t begin, int64_t end) {
  using T = typename V::Element;
  BandScratch<V> state = {g, b, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr};
  state.init(scratch);
  const int64_t per_channel = int64_t{b.depth_bands} * b.row_bands;
  for (int64_t item = begin; item < end; ++item) {
    const int32_t ic = static_cast<int32_t>(item / per_channel);
    const int32_t depth_band = static_cast<int32_t>(item % per_channel / b.row_bands);
    const int32_t row_band = static_cast<int32_t>(item % b.row_bands);
    const int32_t oh = row_band * b.rows, od_begin = depth_band * b.depths;
    const int32_t od_end = od_begin + b.depths < g.d.out ? od_begin + b.depths : g.d.out;
    Band<T> band = {};
    band.planes = state.planes;
    band.inputs = state.inputs;
    band.column = state.column;
    band.row_stride = b.row_stride;
    band.rows = b.rows < g.h.out - oh ? b.rows : g.h.out - oh;
    const int32_t ih = oh * g.h.stride - g.h.pad;  // of padded row 0
    band.ih = ih;
    band.zeros = state.zeros;
    const int32_t count = (band.rows - 1) * g.h.stride + reach(g.h);
    band.valid_begin = ih >= 0 ? 0 : -ih < count ? -ih : count;
    band.valid_end = g.h.in - ih < count ? g.h.in - ih : count;
    if (band.valid_end < band.valid_begin) band.valid_end = band.valid_begin;
    const T* src_channel = static_cast<const T*>(operands.src) + ic * g.src_plane;
    Ahead ahead = {};
    const bool is_far = (g.src_elements + g.dst_elements) * int64_t{sizeof(T)} > kNearBytes;
    ahead.src_end = static_cast<const char*>(operands.src) + g.src_elements * int64_t{sizeof(T)};
    ahead.dst_end = static_cast<const char*>(operands.dst) + g.dst_elements * int64_t{sizeof(T)};
    band.ahead = &ahead;
    state.forget();
    for (int32_t od = od_begin; od < od_end; ++od) {
      state.load_depth(src_channel, od, ih, count, &band);
      const int64_t last_id = int64_t{od} * g.d.stride - g.d.pad + int64_t{band.kd_end - 1} * g.d.dilation;
      ahead.src = reinterpret_cast<const char*>(src_channel + (last_id * g.h.in + ih + band.valid_end) * g.w.in);
      for (int32_t multiple = 0; multiple < g.out_per_group; ++multiple) {
        const int64_t oc = int64_t{ic} * g.out_per_group + multiple;
        const int64_t kernel = g.shared_bank ? multiple : oc;
        band.taps = static_cast<const T*>(operands.weight) + kernel * g.taps;
        band.bias = operands.bias ? static_cast<const T*>(operands.bias)[kernel] : T(0);
        band.dst = static_cast<T*>(operands.dst) + oc * g.dst_plane + (int64_t{od} * g.h.out + oh) * g.w.out;
        ahead.dst = is_far ? reinterpret_cast<const char*>(band.dst + int64_t{band.rows} * g.w.out) : ahead.dst_end;
        Tiles::plane(g, band);
        if (g.activation != Activation::kNone) activate_run<V>(g.activation, band.dst, int64_t{band.rows} * g.w.out);
      }
    }
  }
}

// Where vector v of a tile of N lies: the last one may overlap the one before it, so that it ends with the row.
template <class V, int N>
DEPTHWISE_INLINE int64_t vector_offset(int v, int64_t last) {
  return v == N - 1 ? last : int64_t{v} * V::kLanes;
}

// Stores sums of R rows, `row_step` output rows apart, of N vectors each, at dst (w.out columns a row). A row that is
// narrower than one vector is stored whole where the following rows of the tile overwrite what it spills.
template <class V, int R, int N>
DEPTHWISE_INLINE void store_tile(const Geometry& g, V (&sums)[R][N], typename V::Element* dst, int64_t last,
                                 int32_t row_step) {
  const int64_t dst_stride = int64_t{row_step} * g.w.out;
  if (g.w.out >= V::kLanes) {
    for (int r = 0; r < R; ++r)
      for (int v = 0; v < N; ++v) sums[r][v].store(dst + r * dst_stride + vector_offset<V, N>(v, last));
    return;
  }
  const typename V::Mask live = V::Mask::first(g.w.out);
  for (int r = 0; r < R; ++r) {
    const bool rewritten = row_step == 1 && int64_t{R - 1 - r} * g.w.out >= V::kLanes - g.w.out;
    if (rewritten)
      sums[r][0].store(dst + r * dst_stride);
    else
      sums[r][0].store(dst + r * dst_stride, live);
  }
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE_ANY_BANDS_H_
