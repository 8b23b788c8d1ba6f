// Runs vec_contract.cc where the CPU has its ISA. Compiled without that ISA's flags, so that it can say no.
#include <cstring>

#include "dispatch/cpu.h"
#include "test.h"

namespace depthwise {
void check_vec_contract();
}

int main() {
  using namespace depthwise;
  Isa isa;
  if (!isa_from_name(DEPTHWISE_TEST_ISA, &isa)) return 1;
  if (isa != Isa::kWide16 && !(cpu_isas() & isa_bit(isa))) {
    printf("this CPU has no %s\n", DEPTHWISE_TEST_ISA);
    return test::kSkipped;
  }
  check_vec_contract();
  return test::report();
}
