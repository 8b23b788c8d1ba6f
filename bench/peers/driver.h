// What the C++ peers share: a line protocol with the benchmark, so that both sides alternate in one run.
//   prepare <TAB> key=value ...   -> "ok <ms> <how>" (the output of one call, which took ms, is in the output file
//   then), or
//                                    "no <reason>"
//   run <TAB> calls               -> milliseconds of one call, the mean of `calls` in a row
//   release                       -> "ok"
// Arrays come as a file of floats: input, weight, bias, in PyTorch's order; the output goes back channels first.
#ifndef DEPTHWISE_BENCH_PEERS_DRIVER_H_
#define DEPTHWISE_BENCH_PEERS_DRIVER_H_

#include <cstdint>
#include <string>
#include <vector>

namespace depthwise::bench {

using Sizes = std::vector<int64_t>;

struct Layer {
  bool best_layout = false;  // else plain channels first in and out, everything counted
  int threads = 1;
  int64_t batch = 1, in_channels = 1, out_channels = 1, groups = 1;
  Sizes in, out, kernel, stride, dilation, pad, pad_end;  // one number an axis
  std::vector<float> input, weight, bias;
  int rank() const { return static_cast<int>(in.size()); }
  bool is_depthwise() const { return groups > 1 && groups == in_channels; }
  // One axis as two, the first of size 1.
  Layer as_2d() const;
};

int64_t product(const Sizes& sizes);

class Peer {
 public:
  virtual ~Peer() = default;
  virtual std::string version() = 0;
  // Empty where the layer is taken, and *how says by what; else the reason.
  virtual std::string prepare(const Layer& layer, std::string* how) = 0;
  virtual void run() = 0;
  // Milliseconds of a call that prepare() has made already, where another would take too long; else 0.
  virtual double known_ms() { return 0; }
  virtual std::vector<float> output() = 0;  // of the last run, channels first
  virtual void release() = 0;
};

// Milliseconds of one call after another; for a peer that has to choose between two ways of its own.
double time_once(Peer& peer);

// [n, c, plane] -> [n, plane, c] and back.
std::vector<float> channels_last(const std::vector<float>& data, int64_t batch, int64_t channels);
std::vector<float> channels_first(const std::vector<float>& data, int64_t batch, int64_t channels);

// Answers until stdin ends.
int serve(Peer& peer);

}  // namespace depthwise::bench

#endif  // DEPTHWISE_BENCH_PEERS_DRIVER_H_
