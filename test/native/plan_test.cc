// Plans: right for every padding mode, the same bits for any batch, number of threads and slicing, right where the
// input is not finite, and an error, not the end, where memory is short.
#include "conv/plan.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "check_kernel.h"
#include "conv/run.h"
#include "kernels_here.h"
#include "random.h"
#include "sweep.h"
#include "test.h"
#include "threads/parallel.h"

// The linker sends every posix_memalign and mmap here.
static int allocations_left = 1 << 30;
extern "C" void* __real_mmap(void*, size_t, int, int, int, off_t);
extern "C" void* __wrap_mmap(void* address, size_t bytes, int protection, int flags, int file, off_t offset) {
  return allocations_left-- <= 0 ? MAP_FAILED : __real_mmap(address, bytes, protection, flags, file, offset);
}
extern "C" int __real_posix_memalign(void**, size_t, size_t);
extern "C" int __wrap_posix_memalign(void** memory, size_t alignment, size_t bytes) {
  if (allocations_left-- <= 0) return ENOMEM;
  return __real_posix_memalign(memory, alignment, bytes);
}

// Every calloc, too.
static bool refuses_calloc = false;
extern "C" void* __real_calloc(size_t, size_t);
extern "C" void* __wrap_calloc(size_t count, size_t bytes) {
  return refuses_calloc ? nullptr : __real_calloc(count, bytes);
}
// And every look at the clock.
static bool clock_stands = false;
extern "C" std::chrono::steady_clock::time_point __real__ZNSt6chrono3_V212steady_clock3nowEv();
extern "C" std::chrono::steady_clock::time_point __wrap__ZNSt6chrono3_V212steady_clock3nowEv() {
  return clock_stands ? std::chrono::steady_clock::time_point() : __real__ZNSt6chrono3_V212steady_clock3nowEv();
}

namespace depthwise::test {
namespace {

int64_t bytes(const Geometry& g, int64_t elements) { return elements * static_cast<int64_t>(element_bytes(g.element)); }

// A plan and a batch of random images for it.
// Short calls do not wake threads: one that does, just before, so that they take part.
void wake(int threads) {
  parallel_for(
      {threads, 1, 1e6}, threads, [](void*, int64_t, int64_t, int) {}, nullptr);
}

struct Batch {
  Batch(const Problem& problem, bool integers, uint64_t seed, const Forced& forced = {"", ""})
      : g(problem.g),
        count(problem.batch),
        src(bytes(g, g.src_elements * count), Flush::kEnd),
        weight(bytes(g, g.weight_elements), Flush::kEnd),
        bias(bytes(g, g.weight_count), Flush::kEnd) {
    Random random(seed);
    fill(random, src, g.src_elements * count, integers);
    fill(random, weight, g.weight_elements, integers);
    fill(random, bias, g.weight_count, integers);
    Reason reason = {};
    plan = ConvPlan::create(g, forced, &reason);
    if (!check(static_cast<bool>(plan), describe(problem) + ": " + reason.text)) return;
    packed = PackedWeights::create(*plan, weight.data(), bias_or_null());
    check(static_cast<bool>(packed), "weights are packed");
  }
  void fill(Random& random, GuardBuffer& buffer, int64_t elements, bool integers) {
    if (g.element == ElementType::kFloat32)
      fill_random(random, static_cast<float*>(buffer.data()), elements, integers);
    else
      fill_random(random, static_cast<double*>(buffer.data()), elements, integers);
  }
  const void* bias_or_null() { return g.has_bias ? bias.data() : nullptr; }

  using Output = std::vector<unsigned char>;
  Output output() { return Output(bytes(g, g.dst_elements * count), 0xff); }
  Output run(int threads) {
    wake(threads);
    Output dst = output();
    check(plan->run(*packed, count, src.data(), dst.data(), threads) == Status::kDone, "run");
    return dst;
  }
  Output run_in_slices(int threads, int64_t microseconds, int* slices) {
    wake(threads);
    Output dst = output();
    ConvRun run(*plan, packed->operands(), count, src.data(), dst.data());
    Status status;
    do {
      status = run.advance(threads, microseconds);
      ++*slices;
    } while (status == Status::kMore);
    check(status == Status::kDone, "the last slice");
    check(run.advance(threads, microseconds) == Status::kDone, "a run that is done stays done");
    return dst;
  }

