// Runs a fuzz target over its corpus, a line of hexadecimal digits a case, without a fuzzer.
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int main(int count, char** arguments) {
  if (count != 2) {
    fprintf(stderr, "fuzz_replay <corpus>\n");
    return 2;
  }
  std::ifstream corpus(arguments[1]);
  if (!corpus) {
    fprintf(stderr, "%s cannot be read\n", arguments[1]);
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
