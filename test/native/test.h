// What a native test needs: say what must hold, go on after a failure, tell at the end.
#ifndef DEPTHWISE_TEST_NATIVE_TEST_H_
#define DEPTHWISE_TEST_NATIVE_TEST_H_

#include <cstdio>
#include <string>

namespace depthwise::test {

inline int failed_checks = 0;
inline int passed_checks = 0;

inline bool check(bool holds, const std::string& what, const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) {
  if (holds) return ++passed_checks, true;
  ++failed_checks;
  printf("%s:%d: FAIL %s\n", file, line, what.c_str());
  fflush(stdout);
  return false;
}

template <class A, class B>
bool check_equal(const A& got, const B& wanted, const std::string& what, const char* file = __builtin_FILE(),
                 int line = __builtin_LINE()) {
  const auto text = [](const auto& x) {
    if constexpr (requires { std::to_string(x); })
      return std::to_string(x);
    else
      return std::string(x);
  };
  return check(got == wanted, what + ": expected " + text(wanted) + ", but got " + text(got), file, line);
}

// The exit code of main(): a test that checked nothing has failed.
inline int report() {
  printf("%d checks, %d failed\n", passed_checks + failed_checks, failed_checks);
  return failed_checks > 0 || passed_checks == 0;
}

constexpr int kSkipped = 77;  // ctest knows it

}  // namespace depthwise::test

#endif  // DEPTHWISE_TEST_NATIVE_TEST_H_
