// Runs a fuzz target without a fuzzer: over its corpus, a line of hexadecimal digits a case, or on random bytes.
//   fuzz_replay <corpus>
//   fuzz_replay --random <count> <seed>    case number i of a seed is the same on every machine
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "random.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

static int replay(const char* path) {
  std::ifstream corpus(path);
  if (!corpus) {
    fprintf(stderr, "%s cannot be read\n", path);
    return 2;
  }
  std::string line;
  int cases = 0;
  while (std::getline(corpus, line)) {
    std::vector<uint8_t> bytes;
    for (size_t i = 0; i + 1 < line.size(); i += 2)
      bytes.push_back(static_cast<uint8_t>(std::stoi(line.substr(i, 2), nullptr, 16)));
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    ++cases;
  }
  printf("%d cases\n", cases);
  return cases > 0 ? 0 : 1;
}

static int run_random(int64_t count, uint64_t seed) {
  constexpr int kWords = 12;
  for (int64_t i = 0; i < count; ++i) {
    depthwise::test::Random random(seed + static_cast<uint64_t>(i));
    uint64_t words[kWords];
    for (uint64_t& word : words) word = random.next();
    uint8_t bytes[sizeof words];
    memcpy(bytes, words, sizeof bytes);
    LLVMFuzzerTestOneInput(bytes, sizeof bytes);
  }
  printf("%lld cases\n", static_cast<long long>(count));
  return 0;
}

int main(int count, char** arguments) {
  if (count == 2) return replay(arguments[1]);
  if (count == 4 && strcmp(arguments[1], "--random") == 0)
    return run_random(atoll(arguments[2]), strtoull(arguments[3], nullptr, 10));
  fprintf(stderr, "fuzz_replay <corpus>\nfuzz_replay --random <count> <seed>\n");
  return 2;
}
