// The Vec of the ISA that this object is compiled for: DEPTHWISE_ISA is its name (scalar, sse2, avx2, avx512, neon).
#ifndef DEPTHWISE_SIMD_VEC_H_
#define DEPTHWISE_SIMD_VEC_H_

#define DEPTHWISE_JOIN2(a, b) a##b
#define DEPTHWISE_JOIN(a, b) DEPTHWISE_JOIN2(a, b)
#define DEPTHWISE_STRING2(a) #a
#define DEPTHWISE_STRING(a) DEPTHWISE_STRING2(a)
#define DEPTHWISE_ISA_NAME DEPTHWISE_STRING(DEPTHWISE_ISA)

// DEPTHWISE_ISA_CODE is that of its name.
#define DEPTHWISE_IS_scalar 1
#define DEPTHWISE_IS_avx2 2
#define DEPTHWISE_IS_avx512 3
#define DEPTHWISE_IS_neon 4
#define DEPTHWISE_IS_wide16 5  // of the native tests: AVX-512's width on any machine
#define DEPTHWISE_IS_sse2 6
#define DEPTHWISE_ISA_CODE DEPTHWISE_JOIN(DEPTHWISE_IS_, DEPTHWISE_ISA)

#if DEPTHWISE_ISA_CODE == 1
#include "simd/vec_scalar.h"
#elif DEPTHWISE_ISA_CODE == 2
#include "simd/vec_avx2.h"
#elif DEPTHWISE_ISA_CODE == 3
#include "simd/vec_avx512.h"
#elif DEPTHWISE_ISA_CODE == 4
#include "simd/vec_neon.h"
#elif DEPTHWISE_ISA_CODE == 5
#include "vec_wide16.h"
#elif DEPTHWISE_ISA_CODE == 6
#include "simd/vec_sse2.h"
#else
#error "DEPTHWISE_ISA is not a known ISA"
#endif

#endif  // DEPTHWISE_SIMD_VEC_H_
