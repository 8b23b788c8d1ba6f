// make_geometry(): the sizes it derives, and every rule it keeps.
#include "conv/geometry.h"

#include "problem.h"
#include "test.h"

namespace depthwise::test {
namespace {

Geometry geometry(const char* descriptor) {
  Problem problem;
  const std::string broken = parse_problem(descriptor, &problem);
  check(broken.empty(), std::string(descriptor) + ": " + broken);
  return problem.g;
}

void check_sizes() {
  const Geometry g = geometry("n1_c6_i10x12_o12_k3x5_s2x1_p1,2,0,3_d1x2_g3_b");
  check_equal(g.in_per_group, 2, "in_per_group");
  check_equal(g.out_per_group, 4, "out_per_group");
  check_equal(g.h.out, (10 + 1 + 0 - 3) / 2 + 1, "h.out");
  check_equal(g.w.out, 12 + 2 + 3 - 9 + 1, "w.out");
  check_equal(g.taps, 15, "taps");
  check_equal(g.weight_elements, 12 * 2 * 15, "weight_elements");
  const Geometry shared = geometry("n1_c5_i9_o15_k3_s1_p1_d1_g5_S");
  check_equal(shared.weight_count, 3, "weight_count of a shared bank");
  check_equal(shared.weight_elements, 9, "weight_elements of a shared bank");
}

// The interior is exactly the outputs whose taps all lie inside, for every small axis.
void check_interior() {
  int32_t cases = 0;
  for (int32_t in = 1; in <= 9; ++in)
    for (int32_t k = 1; k <= 5; ++k)
      for (int32_t s = 1; s <= 3; ++s)
        for (int32_t d = 1; d <= 3; ++d)
          for (int32_t pad = 0; pad <= 6; ++pad) {
            ProblemFields fields;
            fields.axis(2, in, k, s, d, pad, 6 - pad);
            Geometry g;
            if (make_geometry(fields.values, kGeometryFields, &g)) continue;
            for (int32_t o = 0; o < g.w.out; ++o) {
              const int32_t first = o * s - pad, last = first + (k - 1) * d;
              const bool interior = o >= g.w.interior_begin && o < g.w.interior_end;
              if (interior != (first >= 0 && last < in))
                check(false, "interior of i" + std::to_string(in) + " k" + std::to_string(k) + " s" +
                                 std::to_string(s) + " d" + std::to_string(d) + " p" + std::to_string(pad) + " at " +
                                 std::to_string(o));
            }
            ++cases;
          }
  check(cases > 2000, "enough axes were looked at");
}

void refused(ProblemFields fields, const char* why) {
  Geometry g;
  check(make_geometry(fields.values, kGeometryFields, &g) != nullptr, why);
}

void check_rules() {
  Geometry g;
  ProblemFields plain;
  check(make_geometry(plain.values, kGeometryFields, &g) == nullptr, "the smallest geometry is one");
  check(make_geometry(plain.values, kGeometryFields - 1, &g) != nullptr, "a field is missing");
  const auto with = [](int32_t field, int32_t value) {
    ProblemFields fields;
    fields.values[field] = value;
    return fields;
  };
  for (const int32_t field :
       {kFieldElement, kFieldLayout, kFieldPaddingMode, kFieldActivation, kFieldSharedBank, kFieldHasBias}) {
    refused(with(field, -1), "an enumeration below its range");
    refused(with(field, 9), "an enumeration above its range");
  }
  for (const int32_t field : {kFieldInChannels, kFieldOutChannels, kFieldGroups})
    refused(with(field, 0), "no channels");
  refused(with(kFieldGroups, 2), "groups that do not divide");
  for (int field = 0; field < 4; ++field) refused(with(kFieldAxes + field, 0), "an axis of 0");
  refused(with(kFieldAxes + 4, -1), "padding below 0");
  refused(with(kFieldAxes + 5, -1), "padding at the end below 0");
  ProblemFields uneven = with(kFieldInChannels, 4);
  uneven.values[kFieldGroups] = 2;
  refused(uneven, "groups that divide the input channels alone");
  uneven.values[kFieldOutChannels] = 2;
  check(make_geometry(uneven.values, kGeometryFields, &g) == nullptr, "groups that divide both");
  uneven.values[kFieldSharedBank] = 1;
  refused(uneven, "a shared bank with two channels a group");
  ProblemFields wide;
  wide.axis(2, 5, 7, 1, 1, 0, 1);
  refused(wide, "a kernel larger than the padded input");
  wide.axis(2, 2147483647, 1, 1, 1, 1, 0);
  refused(wide, "a padded axis past 2^31 - 1");
  wide.axis(2, 2147483647, 2, 1, 2147483647, 0, 0);
  refused(wide, "a dilated kernel past 2^31 - 1");
  wide.axis(2, 2147483647, 1, 1, 1, 0, 0);
  check(make_geometry(wide.values, kGeometryFields, &g) == nullptr, "an axis of 2^31 - 1");
  for (int axis = 0; axis < 2; ++axis) {
    ProblemFields broken;
    broken.axis(axis, 2, 3, 1, 1, 0, 0);
    refused(broken, "a kernel larger than the input on another axis");
  }
  for (int axis = 0; axis < 3; ++axis) wide.axis(axis, 2000000, 1, 1, 1, 0, 0);
  refused(wide, "a plane past 2^53 elements");
  // 2^53 elements of input are allowed, one more is not; the same of output and of weight.
  ProblemFields large;
  large.axis(1, 1 << 26, 1, 1, 1, 0, 0);
  large.axis(2, 1 << 27, 1, 1, 1, 0, 0);
  check(make_geometry(large.values, kGeometryFields, &g) == nullptr, "2^53 elements");
  large.values[kFieldOutChannels] = 2;
  refused(large, "an output past 2^53 elements");
  large.values[kFieldOutChannels] = 1;
  large.axis(1, (1 << 26) + 1, 1, 1, 1, 0, 0);
  refused(large, "an input past 2^53 elements");
  large.axis(0, 1 << 27, 1, 1, 1, 0, 0);
  refused(large, "two axes past 2^53 elements");
  ProblemFields heavy;
  heavy.axis(1, 1 << 26, 1 << 26, 1, 1, 0, 0);
  heavy.axis(2, 1 << 26, 1 << 26, 1, 1, 0, 0);
  heavy.values[kFieldOutChannels] = 2;
  check(make_geometry(heavy.values, kGeometryFields, &g) == nullptr, "2^53 elements of weight");
  heavy.values[kFieldOutChannels] = 3;
  refused(heavy, "a weight past 2^53 elements");
  ProblemFields reflect = with(kFieldPaddingMode, 1);
  reflect.axis(2, 3, 3, 1, 1, 3, 0);
  refused(reflect, "reflect with padding of the size");
  reflect.values[kFieldPaddingMode] = 3;
  check(make_geometry(reflect.values, kGeometryFields, &g) == nullptr, "circular with padding of the size");
  reflect.axis(2, 3, 3, 1, 1, 4, 0);
  refused(reflect, "circular with padding above the size");
}

}  // namespace
}  // namespace depthwise::test

int main() {
  depthwise::test::check_sizes();
  depthwise::test::check_interior();
  depthwise::test::check_rules();
  return depthwise::test::report();
}
