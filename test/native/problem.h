// A convolution problem in one line, as in bench/shapes.txt:  n1_c32_i112x112_o32_k3x3_s1_p1_d1_g32
// Further fields: b (bias), S (shared bank), f64, LNHWC, arelu | arelu6 | asilu | ahardswish,
// mreflect | mreplicate | mcircular. One to three sizes after i and k; s, p, d: one number, one an axis (2x1), and
// for p also all beginnings, then all ends (1,0,2,1).
#ifndef DEPTHWISE_TEST_NATIVE_PROBLEM_H_
#define DEPTHWISE_TEST_NATIVE_PROBLEM_H_

#include <string>
#include <vector>

#include "conv/geometry.h"

namespace depthwise::test {

struct Problem {
  int64_t batch = 1;
  Geometry g = {};
};

// Returns an empty string, or what is wrong with the descriptor.
std::string parse_problem(const std::string& descriptor, Problem* problem);
std::string describe(const Problem& problem);

struct NamedProblem {
  std::string name;
  std::string descriptor;
};
// The lines of bench/shapes.txt.
std::vector<NamedProblem> read_shapes(const char* path);

// The fields that make_geometry() takes, in words.
struct ProblemFields {
  int32_t values[kGeometryFields] = {};
  ProblemFields();
  // axis: 0 depth, 1 height, 2 width.
  void axis(int axis, int32_t in, int32_t kernel, int32_t stride, int32_t dilation, int32_t pad, int32_t pad_end);
};

}  // namespace depthwise::test

#endif  // DEPTHWISE_TEST_NATIVE_PROBLEM_H_