  Geometry g;
  int64_t count;
  GuardBuffer src, weight, bias;
  Ref<ConvPlan> plan;
  Ref<PackedWeights> packed;
};

void check_same_bits(Batch& batch, const std::string& name) {
  const Batch::Output once = batch.run(1);
  for (const int threads : {2, 3, 5, 8, 16})
    check(batch.run(threads) == once, name + ": bits of " + std::to_string(threads) + " threads");
  int slices = 0;
  check(batch.run_in_slices(1, 1, &slices) == once, name + ": bits of slices");
  check(batch.run_in_slices(3, 100, &slices) == once, name + ": bits of slices on three threads");
  Batch::Output raw = batch.output();
  check(batch.plan->run_once(batch.weight.data(), batch.bias_or_null(), batch.count, batch.src.data(), raw.data(), 2) ==
            Status::kDone,
        "run_once");
  check(raw == once, name + ": bits of run_once");
  // Each image alone, at another alignment of its own.
  const int64_t src_bytes = bytes(batch.g, batch.g.src_elements), dst_bytes = bytes(batch.g, batch.g.dst_elements);
  for (int64_t n = 0; n < batch.count; ++n) {
    GuardBuffer src(src_bytes, Flush::kBegin), dst(dst_bytes, Flush::kEnd);
    memcpy(src.data(), static_cast<char*>(batch.src.data()) + n * src_bytes, src_bytes);
    batch.plan->run(*batch.packed, 1, src.data(), dst.data(), 2);
    check(memcmp(dst.data(), once.data() + n * dst_bytes, dst_bytes) == 0, name + ": bits of an image alone");
    check(dst.surroundings_untouched(), name + ": writes dst only");
  }
}

PaddingMode legal_mode(const Geometry& g, int32_t wish) {
  Geometry tried = g;
  const Axis* axes[] = {&g.d, &g.h, &g.w};
  tried.padding_mode = static_cast<PaddingMode>(wish);
  for (const Axis* axis : axes) {
    const int32_t widest = axis->pad > axis->pad_end ? axis->pad : axis->pad_end;
    if (widest >= axis->in && tried.padding_mode != PaddingMode::kZeros) return PaddingMode::kReplicate;
  }
  return tried.padding_mode;
}

void check_sweep(int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    Problem problem = sweep_problem(i);
    problem.g.padding_mode = legal_mode(problem.g, static_cast<int32_t>(i % 4));
    problem.batch = i % 3 + 1;
    Batch batch(problem, true, i);
    if (!batch.packed) continue;
    check_same_bits(batch, describe(problem));
    Scene scene(problem, true, Flush::kEnd, i);
    const Batch::Output dst = batch.run(1);
    // The first image of the batch has other numbers than the scene: compare on the scene's own.
    std::vector<unsigned char> image(bytes(problem.g, problem.g.dst_elements));
    batch.plan->run_once(scene.weight.data(), scene.bias_or_null(), 1, scene.src.data(), image.data(), 2);
    const std::string wrong = compare(scene, image.data(), batch.plan->main_kernel().kernel->exact);
    check(wrong.empty(), describe(problem) + ": " + wrong);
  }
}

// Large enough that several threads and several slices really work.
void check_large() {
  for (const char* descriptor :
       {"n3_c48_i56x56_o48_k3_s1_p1_d1_g48_b", "n2_c32_i40x40_o32_k5_s2_p2_d1_g1_arelu6",
        "n2_c64_i28x28_o128_k1_s1_p0_d1_g1_b", "n3_c32_i56x56_o64_k3_s1_p1_d1_g32_LNHWC_mreflect",
        "n2_c24_i64x64_o24_k7_s1_p3_d1_g24_mcircular_f64", "n70_c4_i16x16_o4_k3_s1_p1_d1_g4_S_mreplicate"}) {
    Problem problem;
    check(parse_problem(descriptor, &problem).empty(), descriptor);
    Batch batch(problem, false, 3);
    if (!batch.packed) continue;
    check_same_bits(batch, descriptor);
    int slices = 0;
    batch.run_in_slices(1, 50, &slices);
    check(slices > 1, std::string(descriptor) + ": a run of more than 50 us has slices");
  }
}

void check_empty_batch() {
  Problem problem;
  for (const char* descriptor : {"n0_c4_i9x9_o4_k3_s1_p1_d1_g4", "n0_c4_i9x9_o4_k3_s1_p1_d1_g1_mreflect"}) {
    parse_problem(descriptor, &problem);
    Batch batch(problem, true, 1);
    check(batch.plan->run(*batch.packed, 0, nullptr, nullptr, 4) == Status::kDone, "an empty batch");
    check(batch.plan->run_once(batch.weight.data(), nullptr, 0, nullptr, nullptr, 4) == Status::kDone,
          "an empty batch, once");
  }
}

// The transform kernels that this CPU runs.
template <class F>
void for_each_transform(F f) {
  for_each_kernel_here([&](const Kernel& kernel, const char* isa) {
    if (!kernel.exact) f(kernel, isa);
  });
}

// Every transform kernel: an image with one NaN, infinity or huge number gives the bits of the exact kernel, and its
// neighbours in the batch keep theirs.
void check_transforms() {
  for_each_transform([](const Kernel& kernel, const char* isa) {
    const std::string name = std::string(kernel.name) + "/" + isa;
    Problem problem;
    for (const char* descriptor : {"n3_c16_i30x30_o16_k3_s1_p1_d1_g1_b", "n3_c4_i40x40_o4_k31_s1_p15_d1_g4_b",
                                   "n3_c4_i64x64_o4_k15_s1_p7_d1_g4_b"}) {
      parse_problem(descriptor, &problem);
      if (refusal(kernel, problem.g)) continue;
      for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 3e38f}) {
        Batch batch(problem, false, 5, {"", name.c_str()});
        const Batch::Output before = batch.run(2);
        static_cast<float*>(batch.src.data())[batch.g.src_elements + 7] = bad;
        const Batch::Output after = batch.run(2);
        Batch exact(problem, false, 5, {isa, batch.plan->exact_kernel().kernel->name});
        static_cast<float*>(exact.src.data())[batch.g.src_elements + 7] = bad;
        const Batch::Output wanted = exact.run(1);
        const size_t image = before.size() / 3;
        check(memcmp(after.data(), before.data(), image) == 0, name + ": the image before keeps its bits");
        check(memcmp(after.data() + 2 * image, before.data() + 2 * image, image) == 0, name + ": the image behind too");
        check(memcmp(after.data() + image, wanted.data() + image, image) == 0, name + ": the image goes the exact way");
      }
    }
  });
}

