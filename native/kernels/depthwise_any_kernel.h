// What the depthwise kernels that work on bands share: filling the scratch of a band, handing each of its planes to a
// kernel's tiles, and storing them. All multipliers of a channel share one filling.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE_ANY_KERNEL_H_
#define DEPTHWISE_KERNELS_DEPTHWISE_ANY_KERNEL_H_

#include "kernels/activation.h"
#include "kernels/depthwise_any_bands.h"
#include "kernels/unpacked.h"

namespace depthwise {
namespace {

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
  T* slots;

  void init(void* scratch) {
    char* at = static_cast<char*>(scratch);
    planes = reinterpret_cast<const T**>(at);
    inputs = planes + g.d.kernel;
    column = reinterpret_cast<int64_t*>(at + b.planes_bytes);
    tags = reinterpret_cast<int32_t*>(at + b.planes_bytes + b.columns_bytes);
    phases = reinterpret_cast<Phase*>(at + b.planes_bytes + b.columns_bytes + b.tags_bytes);
    slots = reinterpret_cast<T*>(at + b.planes_bytes + b.columns_bytes + b.tags_bytes + b.phases_bytes);
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

// Runs items [begin, end): Tiles::plane(g, band) computes one plane of a band.
template <class V, class Tiles>
void run_bands(const Geometry& g, const Bands& b, const Operands& operands, void* scratch, int64_t begin, int64_t end) {
  using T = typename V::Element;
  BandScratch<V> state = {g, b, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr};
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
    const int32_t count = (band.rows - 1) * g.h.stride + reach(g.h);
    band.valid_begin = ih >= 0 ? 0 : -ih < count ? -ih : count;
    band.valid_end = g.h.in - ih < count ? g.h.in - ih : count;
    if (band.valid_end < band.valid_begin) band.valid_end = band.valid_begin;
    const T* src_channel = static_cast<const T*>(operands.src) + ic * g.src_plane;
    Ahead ahead = {};
    const bool is_near = image_bytes(g) <= kNearBytes;
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
        ahead.dst = is_near ? ahead.dst_end : reinterpret_cast<const char*>(band.dst + int64_t{band.rows} * g.w.out);
        Tiles::plane(g, band);
        if (g.activation != Activation::kNone) activate_stored<V>(g.activation, band.dst, int64_t{band.rows} * g.w.out);
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

// A kernel that works on bands. Tiles has, as static members: bands<T>(g), how it is cut; refuses(g); cost<T>(g); and
// plane(g, band), which computes one plane of a band and stores plain sums.
template <class Tiles, class T>
struct BandKernel {
  static int64_t work_items(const Geometry& g) { return Tiles::template bands<T>(g).items; }
  static int64_t scratch_bytes(const Geometry& g) { return Tiles::template bands<T>(g).scratch_bytes; }
  static void run(const Geometry& g, const Operands& operands, void* scratch, int64_t begin, int64_t end) {
    run_bands<Vec<T>, Tiles>(g, Tiles::template bands<T>(g), operands, scratch, begin, end);
  }
  static constexpr Kernel make(const char* name, ElementType element) {
    return unpacked_kernel(name, element, Tiles::refuses, Tiles::template cost<T>, work_items, run, scratch_bytes);
  }
};

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE_ANY_KERNEL_H_
