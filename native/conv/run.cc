#include "conv/run.h"

#include "conv/pad_image.h"
#include "threads/clock.h"
#include "threads/parallel.h"

namespace depthwise {
namespace {

constexpr int64_t kPaddedBytes = int64_t{4} << 20;           // of a block of padded images, unless one is larger
constexpr double kCyclesPerMicrosecond = 3000;               // only to begin with
constexpr double kGrainCycles = 10 * kCyclesPerMicrosecond;  // what is worth handing to another thread
// Between the scratch of two threads: nearer, what the prefetchers of one read ahead is what the other writes.
constexpr int64_t kApart = 64 << 10;

int64_t image_bytes(const Geometry& g, int64_t elements) {
  return elements * static_cast<int64_t>(element_bytes(g.element));
}

int64_t clamp(double value, int64_t low, int64_t high) {
  if (!(value > static_cast<double>(low))) return low;
  return value < static_cast<double>(high) ? static_cast<int64_t>(value) : high;
}

}  // namespace

ConvRun::ConvRun(const ConvPlan& plan, const WeightOperands& weights, int64_t batch, const void* src, void* dst)
    : plan_(plan),
      weights_(weights),
      batch_(batch),
      src_(static_cast<const char*>(src)),
      dst_(static_cast<char*>(dst)) {
  block_images_ = batch;
  if (plan.exact_kernel().kernel && block_images_ > kMostFlagged) block_images_ = kMostFlagged;
  if (plan.pads_images()) {
    padded_bytes_ = round_to_block(image_bytes(plan.kernel_geometry(), plan.kernel_geometry().src_elements));
    const int64_t images =
        clamp(static_cast<double>(kPaddedBytes) / static_cast<double>(padded_bytes_), 1, kMostFlagged);
    if (block_images_ > images) block_images_ = images;
  }
  begin_block();
}

void ConvRun::begin_block() {
  block_count_ = batch_ - block_first_ < block_images_ ? batch_ - block_first_ : block_images_;
  for (bool& is_beyond : is_beyond_) is_beyond = false;
  stage_ = Stage::kPad;
  if (!is_needed(stage_)) next_stage();
}

void ConvRun::next_stage() {
  next_item_ = 0;
  items_per_us_ = 0;
  do {
    if (stage_ == Stage::kExact) {
      block_first_ += block_count_;
      if (block_first_ < batch_) return begin_block();
    }
    stage_ = static_cast<Stage>(static_cast<int32_t>(stage_) + 1);
  } while (stage_ != Stage::kEnd && !is_needed(stage_));
}

bool ConvRun::is_needed(Stage stage) const {
  switch (stage) {
    case Stage::kPad: return block_count_ > 0 && plan_.pads_images();
    case Stage::kCompute: return block_count_ > 0;
    case Stage::kExact:
      if (!plan_.exact_kernel().kernel) return false;
      for (int64_t image = 0; image < block_count_; ++image)
        if (is_beyond_[image]) return true;
      break;
    case Stage::kEnd: break;
  }
  return false;
}

const BoundKernel& ConvRun::stage_kernel() const {
  return stage_ == Stage::kExact ? plan_.exact_kernel() : plan_.main_kernel();
}

int64_t ConvRun::stage_items() const {
  return block_count_ * (stage_ == Stage::kPad ? padded_rows(plan_.geometry()) : stage_kernel().work_items);
}

double ConvRun::stage_cycles() const {
  if (stage_ != Stage::kPad) return stage_kernel().cycles_per_item;
  return 40 + static_cast<double>(padded_bytes_) / 8 / static_cast<double>(padded_rows(plan_.geometry()));
}

char* ConvRun::padded_image(int64_t image) const { return memory_.data() + image * padded_bytes_; }

char* ConvRun::scratch_of(int thread) const { return padded_image(block_images_) + thread * scratch_stride_; }

ConvRun::Last* ConvRun::last_of(int thread) const {
  return reinterpret_cast<Last*>(scratch_of(thread) + scratch_bytes_);
}

// The padded images of a block, then scratch for each thread; once, before any thread starts.
bool ConvRun::take_memory(int threads) {
  if (threads_ >= threads) return true;
  const int64_t main_bytes = plan_.main_kernel().scratch_bytes, exact_bytes = plan_.exact_kernel().scratch_bytes;
  int64_t bytes = padded_bytes_ * block_images_;
  scratch_bytes_ = main_bytes > exact_bytes ? main_bytes : exact_bytes;
  if (scratch_bytes_ > 0) {
    scratch_stride_ = scratch_bytes_ + kApart;
    bytes += scratch_stride_ * (threads - 1) + scratch_bytes_ + round_to_block(sizeof(Last));
  }
  if (bytes > 0 && !(memory_ = MemoryBlock::take(bytes))) return false;
  for (int thread = 0; scratch_bytes_ > 0 && thread < threads; ++thread) *last_of(thread) = {-1, nullptr, -1};
  threads_ = threads;
  return true;
}

Status ConvRun::advance(int threads, int64_t microseconds) {
  if (threads < 1) threads = 1;
  if (stage_ == Stage::kEnd) return Status::kDone;
  // The padded images lie in the same memory: the number of threads may fall between slices, but not rise above the
  // first.
  if (threads_ > 0 && threads > threads_) threads = threads_;
  if (!take_memory(threads)) return Status::kOutOfMemory;
  const double begin = now_us();
  double left = static_cast<double>(microseconds);
  while (stage_ != Stage::kEnd) {
    const int64_t items = stage_items() - next_item_;
    const double cycles = stage_cycles();
    int64_t count = items;
    if (microseconds != kToTheEnd) {
      const double rate = items_per_us_ > 0 ? items_per_us_ : threads * kCyclesPerMicrosecond / cycles;
      count = clamp(left * rate, threads < items ? threads : items, items);
    }
    first_item_ = next_item_;
    const double before = microseconds == kToTheEnd ? 0 : now_us();
    const Work work = {count, clamp(kGrainCycles / cycles, 1, count),
                       static_cast<double>(count) * cycles / kCyclesPerMicrosecond};
    parallel_for(work, threads, stage_ == Stage::kPad ? pad_items : compute_items, this);
    next_item_ += count;
    if (next_item_ == stage_items()) next_stage();
    if (microseconds == kToTheEnd) continue;
    const double after = now_us();
    if (next_item_ > 0 && after > before) items_per_us_ = static_cast<double>(count) / (after - before);
    left = static_cast<double>(microseconds) - (after - begin);
    // What is left is not worth a small slice.
    if (stage_ != Stage::kEnd && left < static_cast<double>(microseconds) / 8) return Status::kMore;
  }
  return Status::kDone;
}

void ConvRun::pad_items(void* self, int64_t begin, int64_t end, int) {
  const ConvRun& run = *static_cast<const ConvRun*>(self);
  const Geometry& g = run.plan_.geometry();
  const int64_t rows = padded_rows(g);
  begin += run.first_item_;
  end += run.first_item_;
  while (begin < end) {
    const int64_t image = begin / rows, first = begin - image * rows;
    const int64_t last = first + (end - begin) < rows ? first + (end - begin) : rows;
    pad_rows(g, run.src_ + (run.block_first_ + image) * image_bytes(g, g.src_elements), run.padded_image(image), first,
             last);
    begin += last - first;
  }
}

void ConvRun::compute_items(void* self, int64_t begin, int64_t end, int thread) {
  ConvRun& run = *static_cast<ConvRun*>(self);
  const int64_t items = run.stage_kernel().work_items;
  begin += run.first_item_;
  end += run.first_item_;
  while (begin < end) {
    const int64_t image = begin / items, first = begin - image * items;
    const int64_t last = first + (end - begin) < items ? first + (end - begin) : items;
    run.compute(image, first, last, thread);
    begin += last - first;
  }
}

void ConvRun::compute(int64_t image, int64_t begin, int64_t end, int thread) {
  const bool is_exact = stage_ == Stage::kExact;
  if (is_exact && !is_beyond_[image]) return;
  const Geometry& g = plan_.kernel_geometry();
  const Kernel* const kernel = stage_kernel().kernel;
  const int64_t nth = block_first_ + image;
  const void* const src = plan_.pads_images() ? padded_image(image) : src_ + nth * image_bytes(g, g.src_elements);
  void* const dst = dst_ + nth * image_bytes(g, g.dst_elements);
  Last* const last = scratch_bytes_ > 0 ? last_of(thread) : nullptr;
  const bool goes_on = last && last->image == nth && last->kernel == kernel;
  const Operands operands = {src,
                             is_exact ? weights_.exact_weight : weights_.weight,
                             weights_.bias,
                             dst,
                             goes_on ? last->item : -1,
                             kernel->exact ? nullptr : &is_beyond_[image]};
  kernel->run(g, operands, scratch_of(thread), begin, end);
  if (last) *last = {nth, kernel, end - 1};
}

}  // namespace depthwise
