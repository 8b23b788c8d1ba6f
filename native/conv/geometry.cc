#include "conv/geometry.h"

namespace depthwise {
namespace {

constexpr int64_t kMaxInt32 = 2147483647;
// Counts stay exact as a JavaScript number, and byte offsets far from overflow.
constexpr int64_t kMaxElements = int64_t{1} << 53;

// a * b of sizes, which are at least 1; -1 where it would pass kMaxElements or one of them is already -1.
int64_t product(int64_t a, int64_t b) { return a < 0 || b < 0 || b > kMaxElements / a ? -1 : a * b; }

// Of a padding, which is not negative.
int64_t ceil_div(int64_t a, int64_t b) { return a / b + (a % b != 0); }

int64_t clamp(int64_t x, int64_t low, int64_t high) { return x < low ? low : x > high ? high : x; }

const char* make_axis(const int32_t* fields, Axis* axis) {
  *axis = Axis{fields[0], fields[1], fields[2], fields[3], fields[4], fields[5], 0, 0, 0};
  if (axis->in < 1) return "an axis has no elements";
  if (axis->kernel < 1 || axis->stride < 1 || axis->dilation < 1) return "kernel, stride and dilation start at 1";
  if (axis->pad < 0 || axis->pad_end < 0) return "padding is negative";
  const int64_t padded = int64_t{axis->in} + axis->pad + axis->pad_end;
  const int64_t reach = int64_t{axis->dilation} * (axis->kernel - 1) + 1;
  if (padded > kMaxInt32 || reach > kMaxInt32) return "an axis passes 2^31 - 1";
  if (reach > padded) return "the dilated kernel is larger than the padded input";
  axis->out = static_cast<int32_t>((padded - reach) / axis->stride + 1);
  // First output whose first tap is inside; first output whose last tap is outside.
  const int64_t begin = ceil_div(axis->pad, axis->stride);
  const int64_t last_start = int64_t{axis->in} + axis->pad - reach;
  const int64_t end = last_start < 0 ? 0 : last_start / axis->stride + 1;
  axis->interior_begin = static_cast<int32_t>(clamp(begin, 0, axis->out));
  axis->interior_end = static_cast<int32_t>(clamp(end, axis->interior_begin, axis->out));
  return nullptr;
}

bool in_range(int32_t value, int32_t end) { return value >= 0 && value < end; }

const char* check_padding_mode(const Geometry& g) {
  const Axis* axes[] = {&g.d, &g.h, &g.w};
  for (const Axis* axis : axes) {
    const int32_t widest = axis->pad > axis->pad_end ? axis->pad : axis->pad_end;
    if (g.padding_mode == PaddingMode::kReflect && widest >= axis->in) return "reflect needs padding below the size";
    if (g.padding_mode == PaddingMode::kCircular && widest > axis->in) return "circular needs padding up to the size";
  }
  return nullptr;
}

}  // namespace

const char* make_geometry(const int32_t* fields, int64_t count, Geometry* geometry) {
  if (count != kGeometryFields) return "wrong number of fields";
  if (!in_range(fields[kFieldElement], 2) || !in_range(fields[kFieldLayout], 2) ||
      !in_range(fields[kFieldPaddingMode], 4) || !in_range(fields[kFieldActivation], 5) ||
      !in_range(fields[kFieldSharedBank], 2) || !in_range(fields[kFieldHasBias], 2))
    return "an enumeration is out of range";
  Geometry g = {};
  g.element = static_cast<ElementType>(fields[kFieldElement]);
  g.layout = static_cast<Layout>(fields[kFieldLayout]);
  g.padding_mode = static_cast<PaddingMode>(fields[kFieldPaddingMode]);
  g.activation = static_cast<Activation>(fields[kFieldActivation]);
  g.shared_bank = fields[kFieldSharedBank] != 0;
  g.has_bias = fields[kFieldHasBias] != 0;
  g.in_channels = fields[kFieldInChannels];
  g.out_channels = fields[kFieldOutChannels];
  g.groups = fields[kFieldGroups];
  if (g.in_channels < 1 || g.out_channels < 1 || g.groups < 1) return "channels and groups start at 1";
  if (g.in_channels % g.groups != 0 || g.out_channels % g.groups != 0) return "groups does not divide the channels";
  g.in_per_group = g.in_channels / g.groups;
  g.out_per_group = g.out_channels / g.groups;
  if (g.shared_bank && g.in_per_group != 1) return "a shared bank is depthwise";
  g.weight_count = g.shared_bank ? g.out_per_group : g.out_channels;
  const int32_t* axes = fields + kFieldAxes;
  if (const char* broken = make_axis(axes, &g.d)) return broken;
  if (const char* broken = make_axis(axes + 6, &g.h)) return broken;
  if (const char* broken = make_axis(axes + 12, &g.w)) return broken;
  if (const char* broken = check_padding_mode(g)) return broken;
  g.taps = product(product(g.d.kernel, g.h.kernel), g.w.kernel);
  g.src_plane = product(product(g.d.in, g.h.in), g.w.in);
  g.dst_plane = product(product(g.d.out, g.h.out), g.w.out);
  g.src_elements = product(g.in_channels, g.src_plane);
  g.dst_elements = product(g.out_channels, g.dst_plane);
  g.weight_elements = product(product(g.weight_count, g.in_per_group), g.taps);
  if (g.src_elements < 0 || g.dst_elements < 0 || g.weight_elements < 0) return "a size passes 2^53 elements";
  *geometry = g;
  return nullptr;
}

}  // namespace depthwise
