// A fuzz target: bytes become a geometry and the name of a kernel. What the geometry's rules let through is planned
// and, where it is small, computed by that kernel of that ISA and by the reference kernel; they must agree. Run with
// AddressSanitizer and UndefinedBehaviorSanitizer: arrays are allocated to the byte, at every offset from a vector's
// alignment. Sizes that no memory holds go through everything that computes with sizes.
//   scripts/native-tests.sh fuzz; the corpus is run again by the tests (fuzz_replay.cc)
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

#include "conv/plan.h"
#include "conv/run.h"
#include "dispatch/kernel_list.h"
#include "kernels/kernel.h"
#include "kernels_here.h"
#include "random.h"

namespace depthwise::test {
namespace {

// So that a case takes about a hundred microseconds with sanitizers.
constexpr double kMostMultiplyAdds = 20000;
constexpr int64_t kMostElements = 8192;

[[noreturn]] void fail(const char* what, const Geometry& g, const char* kernel, const char* isa) {
  fprintf(stderr,
          "%s: %s/%s, channels %d -> %d in %d groups, layout %d, element %d, mode %d, activation %d, shared %d\n", what,
          kernel, isa, g.in_channels, g.out_channels, g.groups, static_cast<int>(g.layout), static_cast<int>(g.element),
          static_cast<int>(g.padding_mode), static_cast<int>(g.activation), g.shared_bank);
  for (const Axis* axis : {&g.d, &g.h, &g.w})
    fprintf(stderr, "in %d kernel %d stride %d dilation %d pad %d %d out %d\n", axis->in, axis->kernel, axis->stride,
            axis->dilation, axis->pad, axis->pad_end, axis->out);
  abort();
}

// The input of a case; zeros when it is used up.
class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : data_(data), left_(size) {}
  uint32_t next() { return left_ > 0 ? (--left_, *data_++) : 0; }
  int32_t between(int32_t low, int32_t high) {
    return low + static_cast<int32_t>(next() % static_cast<uint32_t>(high - low + 1));
  }
  bool one_in(uint32_t n) { return next() % n == n - 1; }