// More images than a block has flags for.
void check_many_images() {
  Problem problem;
  parse_problem("n70_c16_i6x6_o16_k3_s1_p1_d1_g1_b", &problem);
  for_each_transform([&](const Kernel& kernel, const char* isa) {
    if (refusal(kernel, problem.g)) return;
    const std::string name = std::string(kernel.name) + "/" + isa;
    Batch batch(problem, false, 7, {"", name.c_str()});
    const Batch::Output before = batch.run(2);
    static_cast<float*>(batch.src.data())[66 * batch.g.src_elements] = std::numeric_limits<float>::quiet_NaN();
    const Batch::Output after = batch.run(2);
    const size_t image = before.size() / 70;
    for (size_t n = 0; n < 70; ++n)
      check((memcmp(after.data() + n * image, before.data() + n * image, image) == 0) == (n != 66),
            name + ": image " + std::to_string(n) + " of many");
  });
}

// A transform tells of a number that it cannot take wherever that stands, and of no other.
template <class T>
void check_told(const Kernel& kernel, const Geometry& g, const std::string& name, T fine, T huge) {
  const std::vector<T> weight(g.weight_elements, T(0.5)), bias(g.weight_count, T(0));
  std::vector<T> src(g.src_elements, fine), dst(g.dst_elements);
  const MemoryBlock packed = MemoryBlock::take(kernel.packed_bytes(g) + 64);
  const MemoryBlock scratch = MemoryBlock::take(kernel.scratch_bytes(g));
  kernel.pack(g, weight.data(), packed.data());
  const auto tells = [&] {
    bool is_beyond = false;
    kernel.run(g, {src.data(), packed.data(), bias.data(), dst.data(), -1, &is_beyond}, scratch.data(), 0,
               kernel.work_items(g));
    return is_beyond;
  };
  check(!tells(), name + ": large numbers are still fine");
  for (const T bad : {std::numeric_limits<T>::quiet_NaN(), -std::numeric_limits<T>::infinity(), huge})
    for (int64_t at = 0; at < g.src_elements; at += 61) {
      src[at] = bad;
      check(tells(), name + ": a number that no transform may have");
      src[at] = fine;
    }
}

