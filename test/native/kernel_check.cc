// kernel_check [--isa X] [--kernel NAME] [--count N] [--from N] [--f64] [--verbose] [descriptor ...]
// Runs every kernel that does not refuse (of the ISAs that run here) between guard pages, on integers and on fractions,
// once with a NaN among them, over the given problems, or over the special ones and N problems of the sweep. On a
// failure: one line that repeats it.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "check_kernel.h"
#include "dispatch/kernel_list.h"
#include "special_problems.h"
#include "sweep.h"
#include "test.h"

namespace depthwise::test {
namespace {

struct Options {
  std::string isa, kernel;
  std::vector<std::string> descriptors;
  int64_t from = 0, count = 1500;
  bool f64 = false, verbose = false;
};

char current[512];  // what runs now, for the handler of a fault

void on_fault(int signal) {
  const char* text = signal == SIGSEGV || signal == SIGBUS ? "FAULT (read or write outside) " : "FAULT ";
  (void)!write(2, text, strlen(text));
  (void)!write(2, current, strlen(current));
  _exit(1);
}

bool runs_here(const char* isa_text) {
  Isa isa;
  if (!isa_from_name(isa_text, &isa)) return false;
  return isa == Isa::kWide16 || (cpu_isas() & isa_bit(isa));
}

struct Tally {
  int64_t runs = 0;
  std::map<std::string, int64_t> by_kernel;
};

bool check_problem(const Problem& problem, const Options& options, uint64_t seed, Tally* tally) {
  for (int pass = 0; pass < 4; ++pass) {
    const bool integers = pass % 2 == 0;
    const Flush flush = pass / 2 == 0 ? Flush::kEnd : Flush::kBegin;
    const bool has_nan = pass == 3;  // which must not get into an output that does not see it
    std::optional<Scene> scene;      // made for the first kernel that takes the problem
    for (int32_t l = 0; l < kernel_list_count(); ++l) {
      const KernelList& list = kernel_list(l);
      if (!runs_here(list.isa) || (!options.isa.empty() && options.isa != list.isa)) continue;
      for (int32_t i = 0; i < list.count; ++i) {
        const Kernel& kernel = list.kernels[i];
        const std::string name = std::string(kernel.name) + "/" + list.isa;
        if (!options.kernel.empty() && options.kernel != kernel.name && options.kernel != name) continue;
        if (const char* why = refusal(kernel, problem.g)) {
          if (options.verbose && pass == 0) printf("%s refuses: %s\n", name.c_str(), why);
          continue;
        }
        snprintf(current, sizeof current, "kernel_check --kernel %s %s\n", name.c_str(), describe(problem).c_str());
        if (!scene) scene.emplace(problem, integers, flush, seed + pass, has_nan);
        const std::string wrong = check_kernel(kernel, *scene, seed);
        ++tally->runs;
        ++tally->by_kernel[name + (kernel.element == ElementType::kFloat64 ? " f64" : "")];
        if (wrong.empty()) continue;
        printf("FAIL %s (%s, flush with the page %s)\n  repeat: %s", wrong.c_str(), integers ? "integers" : "fractions",
               flush == Flush::kEnd ? "behind" : "before", current);
        return false;
      }
    }
  }
  return true;
}

bool read_options(int argc, char** argv, Options* options) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool more = i + 1 < argc;
    if (word == "--isa" && more)
      options->isa = argv[++i];
    else if (word == "--kernel" && more)
      options->kernel = argv[++i];
    else if (word == "--count" && more)
      options->count = atoll(argv[++i]);
    else if (word == "--from" && more)
      options->from = atoll(argv[++i]);
    else if (word == "--f64")
      options->f64 = true;
    else if (word == "--verbose")
      options->verbose = true;
    else if (word[0] == '-')
      return false;
    else
      options->descriptors.push_back(word);
  }
  return true;
}

int main_check(int argc, char** argv) {
  Options options;
  if (!read_options(argc, argv, &options)) {
    fprintf(stderr,
            "kernel_check [--isa X] [--kernel NAME] [--count N] [--from N] [--f64] [--verbose] [descriptor ...]\n");
    return 2;
  }
  setvbuf(stdout, nullptr, _IOLBF, 0);
  if (!options.isa.empty() && !runs_here(options.isa.c_str())) {
    printf("this CPU has no %s\n", options.isa.c_str());
    return kSkipped;
  }
  for (const int number : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) signal(number, on_fault);
  Tally tally;
  int64_t failures = 0;
  const bool is_sweep = options.descriptors.empty();
  for (const std::string& descriptor : is_sweep ? special_problems() : options.descriptors) {
    Problem problem;
    const std::string broken = parse_problem(options.f64 ? descriptor + "_f64" : descriptor, &problem);
    if (!broken.empty()) return fprintf(stderr, "%s: %s\n", descriptor.c_str(), broken.c_str()), 2;
    failures += !check_problem(problem, options, 1, &tally);
  }
  const int64_t end = is_sweep ? options.from + options.count : options.from;
  for (int64_t i = options.from; i < end && failures < 10; ++i) {
    Problem problem = sweep_problem(i);
    if (options.f64) problem.g.element = ElementType::kFloat64;
    failures += !check_problem(problem, options, i, &tally);
  }
  for (const auto& [name, runs] : tally.by_kernel) printf("%6lld  %s\n", static_cast<long long>(runs), name.c_str());
  printf("%lld runs, %lld failures\n", static_cast<long long>(tally.runs), static_cast<long long>(failures));
  // Nothing ran: a name that does not exist, or every kernel of it refused.
  return failures > 0 || tally.runs == 0;
}

}  // namespace
}  // namespace depthwise::test

int main(int argc, char** argv) { return depthwise::test::main_check(argc, argv); }
