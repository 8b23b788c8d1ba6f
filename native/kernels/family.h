// How a family of kernels is compiled: <family>.cc is built once for each ISA, with that ISA's flags and
//   DEPTHWISE_ISA      its name (scalar, sse2, avx2, avx512, neon), and with it the Vec that is included here.
// The object defines one global symbol, the list of its kernels, and nothing else (a test reads it with nm):
// an inline function or a template instance shared between objects could be linked in its AVX2 form and then run
// on a CPU without AVX2. So everything in kernels/ and simd/ stands in an anonymous namespace and uses no std::.
#ifndef DEPTHWISE_KERNELS_FAMILY_H_
#define DEPTHWISE_KERNELS_FAMILY_H_

#include "kernels/kernel.h"
#include "simd/vec.h"

// The list of a family on this ISA: DEPTHWISE_KERNEL_LIST(depthwise) names depthwise::depthwise_avx2.
#define DEPTHWISE_KERNEL_LIST(family) DEPTHWISE_JOIN(family##_, DEPTHWISE_ISA)

namespace depthwise {
namespace {

// a * b of sizes that decide how work is cut, or kMuch where it is more: three of them may pass 64 bits.
constexpr int64_t kMuch = int64_t{1} << 42;
static inline int64_t capped_product(int64_t a, int64_t b) { return a > kMuch / b ? kMuch : a * b; }

// The work of an item or the memory of a band: small with the address sanitizer, so that the small problems of the
// tests and of the fuzzer have many, whose last ones are a rest.
static constexpr int64_t cut_size(int64_t size) {
#ifdef DEPTHWISE_SMALL_ITEMS
  return size >> 10;
#else
  return size;
#endif
}

// Of an image, input and output: what stays in the second cache, and what lies in memory or the last one.
constexpr int64_t kNearBytes = int64_t{1} << 20;
constexpr int64_t kFarBytes = int64_t{16} << 20;
static inline int64_t image_bytes(const Geometry& g) {
  return (g.src_elements + g.dst_elements) * static_cast<int64_t>(element_bytes(g.element));
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_FAMILY_H_
