// Preloaded beside a copy of the addon whose Node-API imports are called nbpi_ instead of napi_: the nth call fails
// (FAULT_NODE=n), or that one and all later ones (n+). FAULT_COUNTS names a file that tells how many there were.
// FAULT_NEXT counts from now on, for a script that sets it over and over: it counts down, and is 0 or 0+ once a call
// has failed. FAULT_STATUS is what those calls return, 9 (napi_generic_failure) where it is not set.
// STUBS is a file of lines STUB(name), one for each import. x86-64.
#define _GNU_SOURCE
#include <stdio.h>

#include "fault.h"

static struct fault calls = {"FAULT_NODE", 0};

static int is_next(void) {
  const char* wanted = getenv("FAULT_NEXT");
  if (!wanted || strcmp(wanted, "0") == 0) return 0;
  const int left = atoi(wanted) - 1;
  if (left < 0) return 1;
  char text[16];
  snprintf(text, sizeof text, "%d%s", left, strchr(wanted, '+') ? "+" : "");
  setenv("FAULT_NEXT", text, 1);
  return left == 0;
}

// The status of a call that fails, or 0.
__attribute__((used, visibility("default"))) int node_fault(void) {
  if (!is_due(&calls) && !is_next()) return 0;
  const char* status = getenv("FAULT_STATUS");
  return status ? atoi(status) : 9;
}

// Whatever the arguments are, they go on untouched.
#define STUB(name)                                                                                             \
  __asm__(".globl nbpi_" #name "\n.type nbpi_" #name ",@function\nnbpi_" #name                                 \
          ":\n"                                                                                                \
          "push %rdi\npush %rsi\npush %rdx\npush %rcx\npush %r8\npush %r9\nsub $24,%rsp\nmovsd %xmm0,(%rsp)\n" \
          "call node_fault@PLT\n"                                                                              \
          "mov %eax,%r11d\nmovsd (%rsp),%xmm0\nadd $24,%rsp\npop %r9\npop %r8\npop %rcx\npop %rdx\npop %rsi\n" \
          "pop %rdi\ntest %r11d,%r11d\njne 1f\njmp napi_" #name "@PLT\n1:\nmov %r11d,%eax\nret\n");
#include STUBS

__attribute__((destructor)) static void tell(void) {
  const char* name = getenv("FAULT_COUNTS");
  FILE* file = name ? fopen(name, "w") : NULL;
  if (!file) return;
  fprintf(file, "{\"calls\":%d}\n", calls.asked);
  fclose(file);
}
