// Which instruction sets this CPU has and this operating system saves.
#ifndef DEPTHWISE_DISPATCH_CPU_H_
#define DEPTHWISE_DISPATCH_CPU_H_

#include <cstdint>

namespace depthwise {

// Best first. kWide16 is compiled into the native tests only: sixteen lanes of plain arrays, which run the kernel
// templates at AVX-512's width on any machine. It is never chosen, only forced.
enum class Isa : int32_t { kAvx512, kAvx2, kSse2, kNeon, kScalar, kWide16 };
constexpr int32_t kIsaCount = 6;

using IsaSet = uint32_t;  // bit i: the Isa of value i
constexpr IsaSet isa_bit(Isa isa) { return IsaSet{1} << static_cast<int32_t>(isa); }

const char* isa_name(Isa isa);
// False where no ISA has that name.
bool isa_from_name(const char* name, Isa* isa);

// What may be chosen on this CPU; scalar always is. Asked once, then remembered.
IsaSet cpu_isas();

}  // namespace depthwise

#endif  // DEPTHWISE_DISPATCH_CPU_H_
