#include "binding/compute_queue.h"

#include <chrono>
#include <new>

#include "threads/detached_thread.h"

namespace depthwise {
namespace {

constexpr size_t kStackBytes = size_t{1} << 20;

struct Queue {
  Mutex mutex;
  Condition changed;  // there is work, or a step has ended
  Job* first = nullptr;
  Job* last = nullptr;
  Job* discarded = nullptr;
  bool has_thread = false;
  bool is_stepping = false;  // the first job runs, without the lock
  int32_t waiting = 0;       // threads that wait for `changed`

  void append(Job* job) {
    job->state = Job::kWaiting;
    job->previous = last;
    job->next = nullptr;
    (last ? last->next : first) = job;
    last = job;
    ++job->outbox->pending;
  }

  void unlink(Job* job) {
    (job->previous ? job->previous->next : first) = job->next;
    (job->next ? job->next->previous : last) = job->previous;
    job->previous = job->next = nullptr;
    job->state = Job::kOutside;
    --job->outbox->pending;
  }

  void wait() {
    ++waiting;
    changed.wait(mutex);
    --waiting;
  }

  void tell() {
    if (waiting > 0) changed.notify_all();
  }

  // Frees what was discarded. The lock is held at the beginning and at the end.
  void discard() {
    Job* job = discarded;
    discarded = nullptr;
    mutex.unlock();
    while (job) {
      Job* next = job->next;
      job->discard(job);
      job = next;
    }
    mutex.lock();
  }

  // One step of the first job. The lock is held at the beginning and at the end.
  void step() {
    Job* job = first;
    job->state = Job::kRunning;
    is_stepping = true;
    mutex.unlock();
    const bool done = job->cancelled.load(std::memory_order_relaxed) || job->step(job);
    mutex.lock();
    is_stepping = false;
    tell();
    if (!done && !job->cancelled.load(std::memory_order_relaxed)) return;
    Outbox* outbox = job->outbox;
    unlink(job);
    job->state = Job::kDone;
    (outbox->last ? outbox->last->next : outbox->first) = job;
    outbox->last = job;
    outbox->changed.notify_all();
  }
};

// Never destroyed: its thread runs until the process is gone.
Queue& queue() {
  alignas(Queue) static unsigned char storage[sizeof(Queue)];
  static Queue* const the_queue = new (storage) Queue;
  return *the_queue;
}

void compute_forever() {
  Queue& q = queue();
  const Locked locked(q.mutex);
  for (;;) {
    if (q.discarded)
      q.discard();
    else if (q.first && !q.is_stepping)
      q.step();
    else
      q.wait();
  }
}

}  // namespace

void queue_add(Job* job, Outbox* outbox) {
  Queue& q = queue();
  const Locked locked(q.mutex);
  job->outbox = outbox;
  q.append(job);
  if (!q.has_thread) q.has_thread = start_detached_thread(kStackBytes, compute_forever);
  q.tell();
}

bool queue_cancel(Job* job) {
  Queue& q = queue();
  const Locked locked(q.mutex);
  if (job->state != Job::kWaiting) {
    job->cancelled.store(true, std::memory_order_relaxed);
    return false;
  }
  q.unlink(job);
  if (job->outbox->pending == 0) job->outbox->changed.notify_all();
  return true;
}

Job* queue_take(Outbox* outbox) {
  const Locked locked(queue().mutex);
  Job* job = outbox->first;
  if (!job) return nullptr;
  outbox->first = job->next;
  if (!outbox->first) outbox->last = nullptr;
  job->next = nullptr;
  job->state = Job::kOutside;
  return job;
}

void queue_discard(Job* job) {
  Queue& q = queue();
  {
    const Locked locked(q.mutex);
    if (q.has_thread) {
      job->next = q.discarded;
      q.discarded = job;
      q.tell();
      return;
    }
  }
  job->discard(job);
}

void queue_wait(Outbox* outbox, int32_t ms) {
  using std::chrono::steady_clock;
  const steady_clock::time_point end = steady_clock::now() + std::chrono::milliseconds(ms);
  Queue& q = queue();
  const Locked locked(q.mutex);
  while (!outbox->first && outbox->pending > 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - steady_clock::now()).count();
    if (left <= 0) return;
    if (!q.has_thread && !q.is_stepping)
      q.step();
    else
      outbox->changed.wait_ms(q.mutex, static_cast<int32_t>(left));
  }
}

Job* queue_abandon(Outbox* outbox) {
  Queue& q = queue();
  const Locked locked(q.mutex);
  Job* taken = nullptr;
  for (Job* job = q.first; job;) {
    Job* next = job->next;
    if (job->outbox == outbox) {
      if (job->state == Job::kRunning && q.is_stepping) {
        job->cancelled.store(true, std::memory_order_relaxed);
      } else {
        q.unlink(job);
        job->next = taken;
        taken = job;
      }
    }
    job = next;
  }
  while (outbox->pending > 0) q.wait();  // the step in flight
  while (Job* job = outbox->first) {
    outbox->first = job->next;
    job->next = taken;
    taken = job;
  }
  outbox->last = nullptr;
  return taken;
}

}  // namespace depthwise