void check_tells() {
  for_each_transform([](const Kernel& kernel, const char* isa) {
    for (const char* descriptor : {"n1_c16_i13x14_o16_k3_s1_p1_d1_g1_b", "n1_c12_i9x21_o12_k3_s1_p1_d1_g2_b_LNHWC",
                                   "n1_c20_i10x10_o20_k3_s1_p1_d1_g1_b_f64", "n1_c2_i40x70_o2_k9_s1_p4_d1_g2_b"}) {
      Problem problem;
      check(parse_problem(descriptor, &problem).empty(), descriptor);
      if (refusal(kernel, problem.g)) continue;
      const std::string name = std::string(kernel.name) + "/" + isa + " " + descriptor;
      if (problem.g.element == ElementType::kFloat32)
        check_told<float>(kernel, problem.g, name, -1e17f, 2e19f);
      else
        check_told<double>(kernel, problem.g, name, -1e150, 2e154);
    }
  });
}

// All memory that is there without asking the system.
std::vector<MemoryBlock> take_idle_blocks() {
  std::vector<MemoryBlock> taken;
  allocations_left = 0;
  for (int64_t size = 256; size < int64_t{1} << 26; size *= 2)
    for (int64_t quarters = 4; quarters < 8; ++quarters)
      while (MemoryBlock block = MemoryBlock::take(size / 4 * quarters)) taken.push_back(std::move(block));
  allocations_left = 1 << 30;
  check(idle_block_bytes() == 0, "no memory waits for reuse");
  return taken;
}

// Idle memory has an end, at which the oldest give way: scratch that each call needs finds room beside any results.
void check_idle_end() {
  constexpr int64_t kBlock = int64_t{1} << 20;
  const std::vector<MemoryBlock> taken = take_idle_blocks();
  MemoryBlock::take(3 * kBlock);
  std::vector<MemoryBlock> results;
  for (int i = 0; i < 300; ++i) results.push_back(MemoryBlock::take(kBlock));
  results.clear();
  check(idle_block_bytes() > 100 * kBlock && idle_block_bytes() <= 128 * kBlock, "idle memory has an end");
  allocations_left = 0;
  check(!MemoryBlock::take(3 * kBlock), "the oldest gave way");
  allocations_left = 1;
  MemoryBlock::take(3 * kBlock);
  check(static_cast<bool>(MemoryBlock::take(3 * kBlock)), "the last stays");
  allocations_left = 1 << 30;
}

