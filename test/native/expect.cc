#include "expect.h"

#include <cfloat>
#include <cmath>

namespace depthwise::test {
namespace {

double at(const Geometry& g, const void* array, int64_t index) {
  return g.element == ElementType::kFloat32 ? static_cast<const float*>(array)[index]
                                            : static_cast<const double*>(array)[index];
}

// The input index that stands at position i of the padded axis, or -1 where a zero stands.
int64_t source(PaddingMode mode, int64_t i, int64_t size) {
  if (i >= 0 && i < size) return i;
  switch (mode) {
    case PaddingMode::kZeros: return -1;
    case PaddingMode::kReflect: return i < 0 ? -i : 2 * (size - 1) - i;
    case PaddingMode::kReplicate: return i < 0 ? 0 : size - 1;
    case PaddingMode::kCircular: return i < 0 ? i + size : i - size;
  }
  return -1;
}

double activated(Activation activation, double x) {
  if (std::isnan(x)) return x;
  switch (activation) {
    case Activation::kNone: return x;
    case Activation::kRelu: return x > 0 ? x : 0;
    case Activation::kRelu6: return x < 0 ? 0 : x > 6 ? 6 : x;
    case Activation::kSilu: return x / (1 + std::exp(-x));
    case Activation::kHardswish: return x * std::fmin(6, std::fmax(0, x + 3)) / 6;
  }
  return x;
}

double axis_taps(const Axis& axis) {
  double taps = 0;
  for (int32_t k = 0; k < axis.kernel; ++k)
    for (int32_t o = 0; o < axis.out; ++o) {
      const int64_t i = int64_t{o} * axis.stride - axis.pad + int64_t{k} * axis.dilation;
      taps += i >= 0 && i < axis.in;
    }
  return taps;
}

}  // namespace

Expected expect(const Geometry& g, const void* src, const void* weight, const void* bias, int64_t index) {
  const bool first = g.layout == Layout::kChannelsFirst;
  const int64_t oc = first ? index / g.dst_plane : index % g.out_channels;
  const int64_t pixel = first ? index % g.dst_plane : index / g.out_channels;
  const int64_t ow = pixel % g.w.out, oh = pixel / g.w.out % g.h.out, od = pixel / g.w.out / g.h.out;
  const int64_t group = oc / g.out_per_group, kernel = g.shared_bank ? oc % g.out_per_group : oc;
  Expected result = {0, 0, 0};
  if (bias) {
    result.value = at(g, bias, kernel);
    result.magnitude = std::fabs(result.value);
    result.terms = 1;
  }
  for (int64_t ic = 0; ic < g.in_per_group; ++ic)
    for (int64_t tap = 0; tap < g.taps; ++tap) {
      const int64_t kw = tap % g.w.kernel, kh = tap / g.w.kernel % g.h.kernel, kd = tap / g.w.kernel / g.h.kernel;
      const int64_t id = source(g.padding_mode, od * g.d.stride - g.d.pad + kd * g.d.dilation, g.d.in);
      const int64_t ih = source(g.padding_mode, oh * g.h.stride - g.h.pad + kh * g.h.dilation, g.h.in);
      const int64_t iw = source(g.padding_mode, ow * g.w.stride - g.w.pad + kw * g.w.dilation, g.w.in);
      if (id < 0 || ih < 0 || iw < 0) continue;
      const int64_t channel = group * g.in_per_group + ic, place = (id * g.h.in + ih) * g.w.in + iw;
      const double x = at(g, src, first ? channel * g.src_plane + place : place * g.in_channels + channel);
      const double term = x * at(g, weight, (kernel * g.in_per_group + ic) * g.taps + tap);
      result.value += term;
      result.magnitude += std::fabs(term);
      ++result.terms;
    }
  result.value = activated(g.activation, result.value);
  return result;
}

double rounding_bound(const Geometry& g, const Expected& expected) {
  const double epsilon = g.element == ElementType::kFloat32 ? FLT_EPSILON : DBL_EPSILON;
  const double sum = static_cast<double>(expected.terms + 2) * epsilon * expected.magnitude;
  // The slopes of silu and hardswish stay below 1.1 and 1.5; their own few roundings are relative to the result, or,
  // where x + 3 loses digits, to x.
  if (g.activation == Activation::kSilu || g.activation == Activation::kHardswish)
    return 1.5 * sum + 8 * epsilon * (std::fabs(expected.value) + expected.magnitude);
  return sum;
}

double transform_bound(const Geometry& g, const Expected& expected) {
  const double terms = static_cast<double>(g.in_per_group) * static_cast<double>(g.taps);
  return 1e-4 * std::fabs(expected.value) + 1e-5 * std::sqrt(terms);
}

double inside_multiply_adds(const Geometry& g) {
  if (g.padding_mode != PaddingMode::kZeros)
    return static_cast<double>(g.dst_elements) * static_cast<double>(g.in_per_group * g.taps);
  return axis_taps(g.d) * axis_taps(g.h) * axis_taps(g.w) * g.out_channels * g.in_per_group;
}

}  // namespace depthwise::test
