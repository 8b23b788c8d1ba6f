// The contract of Vec (simd/vec_scalar.h), word by word, for one ISA and both element types; compiled with its flags.
#include <cmath>
#include <limits>

#include "guard_buffer.h"
#include "kernels/activation.h"
#include "kernels/family.h"
#include "simd/transpose.h"
#include "test.h"

namespace depthwise {
namespace {

using test::check;
using test::Flush;
using test::GuardBuffer;

template <class T>
struct Numbers {  // `count` numbers 1, 2, .. flush against a page that nobody may touch
  Numbers(int count, Flush flush) : buffer(count * static_cast<int64_t>(sizeof(T)), flush) {
    for (int i = 0; i < count; ++i) at()[i] = static_cast<T>(i + 1);
  }
  T* at() { return static_cast<T*>(buffer.data()); }
  GuardBuffer buffer;
};

template <class V>
bool lanes_are(V v, auto wanted) {
  typename V::Element lanes[V::kLanes];
  v.store(lanes);
  for (int i = 0; i < V::kLanes; ++i)
    if (!(lanes[i] == static_cast<typename V::Element>(wanted(i)))) return false;
  return true;
}

template <class V>
void check_plain_memory() {
  using T = typename V::Element;
  constexpr int kLanes = V::kLanes;
  for (const Flush flush : {Flush::kEnd, Flush::kBegin}) {
    check(lanes_are(V::load(Numbers<T>(kLanes, flush).at()), [](int i) { return i + 1; }), "load");
    V even, odd;
    V::load_split(Numbers<T>(2 * kLanes, flush).at(), even, odd);
    check(lanes_are(even, [](int i) { return 2 * i + 1; }), "load_split, even");
    check(lanes_are(odd, [](int i) { return 2 * i + 2; }), "load_split, odd");
    Numbers<T> both(2 * kLanes, flush);
    V::store_split(both.at(), odd, even);
    for (int i = 0; i < 2 * kLanes; ++i) check(both.at()[i] == static_cast<T>(1 + (i ^ 1)), "store_split");
    const V every_other = V::load_every_other(Numbers<T>(2 * kLanes - 1, flush).at());
    check(lanes_are(every_other, [](int i) { return 2 * i + 1; }), "load_every_other");
    const V mixed = V::load_every_other_mixed(Numbers<T>(2 * kLanes - 1, flush).at());
    check(lanes_are(mixed.in_order(), [](int i) { return 2 * i + 1; }), "load_every_other_mixed, in_order");
    const V first = mixed.keep(V::Mask::first(1)).in_order();
    check(lanes_are(first, [](int i) { return i == 0 ? 1 : 0; }), "load_every_other_mixed, the first lane");
    Numbers<T> to(kLanes, flush);
    V::broadcast(T(7)).store(to.at());
    for (int i = 0; i < kLanes; ++i) check(to.at()[i] == T(7), "store");
  }
  check(lanes_are(V::zero(), [](int) { return 0; }), "zero");
}

// What strips of stride 2 ask for.
template <class V>
void check_pairs() {
  if constexpr (sizeof(typename V::Element) == 4 && requires(V v) { V::load_pairs(nullptr, v, v, v); }) {
    constexpr int kLanes = V::kLanes;
    for (const Flush flush : {Flush::kEnd, Flush::kBegin}) {
      V before, even, odd;
      V::load_pairs(Numbers<float>(2 * kLanes + 2, flush).at() + 2, before, even, odd);
      check(lanes_are(before.in_order(), [](int i) { return 2 * i + 2; }), "load_pairs, before");
      check(lanes_are(even.in_order(), [](int i) { return 2 * i + 3; }), "load_pairs, even");
      check(lanes_are(odd.in_order(), [](int i) { return 2 * i + 4; }), "load_pairs, odd");
      const V without_first = before.keep(V::Mask::range(1, kLanes)).in_order();
      check(lanes_are(without_first, [](int i) { return i == 0 ? 0 : 2 * i + 2; }), "load_pairs, the first lane");
      const V without_last = odd.keep(V::Mask::first(kLanes - 1)).in_order();
      check(lanes_are(without_last, [](int i) { return i == kLanes - 1 ? 0 : 2 * i + 4; }),
            "load_pairs, the last lane");
    }
  }
}

// Of a vector or a half.
template <class X>
void check_split_and_after() {
  constexpr int kLanes = X::kLanes;
  Numbers<float> from(2 * kLanes, Flush::kEnd);
  const X a = X::load(from.at()), b = X::load(from.at() + kLanes);
  X even, odd;
  X::split(a, b, even, odd);
  check(lanes_are(even, [](int i) { return 2 * i + 1; }), "split, even");
  check(lanes_are(odd, [](int i) { return 2 * i + 2; }), "split, odd");
  check(lanes_are(b.after(a), [](int i) { return kLanes + i; }), "after");
}

template <class V>
void check_half() {
  if constexpr (sizeof(typename V::Element) == 4 && requires { typename V::Half; }) {
    using Half = typename V::Half;
    constexpr int kLanes = Half::kLanes;
    check_split_and_after<V>();
    check_split_and_after<Half>();
    for (const Flush flush : {Flush::kEnd, Flush::kBegin}) {
      Numbers<float> to(kLanes, flush);
      Half::broadcast(7).store(to.at());
      for (int i = 0; i < kLanes; ++i) check(to.at()[i] == 7, "store of a half");
      check(to.buffer.surroundings_untouched(), "store of a half writes its lanes only");
      for (int end = 0; end <= kLanes; ++end) {
        for (int begin = 0; begin <= end; ++begin) {
          const auto mask = begin == 0 ? Half::Mask::first(end) : Half::Mask::range(begin, end);
          const Half loaded = Half::load(Numbers<float>(end - begin, flush).at() - begin, mask);
          check(lanes_are(loaded, [=](int i) { return i >= begin && i < end ? i - begin + 1 : 0; }), "masked half");
        }
      }
    }
    const Half x = V::load(Numbers<float>(V::kLanes, Flush::kEnd).at()).low(), two = Half::broadcast(2);
    check(lanes_are(x, [](int i) { return i + 1; }), "low");
    check(lanes_are(fma(x, two, two), [](int i) { return 2 * i + 4; }), "fma of halves");
    check(lanes_are(max(Half::zero(), x), [](int i) { return i + 1; }), "max of halves");
    check(lanes_are(min(two, x), [](int i) { return i == 0 ? 1 : 2; }), "min of halves");
  }
}

// Masks of every begin and end, also beyond the vector: only the lanes inside are touched.
template <class V>
void check_masks() {
  using T = typename V::Element;
  constexpr int kLanes = V::kLanes;
  for (int begin = -2; begin <= kLanes + 2; ++begin) {
    for (int end = -2; end <= kLanes + 2; ++end) {
      const int low = begin < 0 ? 0 : begin, high = end > kLanes ? kLanes : end, count = high > low ? high - low : 0;
      const auto mask = begin == 0 ? V::Mask::first(end) : V::Mask::range(begin, end);
      const auto inside = [=](int i) { return i >= low && i < high; };
      for (const Flush flush : {Flush::kEnd, Flush::kBegin}) {
        // The array holds the live lanes alone; the others would lie before it or behind it.
        Numbers<T> from(count, flush), to(count, flush);
        const V loaded = V::load(from.at() - low, mask);
        check(lanes_are(loaded, [=](int i) { return inside(i) ? i - low + 1 : 0; }), "masked load");
        V::broadcast(T(9)).store(to.at() - low, mask);
        for (int i = 0; i < count; ++i) check(to.at()[i] == T(9), "masked store");
        check(to.buffer.surroundings_untouched(), "masked store writes its lanes only");
      }
    }
  }
}

// Two runs of lanes with one lane between them.
template <class V>
void check_two_runs() {
  if constexpr (V::kCheapMasks) {
    using T = typename V::Element;
    Numbers<T> from(V::kLanes, Flush::kEnd);
    for (int between = 0; between < V::kLanes; ++between) {
      const auto mask = V::Mask::first(between) | V::Mask::range(between + 1, V::kLanes);
      check(lanes_are(V::load(from.at(), mask), [=](int i) { return i != between ? i + 1 : 0; }), "two runs of lanes");
    }
  }
}

template <class V>
void check_transpose() {
  V rows[V::kLanes];
  for (int i = 0; i < V::kLanes; ++i)
    rows[i] = V::load(Numbers<typename V::Element>(V::kLanes, Flush::kEnd).at()) + V::broadcast(i * V::kLanes);
  transpose(rows);
  for (int i = 0; i < V::kLanes; ++i)
    check(lanes_are(rows[i], [=](int j) { return j * V::kLanes + i + 1; }), "transpose");
}

template <class V>
void check_arithmetic() {
  using T = typename V::Element;
  T a_lanes[V::kLanes], b_lanes[V::kLanes];
  for (int i = 0; i < V::kLanes; ++i) a_lanes[i] = static_cast<T>(i - 3), b_lanes[i] = static_cast<T>(2 * i + 1);
  const V a = V::load(a_lanes), b = V::load(b_lanes), c = V::broadcast(T(5));
  check(lanes_are(fma(a, b, c), [&](int i) { return a_lanes[i] * b_lanes[i] + 5; }), "fma");
  check(lanes_are(fms(a, b, c), [&](int i) { return a_lanes[i] * b_lanes[i] - 5; }), "fms");
  check(lanes_are(a + b, [&](int i) { return a_lanes[i] + b_lanes[i]; }), "+");
  check(lanes_are(a - b, [&](int i) { return a_lanes[i] - b_lanes[i]; }), "-");
  check(lanes_are(a * b, [&](int i) { return a_lanes[i] * b_lanes[i]; }), "*");
  check(lanes_are(a / b, [&](int i) { return a_lanes[i] / b_lanes[i]; }), "/");
  check(lanes_are(max(a, V::zero()), [&](int i) { return a_lanes[i] > 0 ? a_lanes[i] : 0; }), "max");
  check(lanes_are(min(a, V::zero()), [&](int i) { return a_lanes[i] < 0 ? a_lanes[i] : 0; }), "min");
  const V nan = V::broadcast(std::numeric_limits<T>::quiet_NaN());
  T lanes[V::kLanes];
  max(V::zero(), nan).store(lanes);
  check(std::isnan(lanes[0]), "max keeps a NaN of its second operand");
  min(V::zero(), nan).store(lanes);
  check(std::isnan(lanes[0]), "min keeps a NaN of its second operand");
}

// A product and a sum that one rounding and two tell apart.
template <class V>
void check_fma_rounding(bool once) {
  using T = typename V::Element;
  const T e = std::numeric_limits<T>::epsilon();
  const V x = V::broadcast(1 + e);
  check(lanes_are(fma(x, x, V::broadcast(-1)), [=](int) { return once ? 2 * e + e * e : 2 * e; }), "fma's rounding");
  check(lanes_are(fms(x, x, V::broadcast(1)), [=](int) { return once ? 2 * e + e * e : 2 * e; }), "fms's rounding");
}

template <class V>
void check_exponents() {
  using T = typename V::Element;
  const int low = sizeof(T) == 4 ? -126 : -1022, high = -low + 1;
  for (int n = low; n <= high; n += 7)
    check(lanes_are(scale2(V::broadcast(T(1)), V::broadcast(static_cast<T>(n))),
                    [=](int) { return std::ldexp(T(1), n); }),
          "scale2");
  const double cases[] = {0.0, 0.4, 0.5, 0.6, 1.5, 2.5, -0.5, -1.5, -2.6, 1000000.5, -1000001.5};
  for (const double x : cases)
    check(lanes_are(round(V::broadcast(static_cast<T>(x))), [=](int) { return std::nearbyint(static_cast<T>(x)); }),
          "round");
}

template <class V>
void check_activations() {
  using T = typename V::Element;
  const double epsilon = std::numeric_limits<T>::epsilon();
  T lanes[V::kLanes];
  for (double x = -120; x <= 120; x += 0.37) {
    activate(Activation::kSilu, V::broadcast(static_cast<T>(x))).store(lanes);
    const double input = static_cast<T>(x), silu = input / (1 + std::exp(-input));
    check(std::fabs(lanes[0] - silu) <= 8 * epsilon * std::fabs(silu) + std::numeric_limits<T>::min() * 64, "silu");
    activate(Activation::kHardswish, V::broadcast(static_cast<T>(x))).store(lanes);
    const double hard = input * std::fmin(6, std::fmax(0, input + 3)) / 6;
    check(std::fabs(lanes[0] - hard) <= 8 * epsilon * (std::fabs(hard) + std::fabs(input)), "hardswish");
  }
  for (const Activation activation :
       {Activation::kNone, Activation::kRelu, Activation::kRelu6, Activation::kSilu, Activation::kHardswish}) {
    activate(activation, V::broadcast(std::numeric_limits<T>::quiet_NaN())).store(lanes);
    check(std::isnan(lanes[0]), "an activation keeps a NaN");
  }
  activate(Activation::kRelu6, V::broadcast(std::numeric_limits<T>::infinity())).store(lanes);
  check(lanes[0] == 6, "relu6 of infinity");
  activate(Activation::kSilu, V::broadcast(std::numeric_limits<T>::infinity())).store(lanes);
  check(std::isinf(lanes[0]) && lanes[0] > 0, "silu of infinity");
}

template <class V>
void check_all() {
  check_plain_memory<V>();
  check_pairs<V>();
  check_half<V>();
  check_masks<V>();
  check_two_runs<V>();
  check_transpose<V>();
  check_arithmetic<V>();
  check_fma_rounding<V>(DEPTHWISE_ISA_CODE != 1 && DEPTHWISE_ISA_CODE != 6);  // scalar, SSE2
  check_exponents<V>();
  check_activations<V>();
}

}  // namespace

void check_vec_contract() {
  check_all<Vec<float>>();
  check_all<Vec<double>>();
}

}  // namespace depthwise
