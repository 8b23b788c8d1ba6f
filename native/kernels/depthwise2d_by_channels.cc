// Computes: 5x5 and 7x7 depthwise convolution, stride 1, channels first, of narrow maps: rows of 7 or 8 that keep their
//   width, any height and padding down the plane.  Refuses: other sizes, strides, dilations, layouts, a multiplier, a
//   shared bank, a depth; padding that is not zeros; float64.
// Loop order: vector of channels; two output rows, input row, input column, tap of the row.
// In registers: the sums of two rows, an input, where there is room the taps of two kernel rows.
// Reads beyond: nothing.
// A row of 7 fills 7 of 16 lanes, and its ends meet zeros. Channels fill all of them, and taps that would meet a zero
// are left out, which is 43 of 100 for 7x7 over 7x7: that pays for laying a vector of channels out in scratch and back.
#include "kernels/depthwise_common.h"
#include "kernels/lanes.h"
#include "simd/in_register.h"

namespace depthwise {
namespace {

using V = Vec<float>;
constexpr int L = V::kLanes;

// The planes of L channels, `live` of them real, side by side: to[pixel * L + lane].
void load_planes(const float* planes, int64_t plane, int live, float* to) {
  const float* channel[L];
  for (int i = 0; i < L; ++i) channel[i] = planes + (i < live ? i : live - 1) * plane;
  for (int64_t begin = 0; begin < plane; begin += L) {
    const int64_t at = plane < L ? 0 : min_of(begin, plane - L);
    V rows[L];
    DEPTHWISE_UNROLL
    for (int i = 0; i < L; ++i) {
      rows[i] = plane < L ? V::load(channel[i], V::Mask::first(static_cast<int>(plane))) : V::load(channel[i] + at);
    }
    transpose(rows);
    DEPTHWISE_UNROLL
    for (int i = 0; i < L; ++i) rows[i].store(to + (at + i) * L);
  }
}

// One input row, seen by kernel row taps[0] in output row kFirst, by taps[1] in the next.
template <int kKernel, int kWidth, int kFirst, int kEnd>
DEPTHWISE_INLINE void add_row(const float* src, const float* const (&taps)[2], V (&sums)[2][kWidth]) {
  DEPTHWISE_UNROLL
  for (int column = 0; column < kWidth; ++column) {
    const V x = in_register(V::load(src + column * L));
    DEPTHWISE_UNROLL
    for (int row = kFirst; row < kEnd; ++row) {
      DEPTHWISE_UNROLL
      for (int kw = 0; kw < kKernel; ++kw) {
        const int ow = column + kKernel / 2 - kw;
        if (ow >= 0 && ow < kWidth) sums[row][ow] = fma(x, V::load(taps[row] + kw * L), sums[row][ow]);
      }
    }
  }
}

// Output rows oh and, with kRows of 2, oh + 1.
template <int kKernel, int kWidth, int kRows>
DEPTHWISE_INLINE void add_rows(const Geometry& g, const float* src, const float* taps, int32_t oh, V bias, float* dst) {
  V sums[2][kWidth];
  DEPTHWISE_UNROLL
  for (int row = 0; row < kRows; ++row) {
    DEPTHWISE_UNROLL
    for (int ow = 0; ow < kWidth; ++ow) sums[row][ow] = bias;
  }
  const int32_t ih = oh - g.h.pad;
  const auto is_inside = [&](int32_t index) { return ih + index >= 0 && ih + index < g.h.in; };
  const auto row_at = [&](int32_t index) { return src + int64_t{ih + index} * kWidth * L; };
  const auto taps_at = [&](int32_t kh) { return taps + int64_t{kh} * kKernel * L; };
  const float* const first[2] = {taps_at(0), nullptr};
  if (is_inside(0)) add_row<kKernel, kWidth, 0, 1>(row_at(0), first, sums);
  for (int32_t index = 1; index < kKernel; ++index) {
    if (!is_inside(index)) continue;
    const float* const both[2] = {taps_at(index), taps_at(index - 1)};
    add_row<kKernel, kWidth, 0, kRows>(row_at(index), both, sums);
  }
  if constexpr (kRows == 2) {
    const float* const last[2] = {nullptr, taps_at(kKernel - 1)};
    if (is_inside(kKernel)) add_row<kKernel, kWidth, 1, 2>(row_at(kKernel), last, sums);
  }
  DEPTHWISE_UNROLL
  for (int row = 0; row < kRows; ++row) {
    DEPTHWISE_UNROLL
    for (int ow = 0; ow < kWidth; ++ow) sums[row][ow].store(dst + (row * kWidth + ow) * L);
  }
}

template <int kKernel, int kWidth>
__attribute__((noinline)) void convolve(const Geometry& g, const float* src, const float* taps, V bias, float* dst) {
  int32_t oh = 0;
  for (; oh + 2 <= g.h.out; oh += 2)
    add_rows<kKernel, kWidth, 2>(g, src, taps, oh, bias, dst + int64_t{oh} * kWidth * L);
  if (oh < g.h.out) add_rows<kKernel, kWidth, 1>(g, src, taps, oh, bias, dst + int64_t{oh} * kWidth * L);
}

template <int kKernel>
void convolve(const Geometry& g, const float* src, const float* taps, V bias, float* dst) {
  return (g.w.in == 7 ? convolve<kKernel, 7> : convolve<kKernel, 8>)(g, src, taps, bias, dst);
}

int64_t blocks(const Geometry& g) { return ceil_of(g.in_channels, L); }
int64_t packed_bytes(const Geometry& g) { return blocks(g) * g.taps * L * int64_t{sizeof(float)}; }

// A transposed square may end behind a plane of less than L pixels.
int64_t plane_elements(int64_t pixels) { return max_of(pixels, L) * L; }
int64_t scratch_bytes(const Geometry& g) {
  return (plane_elements(g.src_plane) + plane_elements(g.dst_plane)) * int64_t{sizeof(float)};
}

// Packed: (vector of channels, tap, lane).
void pack(const Geometry& g, const void* weight, void* packed) {
  const float* taps = static_cast<const float*>(weight);
  float* to = static_cast<float*>(packed);
  for (int64_t c = 0; c < g.in_channels; c += L)
    load_planes(taps + c * g.taps, g.taps, static_cast<int>(min_of(L, g.in_channels - c)), to + c * g.taps);
}

void run(const Geometry& g, const Operands& operands, void* scratch, int64_t begin, int64_t end) {
  float* const in = static_cast<float*>(scratch);
  float* const out = in + plane_elements(g.src_plane);
  const float* bias = static_cast<const float*>(operands.bias);
  for (int64_t block = begin; block < end; ++block) {
    const int64_t c = block * L;
    const int live = static_cast<int>(min_of(L, g.in_channels - c));
    load_planes(static_cast<const float*>(operands.src) + c * g.src_plane, g.src_plane, live, in);
    const V start = bias ? V::load(bias + c, V::Mask::first(live)) : V::zero();
    const float* taps = static_cast<const float*>(operands.weight) + c * g.taps;
    (g.h.kernel == 5 ? convolve<5> : convolve<7>)(g, in, taps, start, out);
    if (g.activation != Activation::kNone) activate_stored<V>(g.activation, out, g.dst_plane * L);
    store_outputs(out, g.dst_plane, live, static_cast<float*>(operands.dst) + c * g.dst_plane, g.dst_plane);
  }
}

const char* refuses(const Geometry& g) {
  if (const char* why = refuses_planes(g, g.h.kernel == 5 ? 5 : 7, 1)) return why;
  if (g.d.in != 1) return "a depth";
  if (g.out_per_group != 1 || g.shared_bank) return "a multiplier or a shared bank";
  if (g.w.in != 7 && g.w.in != 8) return "rows of other widths";
  if (g.w.out != g.w.in || g.w.pad != g.w.kernel / 2) return "rows that change their width";
  return nullptr;
}

double cost(const Geometry& g) {
  const double squares = static_cast<double>(ceil_of(g.src_plane, L) + ceil_of(g.dst_plane, L));
  const double rows = static_cast<double>(g.h.kernel) * g.h.out - (g.h.kernel / 2) * (g.h.kernel / 2 + 1);
  const double columns = static_cast<double>(g.w.kernel) * g.w.in - (g.w.kernel / 2) * (g.w.kernel / 2 + 1);
  return 100.0 + static_cast<double>(blocks(g)) * (60 + squares * 2.5 * L + rows * columns * 0.5);
}

constexpr Kernel kKernels[] = {
    {"depthwise2d_by_channels", ElementType::kFloat32, true, refuses, cost, blocks, packed_bytes, pack, scratch_bytes,
     run},
};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise2d_by_channels) = {DEPTHWISE_ISA_NAME, kKernels, 1};

}  // namespace depthwise
