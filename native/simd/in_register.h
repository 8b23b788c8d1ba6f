// in_register(x): x, of which the compiler knows nothing more than that it lies in a register. Without it GCC reads a
// vector that several multiply-adds share from memory for each of them, and spends moves on the rest: a quarter of the
// speed of a tile with few registers to spare.
#ifndef DEPTHWISE_SIMD_IN_REGISTER_H_
#define DEPTHWISE_SIMD_IN_REGISTER_H_

#include "simd/vec.h"

#if defined(__AVX512F__)
#define DEPTHWISE_VECTOR_REGISTER "+v"
#elif defined(__SSE2__)
#define DEPTHWISE_VECTOR_REGISTER "+x"
#elif defined(__aarch64__)
#define DEPTHWISE_VECTOR_REGISTER "+w"
#endif

namespace depthwise {
namespace {

template <class V>
DEPTHWISE_INLINE V in_register(V x) {
#ifdef DEPTHWISE_VECTOR_REGISTER
  if constexpr (requires { x.v; }) __asm__("" : DEPTHWISE_VECTOR_REGISTER(x.v));
#endif
  return x;
}

// x, computed by this place at the latest: before a branch that only one of its users lies behind, where clang would
// move what it takes, and keep the operands in registers instead. GCC does not, and is slower for it.
template <class V>
DEPTHWISE_INLINE V computed(V x) {
#if defined(DEPTHWISE_VECTOR_REGISTER) && defined(__clang__)
  if constexpr (requires { x.v; }) __asm__ volatile("" : DEPTHWISE_VECTOR_REGISTER(x.v));
#endif
  return x;
}

// An input of several multiply-adds. GCC would read it once for each of them; with 64 bytes most loads cross a cache
// line, and that halves the speed. With 16 registers it is right to.
template <class V>
DEPTHWISE_INLINE V shared(V x) {
  return V::kRegisters > 16 ? in_register(x) : x;
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_SIMD_IN_REGISTER_H_
