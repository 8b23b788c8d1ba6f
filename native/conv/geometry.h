// What a convolution is, as plain integers. Every size is checked once, in make_geometry(); whoever holds a
// Geometry may trust it. The batch is not part of it: a plan serves any number of images.
//
// Shapes, channels first (an image is one of N):          channels last:
//   src    (in_channels, d.in, h.in, w.in)                  (d.in, h.in, w.in, in_channels)
//   weight (weight_count, in_per_group, d.kernel, h.kernel, w.kernel), in PyTorch's order in both layouts
//   bias   (weight_count)
//   dst    (out_channels, d.out, h.out, w.out)              (d.out, h.out, w.out, out_channels)
// 1-D has d and h of size 1 with a kernel of 1; 2-D has d of size 1 with a kernel of 1.
#ifndef DEPTHWISE_CONV_GEOMETRY_H_
#define DEPTHWISE_CONV_GEOMETRY_H_

#include <cstddef>
#include <cstdint>

namespace depthwise {

enum class ElementType : int32_t { kFloat32 = 0, kFloat64 = 1 };
enum class Layout : int32_t { kChannelsFirst = 0, kChannelsLast = 1 };
enum class PaddingMode : int32_t { kZeros = 0, kReflect = 1, kReplicate = 2, kCircular = 3 };
enum class Activation : int32_t { kNone = 0, kRelu = 1, kRelu6 = 2, kSilu = 3, kHardswish = 4 };

// One spatial axis. Input index of output o and tap k: o * stride - pad + k * dilation.
struct Axis {
  int32_t in;
  int32_t kernel;
  int32_t stride;
  int32_t dilation;
  int32_t pad;      // at the beginning
  int32_t pad_end;  // at the end; only `out` depends on it
  int32_t out;
  // Outputs [interior_begin, interior_end) see no padding: all their taps lie inside the input. May be empty.
  int32_t interior_begin;
  int32_t interior_end;
};

struct Geometry {
  ElementType element;
  Layout layout;
  PaddingMode padding_mode;
  Activation activation;
  bool shared_bank;  // weight and bias hold out_per_group kernels that every group uses (in_per_group is 1)
  bool has_bias;
  int32_t in_channels;
  int32_t out_channels;
  int32_t groups;
  // Derived.
  int32_t in_per_group;
  int32_t out_per_group;
  int32_t weight_count;  // kernels in `weight`: out_channels, or out_per_group with a shared bank
  Axis d, h, w;
  int64_t taps;          // d.kernel * h.kernel * w.kernel
  int64_t src_plane;     // d.in * h.in * w.in
  int64_t dst_plane;     // d.out * h.out * w.out
  int64_t src_elements;  // of one image
  int64_t dst_elements;  // of one image
  int64_t weight_elements;
};

// The order in which a geometry crosses from JavaScript: an Int32Array of kGeometryFields numbers.
enum GeometryField : int32_t {
  kFieldElement,
  kFieldLayout,
  kFieldPaddingMode,
  kFieldActivation,
  kFieldSharedBank,
  kFieldHasBias,
  kFieldInChannels,
  kFieldOutChannels,
  kFieldGroups,
  // Six numbers an axis, for d, h, w in turn: in, kernel, stride, dilation, pad, pad_end.
  kFieldAxes,
  kGeometryFields = kFieldAxes + 18,
};

// Fills *geometry from `fields`. Returns nullptr, or the rule that is broken; the JavaScript side has explained
// the user's mistakes before, so a broken rule here is a defect there. Nothing overflows: products are checked.
const char* make_geometry(const int32_t* fields, int64_t count, Geometry* geometry);

// constexpr static: an inline function would be a weak symbol of every ISA object that uses it.
static constexpr size_t element_bytes(ElementType element) { return element == ElementType::kFloat32 ? 4 : 8; }

// Inputs from the first tap to the last: the size of the dilated kernel.
static constexpr int32_t reach(const Axis& axis) { return axis.dilation * (axis.kernel - 1) + 1; }

}  // namespace depthwise

#endif  // DEPTHWISE_CONV_GEOMETRY_H_
