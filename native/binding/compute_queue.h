// The one queue of asynchronous work in the process: first in, first out, whichever environment a job comes from, on
// one thread, so that one team of threads serves them all. It knows nothing of JavaScript.
#ifndef DEPTHWISE_BINDING_COMPUTE_QUEUE_H_
#define DEPTHWISE_BINDING_COMPUTE_QUEUE_H_

#include <atomic>
#include <cstdint>

#include "threads/monitor.h"

namespace depthwise {

struct Outbox;

struct Job {
  // Works for a few milliseconds; true when there is nothing left to do. One call at a time.
  bool (*step)(Job*) = nullptr;
  // Frees the job and what it holds. See queue_discard().
  void (*discard)(Job*) = nullptr;
  // Where it goes when it is done. From queue_add() until it is taken from there, the queue owns the job.
  Outbox* outbox = nullptr;
  // Set by anyone; the job is done after the step in flight.
  std::atomic<bool> cancelled{false};

  // The queue's own, under its lock.
  Job* previous = nullptr;
  Job* next = nullptr;
  enum { kOutside, kWaiting, kRunning, kDone } state = kOutside;
};

// The jobs of one environment. The members are the queue's own, under its lock.
struct Outbox {
  Job* first = nullptr;  // done, oldest first
  Job* last = nullptr;
  int64_t pending = 0;  // waiting or running
  Condition changed;    // a job is done, or none is pending any more
};

void queue_add(Job* job, Outbox* outbox);

// Takes back a job that still waits: true, and it is the caller's again. False: it runs or is done, is cancelled, and
// comes to its outbox.
bool queue_cancel(Job* job);

// The oldest job that is done, or nullptr.
Job* queue_take(Outbox* outbox);

// Returns when a job is done or none is pending, at the latest after about `ms`. Computes meanwhile if the system
// refuses a thread.
void queue_wait(Outbox* outbox, int32_t ms);

// Takes a job that is in no queue, and discards it on the compute thread: where the allocator gives back pages with it,
// that takes tens of milliseconds after a burst of calls, which no event loop should wait for.
void queue_discard(Job* job);

// Takes back all jobs, linked by `next`; waits for the step in flight if it is one of theirs. Nothing refers to the
// outbox afterwards.
Job* queue_abandon(Outbox* outbox);

}  // namespace depthwise

#endif  // DEPTHWISE_BINDING_COMPUTE_QUEUE_H_
