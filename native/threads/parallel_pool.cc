// parallel_for on threads of our own: one set of workers for the whole process, whoever calls.
// A worker joins while the gate is open and takes pieces, as the caller does, so a worker that wakes late costs
// nothing: the caller shuts the gate when the pieces are gone, and waits only for those who are inside.
#include <atomic>
#include <new>

#if !defined(_WIN32)
#include <pthread.h>
#endif

#include "threads/clock.h"
#include "threads/detached_thread.h"
#include "threads/monitor.h"
#include "threads/parallel.h"
#include "threads/placement.h"
#include "threads/shares.h"
#include "threads/wake_cost.h"

namespace depthwise {
namespace {

constexpr size_t kStackBytes = 1 << 20;
constexpr int kMostWorkers = 1023;
// Layers of a network follow each other within this time.
constexpr double kSpin = 50;

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
  Shares<kMostWorkers + 1> shares;
};

struct Worker {
  Condition bell;
  Placement placement;
  int place = 1;  // among the workers, the caller having 0
  bool is_asleep = false;
  double called_at = 0;  // 0: not called since it fell asleep
  Worker* next = nullptr;
  Worker* next_called = nullptr;
};

// What threads sleep on. All but the bells is read and written under the mutex.
struct Beds {
  Mutex mutex;
  Condition for_caller;
  Worker* workers = nullptr;
};

// None of it has a destructor: workers outlive the end of main().
constinit Job job = {};
alignas(64) constinit std::atomic<uint64_t> gate{0};
alignas(64) constinit std::atomic<bool> is_taken{false};  // the one active team
constinit std::atomic<int> sleeping{0};
constinit std::atomic<bool> caller_sleeps{false};
constinit std::atomic<bool> is_forked_child{false};
constinit std::atomic<int> caller_cpu{-1};
constinit std::atomic<bool> wakes_badly{false};         // a worker was woken on its caller's CPU
alignas(Beds) unsigned char beds_memory[sizeof(Beds)];  // never given back
constinit Beds* beds = nullptr;
constinit int started = 0;  // workers; like beds written by the holder of is_taken
constinit WakeCost wake_cost;

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// Turns until done() or until the time is over, and tells which. The time: at least as long as it takes to come back
// from sleep.
template <class Done>
bool spin_until(Done done) {
  const double end = now_us() + (wake_cost.delay_us() > kSpin ? wake_cost.delay_us() : kSpin);
  do {
    for (int i = 0; i < 32; ++i) {
      if (done()) return true;
      relax();
    }
  } while (now_us() < end);
  return done();
}

// Or until called in vain: the next call may be near.
void sleep_until_let_in(Worker* self) {
  beds->mutex.lock();
  self->called_at = 0;
  self->is_asleep = true;
  sleeping.fetch_add(1);
  while (!lets_in(gate.load()) && self->called_at == 0) self->bell.wait(beds->mutex);
  sleeping.fetch_sub(1);
  self->is_asleep = false;
  const double called_at = self->called_at;
  beds->mutex.unlock();
  if (called_at == 0) return;
  const int cpu = current_cpu();
  if (cpu >= 0 && cpu == caller_cpu.load(std::memory_order_relaxed)) {
    wakes_badly.store(true, std::memory_order_relaxed);
    wake_cost.came_for_nothing();
  } else {
    wake_cost.came_after(now_us() - called_at);
  }
  self->placement.come_back();
}

void worker() {
  Worker self;
  self.placement.enlist();
  {
    const Locked lock(beds->mutex);
    if (beds->workers) self.place = beds->workers->place + 1;
    self.next = beds->workers;
    beds->workers = &self;
  }
  for (;;) {
    if (!spin_until([] { return lets_in(gate.load(std::memory_order_relaxed)); })) sleep_until_let_in(&self);
    uint64_t state = gate.load(std::memory_order_relaxed);
    if (!lets_in(state) || !gate.compare_exchange_strong(state, state + kInside + kEntered)) continue;
    job.shares.work(job.body, job.context, self.place, static_cast<int>(entered(state)) + 1);
    if (inside(gate.fetch_sub(kInside)) == 1 && caller_sleeps.load()) {
      const Locked lock(beds->mutex);
      beds->for_caller.notify_one();
    }
  }
}

void forget_workers() { is_forked_child.store(true); }

// Workers up to `wanted`, or as many as the system gives.
int start_workers(int wanted) {
  if (!beds) {
    beds = new (beds_memory) Beds;
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
  caller_cpu.store(current_cpu(), std::memory_order_relaxed);
  const bool sends_away = wakes_badly.load(std::memory_order_relaxed);
  const double now = now_us();
  Worker* called = nullptr;
  beds->mutex.lock();  // whoever has looked at the gate now waits for a bell
  for (Worker* each = beds->workers; each && calls > 0; each = each->next) {
    if (!each->is_asleep) continue;
    if (sends_away) each->placement.send_away();
    each->called_at = now;
    each->next_called = called;
    called = each;
    --calls;
  }
  beds->mutex.unlock();
  for (; called; called = called->next_called) called->bell.notify_one();
}

void shut_gate_and_wait() {
  if (inside(gate.fetch_and(~kOpen)) == 0) return;
  const auto all_left = [] { return inside(gate.load()) == 0; };
  if (spin_until(all_left)) return;
  const Locked lock(beds->mutex);
  caller_sleeps.store(true);
  while (!all_left()) beds->for_caller.wait(beds->mutex);
  caller_sleeps.store(false);
}

}  // namespace

int parallel_for(const Work& work, int threads, Body body, void* context) {
  if (work.items <= 0) return 0;
  const int64_t pieces = (work.items - 1) / work.grain + 1;
  if (threads > pieces) threads = static_cast<int>(pieces);
  if (threads > kMostWorkers + 1) threads = kMostWorkers + 1;
  const bool alone = threads <= 1 || is_forked_child.load(std::memory_order_relaxed);
  if (alone || is_taken.exchange(true, std::memory_order_acquire)) {
    body(context, 0, work.items, 0);
    return 1;
  }
  const int awake = started - sleeping.load(std::memory_order_relaxed);
  const bool has_enough = awake >= threads - 1;
  const bool wakes = !has_enough && wake_cost.is_worth(work.microseconds, now_us());
  const int workers = wakes ? start_workers(threads - 1) : has_enough ? threads - 1 : awake;
  if (workers == 0) {
    body(context, 0, work.items, 0);
  } else {
    job.body = body;
    job.context = context;
    job.shares.divide(work, workers + 1);
    gate.store(static_cast<uint64_t>(workers) * kAllowed | kOpen);
    if (wakes) wake(workers);
    job.shares.work(body, context, 0, 0);
    shut_gate_and_wait();
  }
  if (!has_enough && !wakes) wake_cost.ended_alone(now_us());
  is_taken.store(false, std::memory_order_release);
  return workers + 1;
}

}  // namespace depthwise