 private:
  const uint8_t* data_;
  size_t left_;
};

// Any number that a field may hold, the borders of 32 bits above all.
int32_t any_int(Bytes& bytes) {
  constexpr int32_t kBorders[] = {0,     1,     2,     -1,      2147483647, 2147483646, -2147483647 - 1,
                                  65535, 65536, 46341, 1 << 30, 1 << 24};
  const uint32_t choice = bytes.next();
  if (choice < 96) return static_cast<int32_t>(choice % 24) - 2;
  if (choice < 192) return kBorders[choice % 12];
  return static_cast<int32_t>(choice << 24 | bytes.next() << 16 | bytes.next() << 8 | bytes.next());
}

void read_anything(Bytes& bytes, int32_t* fields) {
  for (int i = 0; i < kGeometryFields; ++i) fields[i] = any_int(bytes);
  // Words that are out of range end the case at once: only now and then.
  if (bytes.next() < 240)
    for (int i = 0; i < kFieldInChannels; ++i) fields[i] &= 1;
}

void read_channels(Bytes& bytes, int32_t* fields) {
  int32_t groups = bytes.between(1, 20), in_per_group = 1, out_per_group = 1;
  switch (bytes.between(0, 5)) {
    case 0: break;  // depthwise
    case 1: out_per_group = bytes.between(1, 4); break;
    case 2:
      out_per_group = bytes.between(1, 5);
      fields[kFieldSharedBank] = 1;
      break;
    case 3:
      groups = bytes.between(1, 4);
      in_per_group = bytes.between(1, 12);
      out_per_group = bytes.between(1, 12);
      break;
    default:
      groups = 1;
      in_per_group = bytes.between(1, 36);
      out_per_group = bytes.between(1, 36);
  }
  fields[kFieldGroups] = groups;
  fields[kFieldInChannels] = groups * in_per_group;
  fields[kFieldOutChannels] = groups * out_per_group;
}

void read_axis(Bytes& bytes, int32_t* axis, int32_t largest, int32_t kernel) {
  const int32_t in = bytes.between(1, largest);
  if (bytes.one_in(5)) kernel = bytes.between(1, largest);
  const int32_t stride = bytes.one_in(3) ? bytes.between(1, 4) : 1;
  const int32_t dilation = bytes.one_in(4) ? bytes.between(1, 4) : 1;
  const int32_t reach = dilation * (kernel - 1) + 1;
  int32_t pad = bytes.one_in(3) ? bytes.between(0, reach) : reach / 2;
  int32_t pad_end = bytes.one_in(3) ? bytes.between(0, reach) : pad;
  if (in + pad + pad_end < reach) pad_end = reach - in - pad;
  const int32_t values[] = {in, kernel, stride, dilation, pad, pad_end};
  memcpy(axis, values, sizeof values);
}

void read_small(Bytes& bytes, int32_t* fields) {
  fields[kFieldElement] = bytes.one_in(4);
  fields[kFieldLayout] = bytes.one_in(3);
  fields[kFieldPaddingMode] = bytes.one_in(4) ? bytes.between(1, 3) : 0;
  fields[kFieldActivation] = bytes.one_in(4) ? bytes.between(1, 4) : 0;
  fields[kFieldHasBias] = bytes.one_in(2);
  read_channels(bytes, fields);
  constexpr int32_t kKernels[] = {3, 1, 5, 7, 2, 4, 9, 3, 3, 11, 15, 3, 31, 6, 5, 3};
  const int32_t kernel = kKernels[bytes.between(0, 15)];
  const int32_t rank = bytes.one_in(5) ? 1 : bytes.one_in(5) ? 3 : 2;
  constexpr int32_t kLargest[] = {5, 20, 40};
  for (int axis = 0; axis < 3; ++axis) {
    int32_t* values = fields + kFieldAxes + 6 * axis;
    const int32_t point[] = {1, 1, 1, 1, 0, 0};
    memcpy(values, point, sizeof point);
    if (axis >= 3 - rank)
      read_axis(bytes, values, rank == 1 ? 80 : kLargest[axis], axis == 0 ? (kernel + 1) / 2 : kernel);
  }
}

// An array that ends with its memory, at an offset from the allocator's alignment. Not a number stands in it.
class Array {
 public:
  Array(int64_t bytes, int64_t offset)
      : memory_(static_cast<char*>(malloc(static_cast<size_t>(bytes + offset)))), offset_(offset) {
    memset(memory_, 0xff, static_cast<size_t>(bytes + offset));
  }
  ~Array() { free(memory_); }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;
  void* data() { return memory_ + offset_; }