// Blocks lie side by side: what becomes of one is nothing to its neighbours.
void check_neighbours() {
  constexpr int64_t kSize = 80 << 10;  // 25 of them side by side
  constexpr int kCount = 4000;
  std::vector<MemoryBlock> blocks;
  for (int i = 0; i < kCount; ++i) {
    blocks.push_back(MemoryBlock::take(kSize));
    memset(blocks.back().data(), i % 251, kSize);
  }
  for (int i = 1; i < kCount; i += 2) blocks[i] = {};
  check(idle_block_bytes() <= int64_t{128} << 20, "idle memory has an end where nothing can be unmapped");
  for (int i = 1; i < kCount; i += 2) {
    blocks[i] = MemoryBlock::take(kSize);
    memset(blocks[i].data(), i % 251, kSize);
  }
  bool is_whole = true;
  for (int i = 0; i < kCount; ++i) {
    const char value = static_cast<char>(i % 251), *data = blocks[i].data();
    is_whole &= data[0] == value && memcmp(data, data + 1, kSize - 1) == 0;
  }
  check(is_whole, "each block keeps its bytes");
}

// A run that found no memory may be asked again.
void check_asked_again() {
  Problem problem;
  parse_problem("n2_c16_i23x37_o16_k3_s1_p1_d1_g16_mreflect", &problem);
  Batch batch(problem, false, 4);
  const Batch::Output wanted = batch.run(1);
  const std::vector<MemoryBlock> taken = take_idle_blocks();
  Batch::Output dst = batch.output();
  ConvRun run(*batch.plan, batch.packed->operands(), batch.count, batch.src.data(), dst.data());
  allocations_left = 0;
  check(run.advance(2, ConvRun::kToTheEnd) == Status::kOutOfMemory, "no memory");
  check(run.advance(2, ConvRun::kToTheEnd) == Status::kOutOfMemory, "still no memory");
  allocations_left = 1 << 30;
  check(run.advance(2, ConvRun::kToTheEnd) == Status::kDone && dst == wanted, "memory again");
}

// The nth allocation fails, n = 0, 1, ..: out of memory is told, and the next call is right.
void check_short_memory() {
  for (const char* descriptor :
       {"n2_c300_i31x31_o300_k3_s1_p1_d1_g300_b_mreflect", "n1_c64_i31x31_o64_k3_s1_p1_d1_g1_b_mcircular_LNHWC"}) {
    Problem problem;
    parse_problem(descriptor, &problem);
    Batch batch(problem, false, 9);
    const Batch::Output wanted = batch.run(2);
    // Memory that waits for reuse is taken away for the time of the test.
    const std::vector<MemoryBlock> taken = take_idle_blocks();
    int failures = 0;
    for (int n = 0; n < 6; ++n) {
      Batch::Output dst = batch.output();
      allocations_left = n;
      const Status status = batch.plan->run_once(batch.weight.data(), batch.bias_or_null(), 2 > batch.count ? 1 : 2,
                                                 batch.src.data(), dst.data(), 2);
      allocations_left = 1 << 30;
      if (status == Status::kOutOfMemory)
        ++failures;
      else
        check(dst == wanted, "right where the memory was enough");
      if (status == Status::kDone) break;
    }
    check(failures > 0 && failures < 6,
          std::string(descriptor) + ": fails while memory is short, then works; failures: " + std::to_string(failures));
  }
}

#if defined(__linux__)
bool is_there(const char* data, size_t bytes) {
  std::vector<unsigned char> pages(bytes / 4096);
  return mincore(const_cast<char*>(data), bytes, pages.data()) == 0 &&
         std::all_of(pages.begin(), pages.end(), [](unsigned char page) { return page & 1; });
}

