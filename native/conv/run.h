// One run of a plan over a batch, in one go or in slices of a few milliseconds between which it may be dropped.
#ifndef DEPTHWISE_CONV_RUN_H_
#define DEPTHWISE_CONV_RUN_H_

#include "conv/memory_block.h"
#include "conv/plan.h"

namespace depthwise {

class ConvRun {
 public:
  // Holds nothing: plan, weights and arrays outlive it. It allocates in advance(), not here.
  ConvRun(const ConvPlan& plan, const WeightOperands& weights, int64_t batch, const void* src, void* dst);

  static constexpr int64_t kToTheEnd = -1;
  // Works for about `microseconds` (a slice is at least one work item a thread), or to the end. kMore: call again,
  // with any number of threads; dropping the object instead leaves dst half written and nothing else behind.
  Status advance(int threads, int64_t microseconds);

 private:
  // The images go in blocks: a block is padded, then computed, and what a transform could not take is computed once
  // more. Stages that are not needed are skipped; where only kCompute can be, the whole batch is one block.
  enum class Stage : int32_t { kPad, kCompute, kExact, kEnd };
  static constexpr int64_t kMostFlagged = 64;  // images of a block, where each has a flag

  // What a thread computed last; it stands behind its scratch.
  struct Last {
    int64_t image;
    const Kernel* kernel;
    int64_t item;
  };

  bool is_needed(Stage stage) const;
  const BoundKernel& stage_kernel() const;
  int64_t stage_items() const;
  double stage_cycles() const;  // of an item
  bool take_memory(int threads);
  char* padded_image(int64_t image) const;  // of the block
  char* scratch_of(int thread) const;
  Last* last_of(int thread) const;
  void next_stage();
  void begin_block();

  static void pad_items(void* self, int64_t begin, int64_t end, int thread);
  static void compute_items(void* self, int64_t begin, int64_t end, int thread);
  void compute(int64_t image, int64_t begin, int64_t end, int thread);

  const ConvPlan& plan_;
  const WeightOperands weights_;
  const int64_t batch_;
  const char* const src_;
  char* const dst_;
  int64_t block_images_ = 0;  // of every block but the last
  int64_t block_first_ = 0, block_count_ = 0;
  Stage stage_ = Stage::kPad;
  int64_t next_item_ = 0, first_item_ = 0;  // of the stage; items before first_item_ are done
  double items_per_us_ = 0;                 // as measured in this stage, 0 before
  MemoryBlock memory_;                      // padded images, then scratch of each thread
  int threads_ = 0;                         // that memory_ is for
  int64_t padded_bytes_ = 0;                // of an image; 0: they are not padded
  int64_t scratch_bytes_ = 0, scratch_stride_ = 0;
  bool is_beyond_[kMostFlagged] = {};
};

}  // namespace depthwise

#endif  // DEPTHWISE_CONV_RUN_H_