 private:
  char* memory_;
  int64_t offset_;
};

int64_t bytes_of(const Geometry& g, int64_t elements) {
  return elements * static_cast<int64_t>(element_bytes(g.element));
}

void fill(const Geometry& g, Random& random, void* data, int64_t count) {
  if (g.element == ElementType::kFloat32)
    fill_random(random, static_cast<float*>(data), count, true);
  else
    fill_random(random, static_cast<double*>(data), count, true);
}

double value_at(const Geometry& g, const void* data, int64_t i) {
  return g.element == ElementType::kFloat32 ? static_cast<const float*>(data)[i] : static_cast<const double*>(data)[i];
}

// Small integers: every kernel sums them exactly, but for a transform and for the rounding of an activation.
bool agrees(const Geometry& g, double wanted, double got, bool exact) {
  if (std::isnan(wanted) || std::isnan(got)) return std::isnan(wanted) == std::isnan(got);
  const bool bounded = g.activation == Activation::kSilu || g.activation == Activation::kHardswish;
  if (exact && !bounded) return wanted == got;
  const double size = 1 + std::fabs(wanted), one = g.element == ElementType::kFloat32 ? 1e-6 : 1e-14;
  const double terms = static_cast<double>(g.taps * g.in_per_group);
  return std::fabs(wanted - got) <= (exact ? 4 * one * size : 4e-4 * size + 4e-5 * std::sqrt(terms));
}

void compare(const Geometry& g, const void* wanted, const void* got, int64_t count, bool exact, const char* kernel,
             const char* isa) {
  for (int64_t i = 0; i < count; ++i) {
    const double a = value_at(g, wanted, i), b = value_at(g, got, i);
    if (agrees(g, a, b, exact)) continue;
    fprintf(stderr, "output %lld: %.9g instead of %.9g\n", static_cast<long long>(i), b, a);
    fail("differs from the reference", g, kernel, isa);
  }
}

bool is_small(const Geometry& g) {
  return static_cast<double>(g.dst_elements) * g.in_per_group * static_cast<double>(g.taps) <= kMostMultiplyAdds &&
         g.dst_elements <= kMostElements && g.src_elements <= kMostElements && g.weight_elements <= kMostElements;
}

// Everything that computes with sizes, for every kernel of every ISA: nothing may overflow, loop or disagree with
// itself.
void ask_all(const Geometry& g) {
  for_each_kernel_here([&](const Kernel& kernel, const char* isa) {
    if (!refusal(kernel, g) && !sizes_make_sense(kernel, g)) fail("sizes that make no sense", g, kernel.name, isa);
  });
}

// Kernel number `index` among those that may run here, and its ISA.
bool pick_kernel(uint32_t index, const Geometry& g, const Kernel** kernel, const char** isa_name) {
  std::vector<std::pair<const Kernel*, const char*>> takers;
  for_each_kernel_here([&](const Kernel& each, const char* isa) {
    if (!refusal(each, g)) takers.emplace_back(&each, isa);
  });
  if (takers.empty()) return false;
  std::tie(*kernel, *isa_name) = takers[index % takers.size()];
  return true;
}

struct Data {
  Data(const Geometry& g, int64_t batch, int64_t offset, uint64_t seed)
      : src(bytes_of(g, g.src_elements * batch), offset),
        weight(bytes_of(g, g.weight_elements), offset),
        bias(bytes_of(g, g.weight_count), offset),
        wanted(bytes_of(g, g.dst_elements * batch), 0) {
    Random random(seed);
    fill(g, random, src.data(), g.src_elements * batch);
    fill(g, random, weight.data(), g.weight_elements);
    fill(g, random, bias.data(), g.weight_count);
  }
  Array src, weight, bias, wanted;
};

const void* bias_of(const Geometry& g, Data& data) { return g.has_bias ? data.bias.data() : nullptr; }

// One kernel between the arrays, its items in pieces from the last to the first.
void run_kernel(Bytes& bytes, const Geometry& g, Data& data, int64_t offset) {
  const Kernel* kernel;
  const char* isa;
  if (!pick_kernel(bytes.next(), g, &kernel, &isa)) return;
  Array packed(kernel->packed_bytes(g) + 64, 0), scratch(kernel->scratch_bytes(g) + 64, 0);
  const auto aligned = [](Array& array) {
    return reinterpret_cast<void*>((reinterpret_cast<uintptr_t>(array.data()) + 63) / 64 * 64);
  };
  Array dst(bytes_of(g, g.dst_elements), offset);
  void* weight = data.weight.data();
  if (kernel->packed_bytes(g) > 0) {
    weight = aligned(packed);
    kernel->pack(g, data.weight.data(), weight);
  }
  Operands operands = {data.src.data(), weight, bias_of(g, data), dst.data()};
  for (int64_t end = kernel->work_items(g); end > 0;) {
    const int64_t begin = end > 3 ? end - bytes.between(1, 3) : 0;
    kernel->run(g, operands, aligned(scratch), begin, end);
    operands.last_item = end - 1;
    end = begin;
  }
  compare(g, data.wanted.data(), dst.data(), g.dst_elements, kernel->exact, kernel->name, isa);
}

void put_not_finite(Bytes& bytes, const Geometry& g, Data& data) {
  constexpr double kNumbers[] = {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                                 1e30};
  const double number = kNumbers[bytes.between(0, 2)];
  const int64_t at = (bytes.next() << 8 | bytes.next()) % g.src_elements;
  if (g.element == ElementType::kFloat32)
    static_cast<float*>(data.src.data())[at] = static_cast<float>(number);
  else
    static_cast<double*>(data.src.data())[at] = number;
}

// The plan that is chosen freely against the one on the reference kernel: padding modes, batches, slices, threads.
void run_plan(Bytes& bytes, const Geometry& g, Data& data, int64_t batch, int64_t offset, bool is_finite) {
  Reason reason = {};
  const Ref<ConvPlan> reference = ConvPlan::create(g, {"scalar", "reference"}, &reason);
  const Ref<ConvPlan> plan = ConvPlan::create(g, {"", ""}, &reason);
  if (!reference || !plan) fail(reason.text, g, "plan", "any");
  const void* bias = bias_of(g, data);
  if (reference->run_once(data.weight.data(), bias, batch, data.src.data(), data.wanted.data(), 1) != Status::kDone)
    fail("the reference does not run", g, "reference", "scalar");
  Array dst(bytes_of(g, g.dst_elements * batch), offset);
  const Ref<PackedWeights> packed = PackedWeights::create(*plan, data.weight.data(), bias);
  if (!packed) fail("weights are not packed", g, "plan", "any");
  const int threads = bytes.between(1, 2);
  ConvRun run(*plan, packed->operands(), batch, data.src.data(), dst.data());
  while (run.advance(threads, bytes.one_in(2) ? ConvRun::kToTheEnd : 1) == Status::kMore) {}
  // Infinities and NaN meet zeros of the padding differently in an exact kernel too; finite numbers do not.
  const BoundKernel& main = plan->main_kernel();
  if (is_finite)
    compare(g, data.wanted.data(), dst.data(), g.dst_elements * batch, main.kernel->exact, main.kernel->name, main.isa);
}

// Fewer groups, then fewer channels in each, until the problem is small. False where it stays large or is none.
bool make_small(int32_t* fields, Geometry* g) {
  int32_t groups = fields[kFieldGroups], in_per_group = fields[kFieldInChannels] / groups,
          out_per_group = fields[kFieldOutChannels] / groups;
  for (;;) {
    if (make_geometry(fields, kGeometryFields, g)) return false;
    if (is_small(*g)) return true;
    int32_t* largest = groups > 1 ? &groups : in_per_group > out_per_group ? &in_per_group : &out_per_group;
    if (*largest == 1) return false;
    *largest /= 2;
    fields[kFieldGroups] = groups;
    fields[kFieldInChannels] = groups * in_per_group;
    fields[kFieldOutChannels] = groups * out_per_group;
  }
}

void run_anything(Bytes& bytes) {
  int32_t fields[kGeometryFields] = {};
  read_anything(bytes, fields);
  Geometry g;
  if (make_geometry(fields, kGeometryFields, &g)) return;
  if (g.padding_mode == PaddingMode::kZeros) ask_all(g);
  Reason reason = {};
  ConvPlan::create(g, {"", ""}, &reason);
}

void run_case(Bytes& bytes) {
  if (bytes.one_in(8)) return run_anything(bytes);
  int32_t fields[kGeometryFields] = {};
  read_small(bytes, fields);
  Geometry g;
  if (!make_small(fields, &g)) return;
  const int64_t offset = bytes.between(0, 15) * static_cast<int64_t>(element_bytes(g.element));
  const int64_t batch = bytes.between(1, 2);
  Data data(g, batch, offset, bytes.next());
  const bool is_finite = !bytes.one_in(16);
  if (!is_finite) put_not_finite(bytes, g, data);
  run_plan(bytes, g, data, batch, offset, is_finite);
  if (is_finite && g.padding_mode == PaddingMode::kZeros) run_kernel(bytes, g, data, offset);
}

}  // namespace
}  // namespace depthwise::test

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  depthwise::test::Bytes bytes(data, size);
  depthwise::test::run_case(bytes);
  return 0;
}
