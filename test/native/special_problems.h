// Problems that chance draws too seldom: descriptors (problem.h) of what single kernels are made for, and of their
// seams.
#ifndef DEPTHWISE_TEST_SPECIAL_PROBLEMS_H_
#define DEPTHWISE_TEST_SPECIAL_PROBLEMS_H_

#include <string>
#include <vector>

namespace depthwise::test {

std::vector<std::string> special_problems();

}  // namespace depthwise::test

#endif  // DEPTHWISE_TEST_SPECIAL_PROBLEMS_H_
