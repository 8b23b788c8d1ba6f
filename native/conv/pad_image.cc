#include "conv/pad_image.h"

#include <cstring>

namespace depthwise {
namespace {

// The input index that stands at place i of an axis laid out with padding, i counted from the first input.
int64_t source_index(PaddingMode mode, int64_t i, int64_t size) {
  if (i >= 0 && i < size) return i;
  switch (mode) {
    case PaddingMode::kReflect: return i < 0 ? -i : 2 * (size - 1) - i;
    case PaddingMode::kReplicate: return i < 0 ? 0 : size - 1;
    case PaddingMode::kCircular: return i < 0 ? i + size : i - size;
    case PaddingMode::kZeros: break;  // the kernels do it without a copy
  }
  return 0;
}

int64_t padded_size(const Axis& axis) { return int64_t{axis.in} + axis.pad + axis.pad_end; }

// src_row (w.in pixels) -> row (pad + w.in + pad_end pixels)
void pad_row(const Geometry& g, const char* src_row, size_t pixel_bytes, char* row) {
  const auto copy_pixel = [&](int64_t at) {
    const int64_t from = source_index(g.padding_mode, at - g.w.pad, g.w.in);
    memcpy(row + at * pixel_bytes, src_row + from * pixel_bytes, pixel_bytes);
  };
  for (int64_t at = 0; at < g.w.pad; ++at) copy_pixel(at);
  memcpy(row + g.w.pad * pixel_bytes, src_row, g.w.in * pixel_bytes);
  for (int64_t at = int64_t{g.w.pad} + g.w.in; at < padded_size(g.w); ++at) copy_pixel(at);
}

}  // namespace

const char* padded_geometry(const Geometry& g, Geometry* padded) {
  int32_t fields[kGeometryFields] = {static_cast<int32_t>(g.element),
                                     static_cast<int32_t>(g.layout),
                                     static_cast<int32_t>(PaddingMode::kZeros),
                                     static_cast<int32_t>(g.activation),
                                     g.shared_bank,
                                     g.has_bias,
                                     g.in_channels,
                                     g.out_channels,
                                     g.groups};
  const Axis* axes[] = {&g.d, &g.h, &g.w};
  for (int i = 0; i < 3; ++i) {
    const Axis& axis = *axes[i];
    const int32_t in = static_cast<int32_t>(padded_size(axis));  // make_geometry() has seen that it fits
    const int32_t values[] = {in, axis.kernel, axis.stride, axis.dilation, 0, 0};
    memcpy(fields + kFieldAxes + ptrdiff_t{6} * i, values, sizeof values);
  }
  return make_geometry(fields, kGeometryFields, padded);
}

int64_t padded_rows(const Geometry& g) {
  const int64_t rows = padded_size(g.d) * padded_size(g.h);
  return g.layout == Layout::kChannelsFirst ? g.in_channels * rows : rows;
}

void pad_rows(const Geometry& g, const void* src, void* padded, int64_t begin, int64_t end) {
  const int64_t height = padded_size(g.h), depth = padded_size(g.d);
  const size_t pixel_bytes =
      element_bytes(g.element) * (g.layout == Layout::kChannelsFirst ? 1 : static_cast<size_t>(g.in_channels));
  const size_t row_bytes = static_cast<size_t>(padded_size(g.w)) * pixel_bytes;
  for (int64_t row = begin; row < end; ++row) {
    const int64_t id = source_index(g.padding_mode, row / height % depth - g.d.pad, g.d.in);
    const int64_t ih = source_index(g.padding_mode, row % height - g.h.pad, g.h.in);
    const int64_t channel = row / height / depth;  // 0 with channels last: a row holds all of them
    const int64_t src_row = (channel * g.d.in + id) * g.h.in + ih;
    pad_row(g, static_cast<const char*>(src) + src_row * g.w.in * pixel_bytes, pixel_bytes,
            static_cast<char*>(padded) + row * row_bytes);
  }
}

}  // namespace depthwise
