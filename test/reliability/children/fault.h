// A fault that is asked for by a variable: "n" is the nth request alone, "n+" that one and all later ones.
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct fault {
  const char* variable;
  atomic_int asked;
};

static int is_due(struct fault* fault) {
  const int now = atomic_fetch_add(&fault->asked, 1) + 1;
  const char* wanted = getenv(fault->variable);
  if (!wanted) return 0;
  const int number = atoi(wanted);
  return now == number || (now > number && strchr(wanted, '+'));
}
