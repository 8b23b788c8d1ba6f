// A small seeded generator (splitmix64), so that a failure repeats on every machine.
#ifndef DEPTHWISE_TEST_NATIVE_RANDOM_H_
#define DEPTHWISE_TEST_NATIVE_RANDOM_H_

#include <cstdint>

namespace depthwise::test {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  // A whole number of low .. high.
  int32_t between(int32_t low, int32_t high) {
    return low + static_cast<int32_t>(next() % (static_cast<uint64_t>(high - low) + 1));
  }
  bool one_in(int32_t n) { return next() % n == 0; }
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  uint64_t state_;
};

// Small integers: every sum of them is exact, in any order. Or numbers of -1 .. 1.
template <class T>
void fill_random(Random& random, T* data, int64_t count, bool integers) {
  for (int64_t i = 0; i < count; ++i)
    data[i] = integers ? static_cast<T>(random.between(-3, 3)) : static_cast<T>(random.uniform() * 2 - 1);
}

}  // namespace depthwise::test

#endif  // DEPTHWISE_TEST_NATIVE_RANDOM_H_
