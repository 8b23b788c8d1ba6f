// parallel_for on threads of our own: one set of workers for the whole process, whoever calls.
// A worker joins while the gate is open and claims pieces from a counter, as the caller does, so a worker that wakes
// late costs nothing: the caller shuts the gate when the pieces are gone, and waits only for those who are inside.
#include <atomic>
#include <chrono>
#include <new>

#if !defined(_WIN32)
#include <pthread.h>
#endif

#include "threads/detached_thread.h"
#include "threads/monitor.h"
#include "threads/parallel.h"

namespace depthwise {
namespace {

constexpr size_t kStackBytes = 1 << 20;
constexpr int kMostWorkers = 1023;
// Layers of a network follow each other within this time, and a sleeping worker takes about as long to wake.
constexpr std::chrono::microseconds kSpin{50};

// The gate in one word: how many workers are inside, how many have come in, how many may, and whether it is open.
constexpr uint64_t kInside = 1, kEntered = uint64_t{1} << 16, kAllowed = uint64_t{1} << 32, kOpen = uint64_t{1} << 48;
constexpr uint64_t inside(uint64_t state) { return state & 0xffff; }
constexpr uint64_t entered(uint64_t state) { return state >> 16 & 0xffff; }
constexpr uint64_t allowed(uint64_t state) { return state >> 32 & 0xffff; }
constexpr bool lets_in(uint64_t state) { return (state & kOpen) && entered(state) < allowed(state); }

// Written by the caller while nobody is inside, read by those who came in.
struct Job {
  Body body;
  void* context;
  int64_t items, grain;
};

struct Bell {
  Mutex mutex;
  Condition for_workers, for_caller;
};

// None of it has a destructor: workers outlive the end of main().
constinit Job job = {};
alignas(64) constinit std::atomic<uint64_t> gate{0};
alignas(64) constinit std::atomic<int64_t> next_item{0};
alignas(64) constinit std::atomic<bool> is_taken{false};  // the one active team
constinit std::atomic<int> sleeping{0};
constinit std::atomic<bool> caller_sleeps{false};
constinit std::atomic<bool> is_forked_child{false};
alignas(Bell) unsigned char bell_memory[sizeof(Bell)];  // never given back
constinit Bell* bell = nullptr;
constinit int started = 0;  // workers; like bell written by the holder of is_taken

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// Turns until done() or until the time is over, and tells which.
template <class Done>
bool spin_until(Done done) {
  const auto end = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < 32; ++i) {
      if (done()) return true;
      relax();
    }
  } while (std::chrono::steady_clock::now() < end);
  return done();
}

void claim_pieces(int thread) {
  for (;;) {
    const int64_t begin = next_item.fetch_add(job.grain, std::memory_order_relaxed);
    if (begin >= job.items) return;
    const int64_t end = job.items - begin < job.grain ? job.items : begin + job.grain;
    job.body(job.context, begin, end, thread);
  }
}

void sleep_until_let_in() {
  const Locked lock(bell->mutex);
  sleeping.fetch_add(1);
  while (!lets_in(gate.load())) bell->for_workers.wait(bell->mutex);
  sleeping.fetch_sub(1);
}

void worker() {
  for (;;) {
    if (!spin_until([] { return lets_in(gate.load(std::memory_order_relaxed)); })) sleep_until_let_in();
    uint64_t state = gate.load(std::memory_order_relaxed);
    if (!lets_in(state) || !gate.compare_exchange_strong(state, state + kInside + kEntered)) continue;
    claim_pieces(static_cast<int>(entered(state)) + 1);
    if (inside(gate.fetch_sub(kInside)) == 1 && caller_sleeps.load()) {
      const Locked lock(bell->mutex);
      bell->for_caller.notify_one();
    }
  }
}

void forget_workers() { is_forked_child.store(true); }

// Workers up to `wanted`, or as many as the system gives.
int start_workers(int wanted) {
  if (!bell) {
    bell = new (bell_memory) Bell;
#if !defined(_WIN32)
    pthread_atfork(nullptr, nullptr, forget_workers);  // a child has no workers: it computes alone
#endif
  }
  while (started < wanted && start_detached_thread(kStackBytes, worker)) ++started;
  return started < wanted ? started : wanted;
}

void wake(int wanted) {
  const int asleep = sleeping.load();
  int calls = wanted - (started - asleep);
  if (asleep == 0 || calls <= 0) return;
  bell->mutex.lock();  // whoever has looked at the gate is now waiting for the bell
  bell->mutex.unlock();
  for (; calls > 0; --calls) bell->for_workers.notify_one();
}

void shut_gate_and_wait() {
  if (inside(gate.fetch_and(~kOpen)) == 0) return;
  const auto all_left = [] { return inside(gate.load()) == 0; };
  if (spin_until(all_left)) return;
  const Locked lock(bell->mutex);
  caller_sleeps.store(true);
  while (!all_left()) bell->for_caller.wait(bell->mutex);
  caller_sleeps.store(false);
}

}  // namespace

int parallel_for(int64_t items, int64_t grain, int threads, Body body, void* context) {
  if (items <= 0) return 0;
  const int64_t pieces = (items - 1) / grain + 1;
  if (threads > pieces) threads = static_cast<int>(pieces);
  if (threads > kMostWorkers + 1) threads = kMostWorkers + 1;
  const bool alone = threads <= 1 || is_forked_child.load(std::memory_order_relaxed);
  if (alone || is_taken.exchange(true, std::memory_order_acquire)) {
    body(context, 0, items, 0);
    return 1;
  }
  const int workers = start_workers(threads - 1);
  job = {body, context, items, grain};
  next_item.store(0, std::memory_order_relaxed);
  gate.store(static_cast<uint64_t>(workers) * kAllowed | kOpen);
  wake(workers);
  claim_pieces(0);
  shut_gate_and_wait();
  is_taken.store(false, std::memory_order_release);
  return workers + 1;
}

}  // namespace depthwise