// Linux 5.14 can; an emulator of another processor says that it did, and did nothing.
bool can_page_in(size_t bytes) {
  char* data = static_cast<char*>(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  const bool done = madvise(data, bytes, 23) == 0 && is_there(data, bytes);  // MADV_POPULATE_WRITE
  munmap(data, bytes);
  return done;
}
#endif

// Fresh memory costs no page faults one by one: it is there before it is written, where the system knows how.
void check_paged_in() {
#if defined(__linux__)
  constexpr size_t kBytes = 5 << 20;
  const std::vector<MemoryBlock> taken = take_idle_blocks();  // what has been written before
  const MemoryBlock fresh = MemoryBlock::take(kBytes);
  check(is_there(fresh.data(), kBytes) || !can_page_in(kBytes), "fresh memory is paged in");
#endif
}

// What is larger than any block that is kept goes back to the system.
void check_large_block() {
  constexpr int64_t kBytes = int64_t{100} << 20;
  const int64_t before = idle_block_bytes();
  MemoryBlock block = MemoryBlock::take(kBytes);
  check(static_cast<bool>(block), "a block above those that are kept");
  block.data()[0] = block.data()[kBytes - 1] = 1;
  block = {};
  check_equal(idle_block_bytes(), before, "idle memory after a large block");
  allocations_left = 0;
  check(!MemoryBlock::take(kBytes), "no memory for a large block");
  allocations_left = 1 << 30;
}

// Blocks that lie side by side have a record: without memory for it there are none.
void check_no_record() {
  const std::vector<MemoryBlock> taken = take_idle_blocks();
  refuses_calloc = true;
  check(!MemoryBlock::take(1 << 20), "no memory for a record");
  refuses_calloc = false;
  check(static_cast<bool>(MemoryBlock::take(1 << 20)), "memory again");
}

// Hints that the system does not take are no errors, and leave no trace.
void check_refused_hints() {
#if defined(__linux__)
  constexpr int64_t kBytes = 64 << 10;
  char* data = map_pages(kBytes);
  data[0] = data[kBytes - 1] = 7;
  check(!discard_pages(data + 1, 4096), "no whole page, nothing to discard");
  check(data[0] == 7, "what is not discarded stays");
  check(discard_pages(data, kBytes) && data[0] == 0 && data[kBytes - 1] == 0, "discarded pages are empty");
  unmap_pages(data, kBytes);
  // An emulator of another processor says that it did.
  const bool is_refused = madvise(data, kBytes, MADV_DONTNEED) != 0;
  check_equal(!discard_pages(data, kBytes), is_refused, "no memory, nothing to discard");
  errno = 0;
  page_in(data, kBytes);
  check_equal(errno, 0, "errno after a hint about no memory");
#endif
}

// A convolution may have all its sizes in range, and its image with the padding laid out not.
void check_padded_too_large() {
  ProblemFields fields;
  fields.values[kFieldPaddingMode] = static_cast<int32_t>(PaddingMode::kCircular);
  for (const int axis : {1, 2}) fields.axis(axis, 1 << 26, 1, 8, 1, 1 << 26, 1 << 26);
  Geometry g;
  check(make_geometry(fields.values, kGeometryFields, &g) == nullptr, "sizes in range");
  Reason reason = {};
  check(!ConvPlan::create(g, {"", ""}, &reason), "no plan for an image past 2^53 elements");
  check_equal(std::string(reason.text), "with its padding laid out: a size passes 2^53 elements", "the reason");
}

// Any number of threads is one: less than one, and more in a later slice than in the first.
void check_odd_threads() {
  Problem problem;
  parse_problem("n3_c48_i56x56_o48_k3_s1_p1_d1_g48_b", &problem);
  Batch batch(problem, false, 6);
  const Batch::Output wanted = batch.run(1);
  for (const int threads : {0, -1}) check(batch.run(threads) == wanted, "bits of no threads");
  Batch::Output dst = batch.output();
  ConvRun run(*batch.plan, batch.packed->operands(), batch.count, batch.src.data(), dst.data());
  int threads = 0;
  while (run.advance(++threads, 10) == Status::kMore) continue;
  check(threads > 1, "slices on more and more threads");
  check(dst == wanted, "bits of slices on more and more threads");
}

// Where the clock is so coarse that a slice takes no time, it is as long as the run.
void check_coarse_clock() {
  Problem problem;
  parse_problem("n2_c6_i20x20_o6_k3_s1_p1_d1_g6_mreflect", &problem);
  Batch batch(problem, false, 8);
  const Batch::Output wanted = batch.run(1);
  Batch::Output dst = batch.output();
  ConvRun run(*batch.plan, batch.packed->operands(), batch.count, batch.src.data(), dst.data());
  clock_stands = true;
  const Status status = run.advance(1, 1);
  clock_stands = false;
  check(status == Status::kDone && dst == wanted, "a run while the clock stands");
}

void check_packing_key() {
  Problem small, large;
  parse_problem("n1_c8_i9x9_o8_k3_s1_p1_d1_g8", &small);
  parse_problem("n1_c8_i9x9_o8_k3_s1_p1_d1_g8_b", &large);
  Batch one(small, true, 1), other(large, true, 1), again(small, true, 2);
  check(strcmp(one.plan->packing_key().text, other.plan->packing_key().text) != 0, "a bias is part of the packing");
  check_equal(std::string(one.plan->packing_key().text), again.plan->packing_key().text,
              "the same geometry packs alike");
  check_equal(std::string(one.packed->key().text), one.plan->packing_key().text, "packed weights know their key");
}

// Kernels that say so pack the same bytes for any size of the image and any padding.
void check_packs_alike() {
  constexpr const char* kPairs[][2] = {
      {"n1_c20_i5x4_o20_k3_s1_p1_d1_g20_LNHWC", "n1_c20_i31x40_o20_k3_s1_p0_d1_g20_LNHWC"},
      {"n1_c70_i3x3_o50_k1_s1_p0_d1_g1", "n1_c70_i64x57_o50_k1_s1_p0_d1_g1"},
      {"n1_c600_i2x3_o300_k1_s1_p0_d1_g2", "n1_c600_i30x31_o300_k1_s1_p0_d1_g2"},
      {"n1_c24_i4x4_o36_k3_s1_p1_d1_g3", "n1_c24_i60x33_o36_k3_s1_p2_d1_g3"},
      {"n1_c24_i5x6_o36_k3_s2_p1_d1_g1_LNHWC", "n1_c24_i40x33_o36_k3_s2_p0_d1_g1_LNHWC"},
      {"n1_c520_i5x4_o70_k3x1_s1_p1,0_d1_g1", "n1_c520_i9x80_o70_k3x1_s1_p0,0_d1_g1"},
  };
  for (const auto& pair : kPairs) {
    Problem one, other;
    check(parse_problem(pair[0], &one).empty() && parse_problem(pair[1], &other).empty(), pair[0]);
    int kernels = 0;
    for_each_kernel_here([&](const Kernel& kernel, const char* isa) {
      if (!kernel.packs_alike || refusal(kernel, one.g) || refusal(kernel, other.g)) return;
      ++kernels;
      std::vector<float> weight(static_cast<size_t>(one.g.weight_elements));
      for (size_t k = 0; k < weight.size(); ++k) weight[k] = static_cast<float>(k + 1);
      std::vector<unsigned char> packed(kernel.packed_bytes(one.g), 0xff), again(kernel.packed_bytes(other.g), 0xff);
      kernel.pack(one.g, weight.data(), packed.data());
      kernel.pack(other.g, weight.data(), again.data());
      check(packed == again, std::string(kernel.name) + "/" + isa + " packs " + pair[0] + " and " + pair[1] + " alike");
    });
    check(kernels > 0, std::string("a kernel packs alike for ") + pair[0]);
  }
}

}  // namespace
}  // namespace depthwise::test

int main(int argc, char** argv) {
  using namespace depthwise::test;
  check_tells();
  check_empty_batch();
  check_packing_key();
  check_paged_in();
  check_packs_alike();
  check_large_block();
  check_no_record();
  check_refused_hints();
  check_padded_too_large();
  check_odd_threads();
  check_coarse_clock();
  check_many_images();
  check_idle_end();
  check_neighbours();
  check_asked_again();
  check_short_memory();
  check_large();
  check_transforms();
  check_sweep(argc > 1 ? atoll(argv[1]) : 300);
  return report();
}
