#include "problem.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace depthwise::test {
namespace {

constexpr const char* kModes[] = {"zeros", "reflect", "replicate", "circular"};
constexpr const char* kActivations[] = {"none", "relu", "relu6", "silu", "hardswish"};

// "3x4,5" -> 3 4 5
bool numbers(const std::string& text, std::vector<int32_t>* out) {
  out->clear();
  const char* at = text.c_str();
  while (*at) {
    char* end;
    const long value = strtol(at, &end, 10);
    if (end == at) return false;
    out->push_back(static_cast<int32_t>(value));
    at = *end == 'x' || *end == ',' ? end + 1 : end;
    if (at == end && *end) return false;
  }
  return !out->empty();
}

template <int N>
bool word(const char* const (&words)[N], const std::string& text, int32_t* value) {
  for (int i = 0; i < N; ++i)
    if (text == words[i]) return *value = i, true;
  return false;
}

// `values` for each of `axes` axes: one for all, or one each.
bool spread(std::vector<int32_t>* values, size_t axes) {
  if (values->size() == 1) values->assign(axes, (*values)[0]);
  return values->size() == axes;
}

}  // namespace

ProblemFields::ProblemFields() {
  values[kFieldGroups] = values[kFieldInChannels] = values[kFieldOutChannels] = 1;
  for (int i = 0; i < 3; ++i) axis(i, 1, 1, 1, 1, 0, 0);
}

void ProblemFields::axis(int axis, int32_t in, int32_t kernel, int32_t stride, int32_t dilation, int32_t pad,
                         int32_t pad_end) {
  int32_t* at = values + kFieldAxes + 6 * axis;
  const int32_t fields[6] = {in, kernel, stride, dilation, pad, pad_end};
  for (int i = 0; i < 6; ++i) at[i] = fields[i];
}

std::string parse_problem(const std::string& descriptor, Problem* problem) {
  ProblemFields fields;
  std::vector<int32_t> sizes, kernel, stride = {1}, pad = {0}, dilation = {1}, one;
  std::stringstream parts(descriptor);
  std::string part;
  while (std::getline(parts, part, '_')) {
    const std::string rest = part.empty() ? "" : part.substr(1);
    bool ok = true;
    switch (part.empty() ? '\0' : part[0]) {
      case 'n':
        ok = numbers(rest, &one);
        problem->batch = ok ? one[0] : 1;
        break;
      case 'c':
        ok = numbers(rest, &one);
        fields.values[kFieldInChannels] = ok ? one[0] : 0;
        break;
      case 'o':
        ok = numbers(rest, &one);
        fields.values[kFieldOutChannels] = ok ? one[0] : 0;
        break;
      case 'g':
        ok = numbers(rest, &one);
        fields.values[kFieldGroups] = ok ? one[0] : 0;
        break;
      case 'i': ok = numbers(rest, &sizes); break;
      case 'k': ok = numbers(rest, &kernel); break;
      case 's': ok = numbers(rest, &stride); break;
      case 'p': ok = numbers(rest, &pad); break;
      case 'd': ok = numbers(rest, &dilation); break;
      case 'b':
        ok = rest.empty();
        fields.values[kFieldHasBias] = 1;
        break;
      case 'S':
        ok = rest.empty();
        fields.values[kFieldSharedBank] = 1;
        break;
      case 'f':
        ok = rest == "64" || rest == "32";
        fields.values[kFieldElement] = rest == "64";
        break;
      case 'L':
        ok = rest == "NHWC" || rest == "NCHW";
        fields.values[kFieldLayout] = rest == "NHWC";
        break;
      case 'a': ok = word(kActivations, rest, &fields.values[kFieldActivation]); break;
      case 'm': ok = word(kModes, rest, &fields.values[kFieldPaddingMode]); break;
      default: ok = false;
    }
    if (!ok) return "field '" + part + "' is not understood";
  }
  const size_t axes = sizes.size();
  if (axes < 1 || axes > 3) return "one to three sizes after i";
  if (!spread(&kernel, axes) || !spread(&stride, axes) || !spread(&dilation, axes))
    return "k, s, d: one or one an axis";
  if (pad.size() != 2 * axes) {
    if (!spread(&pad, axes)) return "p: one, one an axis, or two an axis";
    pad.insert(pad.end(), pad.begin(), pad.end());
  }
  for (size_t i = 0; i < axes; ++i)
    fields.axis(static_cast<int>(3 - axes + i), sizes[i], kernel[i], stride[i], dilation[i], pad[i], pad[axes + i]);
  const char* broken = make_geometry(fields.values, kGeometryFields, &problem->g);
  return broken ? broken : "";
}

std::string describe(const Problem& problem) {
  const Geometry& g = problem.g;
  const Axis* all[] = {&g.d, &g.h, &g.w};
  const auto plain = [](const Axis& a) {
    return a.in == 1 && a.kernel == 1 && a.pad == 0 && a.pad_end == 0 && a.stride == 1;
  };
  const int first = !plain(g.d) ? 0 : !plain(g.h) ? 1 : 2;
  const auto list = [&](const char* separator, auto field) {
    std::string text;
    for (int i = first; i < 3; ++i) text.append(i > first ? separator : "").append(std::to_string(field(*all[i])));
    return text;
  };
  std::string text = "n";
  const auto add = [&](const char* field, const std::string& value) { text.append(field).append(value); };
  text += std::to_string(problem.batch);
  add("_c", std::to_string(g.in_channels));
  add("_i", list("x", [](const Axis& a) { return a.in; }));
  add("_o", std::to_string(g.out_channels));
  add("_k", list("x", [](const Axis& a) { return a.kernel; }));
  add("_s", list("x", [](const Axis& a) { return a.stride; }));
  add("_p", list(",", [](const Axis& a) { return a.pad; }));
  add(",", list(",", [](const Axis& a) { return a.pad_end; }));
  add("_d", list("x", [](const Axis& a) { return a.dilation; }));
  add("_g", std::to_string(g.groups));
  if (g.has_bias) text += "_b";
  if (g.shared_bank) text += "_S";
  if (g.element == ElementType::kFloat64) text += "_f64";
  if (g.layout == Layout::kChannelsLast) text += "_LNHWC";
  if (g.activation != Activation::kNone) text += std::string("_a") + kActivations[static_cast<int>(g.activation)];
  if (g.padding_mode != PaddingMode::kZeros) text += std::string("_m") + kModes[static_cast<int>(g.padding_mode)];
  return text;
}

std::vector<NamedProblem> read_shapes(const char* path) {
  std::vector<NamedProblem> shapes;
  std::ifstream file(path);
  std::string line, name, kind, descriptor;
  while (std::getline(file, line)) {
    std::stringstream words(line);
    if (line.empty() || line[0] == '#' || !(words >> name >> kind >> descriptor)) continue;
    shapes.push_back({name, descriptor});
  }
  return shapes;
}

}  // namespace depthwise::test
