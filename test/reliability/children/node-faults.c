// Preloaded beside a copy of the addon whose Node-API imports are called nbpi_ instead of napi_: the nth call fails
// (FAULT_NODE=n), or that one and all later ones (n+). FAULT_COUNTS names a file that tells how many there were.
// STUBS is a file of lines STUB(name), one for each import. x86-64.
#define _GNU_SOURCE
#include <stdio.h>

#include "fault.h"

static struct fault calls = {"FAULT_NODE", 0};

__attribute__((used, visibility("default"))) int node_fault(void) { return is_due(&calls); }

// Whatever the arguments are, they go on untouched; 9 is napi_generic_failure.
#define STUB(name)                                                                                                \
  __asm__(".globl nbpi_" #name "\n.type nbpi_" #name ",@function\nnbpi_" #name                                    \
          ":\n"                                                                                                   \
          "push %rdi\npush %rsi\npush %rdx\npush %rcx\npush %r8\npush %r9\nsub $24,%rsp\nmovsd %xmm0,(%rsp)\n"    \
          "call node_fault@PLT\n"                                                                                 \
          "mov %eax,%r11d\nmovsd (%rsp),%xmm0\nadd $24,%rsp\npop %r9\npop %r8\npop %rcx\npop %rdx\npop %rsi\n"    \
          "pop %rdi\ntest %r11d,%r11d\njne 1f\njmp napi_" #name "@PLT\n1:\nmov $9,%eax\nret\n");
#include STUBS

__attribute__((destructor)) static void tell(void) {
  const char* name = getenv("FAULT_COUNTS");
  FILE* file = name ? fopen(name, "w") : NULL;
  if (!file) return;
  fprintf(file, "{\"calls\":%d}\n", calls.asked);
  fclose(file);
}
