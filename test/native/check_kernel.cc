#include "check_kernel.h"

#include <cmath>
#include <cstdarg>
#include <cstring>

#include "random.h"

namespace depthwise::test {
namespace {

std::string format(const char* pattern, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, pattern);
  vsnprintf(text, sizeof text, pattern, arguments);
  va_end(arguments);
  return text;
}

template <class T>
void fill_elements(Random& random, T* data, int64_t count, bool integers, bool has_nan) {
  fill_random(random, data, count, integers);
  for (int64_t i = 0; has_nan && i < 1 + count / 200; ++i)
    data[random.next() % static_cast<uint64_t>(count)] = static_cast<T>(NAN);
}

void fill(Random& random, const Geometry& g, GuardBuffer& buffer, int64_t count, bool integers, bool has_nan = false) {
  if (g.element == ElementType::kFloat32)
    fill_elements(random, static_cast<float*>(buffer.data()), count, integers, has_nan);
  else
    fill_elements(random, static_cast<double*>(buffer.data()), count, integers, has_nan);
  buffer.make_read_only();
}

int64_t bytes(const Geometry& g, int64_t elements) { return elements * static_cast<int64_t>(element_bytes(g.element)); }

// A number of a place of 0x7f bytes is finite and huge; 0xff is a NaN. Both show where they get into a sum.
constexpr int kNanByte = 0xff;

// All items, last to first, in pieces of one to three: whoever relies on an order or on a neighbour shows it. Some
// pieces find in scratch what the one before has left, and are told so.
void run_in_pieces(const Kernel& kernel, const Geometry& g, Operands operands, GuardBuffer& scratch, Random& random) {
  int64_t end = kernel.work_items(g);
  while (end > 0) {
    const int64_t begin = end > 3 ? end - random.between(1, 3) : 0;
    if (random.between(0, 1) == 0) {
      scratch.fill(kNanByte);
      operands.last_item = -1;
    }
    kernel.run(g, operands, scratch.data(), begin, end);
    operands.last_item = end - 1;
    end = begin;
  }
}

}  // namespace

Scene::Scene(const Problem& problem, bool integers, Flush flush, uint64_t seed, bool has_nan)
    : g(problem.g),
      integers(integers),
      has_nan(has_nan),
      flush(flush),
      src(bytes(g, g.src_elements), flush),
      weight(bytes(g, g.weight_elements), flush),
      bias(bytes(g, g.weight_count), flush) {
  Random random(seed);
  fill(random, g, src, g.src_elements, integers, has_nan);
  fill(random, g, weight, g.weight_elements, integers);
  fill(random, g, bias, g.weight_count, integers);
  expected.reserve(g.dst_elements);
  for (int64_t i = 0; i < g.dst_elements; ++i)
    expected.push_back(expect(g, src.data(), weight.data(), bias_or_null(), i));
}

std::string compare(const Scene& scene, const void* dst, bool exact) {
  const Geometry& g = scene.g;
  const bool bounded = g.activation == Activation::kSilu || g.activation == Activation::kHardswish;
  for (int64_t i = 0; i < g.dst_elements; ++i) {
    const Expected& expected = scene.expected[i];
    const double value =
        g.element == ElementType::kFloat32 ? static_cast<const float*>(dst)[i] : static_cast<const double*>(dst)[i];
    // Of -3 .. 3 both arrays have an rms of 2: four times the products that the transform's bound is for.
    const double bound = !exact                       ? transform_bound(g, expected) * (scene.integers ? 4 : 1)
                         : scene.integers && !bounded ? 0
                                                      : rounding_bound(g, expected);
    if (std::isnan(expected.value) ? std::isnan(value) : std::fabs(value - expected.value) <= bound) continue;
    return format("dst[%lld] expected %.9g +- %.2g, but got %.9g", static_cast<long long>(i), expected.value, bound,
                  value);
  }
  return "";
}

std::string check_kernel(const Kernel& kernel, Scene& scene, uint64_t seed) {
  const Geometry& g = scene.g;
  const int64_t items = kernel.work_items(g), packed_bytes = kernel.packed_bytes(g);
  if (items < 1) return format("%lld work items", static_cast<long long>(items));
  if (!(kernel.cost(g) > 0)) return format("cost %g", kernel.cost(g));
  GuardBuffer packed(packed_bytes, scene.flush, 64);
  packed.fill(kNanByte);
  if (packed_bytes > 0) kernel.pack(g, scene.weight.data(), packed.data());
  if (!packed.surroundings_untouched()) return "pack writes outside";
  packed.make_read_only();
  const int64_t dst_bytes = bytes(g, g.dst_elements);
  GuardBuffer scratch(kernel.scratch_bytes(g), scene.flush, 64), whole(dst_bytes, scene.flush),
      pieces(dst_bytes, scene.flush);
  const void* weight = packed_bytes > 0 ? packed.data() : scene.weight.data();
  whole.fill(kNanByte);
  scratch.fill(kNanByte);
  bool is_beyond = false;
  kernel.run(g, {scene.src.data(), weight, scene.bias_or_null(), whole.data(), -1, &is_beyond}, scratch.data(), 0,
             items);
  if (!whole.surroundings_untouched() || !scratch.surroundings_untouched()) return "run writes outside";
  if (is_beyond) return kernel.exact || !scene.has_nan ? "tells of a number that it can take" : "";
  std::string wrong = compare(scene, whole.data(), kernel.exact);
  if (!wrong.empty()) return wrong;
  Random random(seed);
  pieces.fill(kNanByte);
  run_in_pieces(kernel, g, {scene.src.data(), weight, scene.bias_or_null(), pieces.data()}, scratch, random);
  if (!pieces.surroundings_untouched()) return "run in pieces writes outside";
  if (memcmp(whole.data(), pieces.data(), dst_bytes) != 0) return "other bits when the items run in pieces";
  return "";
}

}  // namespace depthwise::test
