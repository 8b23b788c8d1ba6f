#include "sweep.h"

#include <cmath>

#include "random.h"

namespace depthwise::test {
namespace {

constexpr double kMostMultiplyAdds = 3e5;  // a problem stays small enough for thousands of them

int32_t kernel_size(Random& random) {
  constexpr int32_t kCommon[] = {1, 2, 3, 3, 3, 3, 5, 5, 7, 7, 4, 9, 13, 31};
  return random.one_in(6) ? random.between(1, 16) : kCommon[random.between(0, 13)];
}

void spatial_axis(Random& random, ProblemFields& fields, int axis, int32_t largest, int32_t kernel, int32_t stride,
                  int32_t dilation) {
  const int32_t in = random.between(1, largest), reach = dilation * (kernel - 1) + 1;
  int32_t pad = random.one_in(3) ? random.between(0, reach) : reach / 2;
  int32_t pad_end = random.one_in(3) ? random.between(0, reach) : pad;
  if (in + pad + pad_end < reach) pad_end = reach - in - pad;
  fields.axis(axis, in, kernel, stride, dilation, pad, pad_end);
}

void channels(Random& random, ProblemFields& fields) {
  const int32_t many = random.one_in(3) ? 40 : 9;
  int32_t groups = random.between(1, many), in_per_group = 1, out_per_group = 1;
  switch (random.between(0, 7)) {
    case 0:
      in_per_group = random.between(1, 12), out_per_group = random.between(1, 12), groups = random.between(1, 6);
      break;
    case 1: in_per_group = random.between(1, 40), out_per_group = random.between(1, 40), groups = 1; break;
    case 2: in_per_group = out_per_group = 1 << random.between(1, 4), groups = random.between(1, 5); break;
    case 3: out_per_group = random.between(2, 5); break;
    case 4:
      out_per_group = random.between(1, 5);
      fields.values[kFieldSharedBank] = 1;
      break;
    default: break;  // depthwise
  }
  fields.values[kFieldGroups] = groups;
  fields.values[kFieldInChannels] = groups * in_per_group;
  fields.values[kFieldOutChannels] = groups * out_per_group;
}

Problem draw(Random& random) {
  ProblemFields fields;
  channels(random, fields);
  const int rank = random.one_in(6) ? 1 : random.one_in(6) ? 3 : 2;
  const bool square = !random.one_in(4), pointwise = random.one_in(6);
  const int32_t k = pointwise ? 1 : kernel_size(random);
  const int32_t stride = random.one_in(2) ? 1 : random.one_in(4) ? random.between(1, 5) : 2;
  const int32_t dilation = random.one_in(4) ? random.between(2, 4) : 1;
  const int32_t wide = random.one_in(5) ? 70 : 36;
  for (int axis = 3 - rank; axis < 3; ++axis) {
    const bool same = square || random.one_in(2);
    spatial_axis(random, fields, axis,
                 axis == 2   ? wide
                 : axis == 1 ? 20
                             : 6,
                 same ? k : kernel_size(random), same ? stride : random.between(1, 3),
                 same ? dilation : random.between(1, 3));
  }
  fields.values[kFieldHasBias] = random.one_in(2);
  fields.values[kFieldLayout] = random.one_in(3);
  fields.values[kFieldElement] = random.one_in(5);
  fields.values[kFieldActivation] = random.one_in(3) ? random.between(1, 4) : 0;
  Problem problem;
  if (make_geometry(fields.values, kGeometryFields, &problem.g)) problem.batch = -1;
  return problem;
}

}  // namespace

Problem sweep_problem(int64_t index) {
  Random random(static_cast<uint64_t>(index) * 1000003);
  for (;;) {
    const Problem problem = draw(random);
    if (problem.batch < 0) continue;
    const Geometry& g = problem.g;
    const double all = static_cast<double>(g.dst_elements) * static_cast<double>(g.in_per_group * g.taps);
    if (all <= kMostMultiplyAdds) return problem;
  }
}

}  // namespace depthwise::test
