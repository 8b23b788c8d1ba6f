// The queue of asynchronous work without JavaScript: several environments add, cancel, take and leave at once. Run it
// under ThreadSanitizer, too. With the argument "alone" the queue gets no thread, and those who wait compute.
#include "binding/compute_queue.h"

#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "test.h"

// The linker sends the queue's pthread_create here.
static bool has_threads = true;
extern "C" int __real_pthread_create(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
extern "C" int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*),
                                     void* context) {
  return has_threads ? __real_pthread_create(thread, attributes, body, context) : EAGAIN;
}

namespace depthwise::test {
namespace {

constexpr int kEnvironments = 4;
constexpr int kRounds = 400;
constexpr int kJobs = 200;

std::atomic<int> steps_in_flight{0};
std::atomic<bool> is_sound{true};

void demand(bool condition) {
  if (!condition) is_sound.store(false);
}

struct Counted : Job {
  int number = 0;
  int steps_left = 0;  // written by the steps, read when the job is done: what TSan looks at
  bool was_cancelled = false;
};

bool count_step(Job* job) {
  demand(steps_in_flight.fetch_add(1) == 0);
  Counted* counted = static_cast<Counted*>(job);
  --counted->steps_left;
  steps_in_flight.fetch_sub(1);
  return counted->steps_left == 0;
}

constexpr int kDiscarded = 5;  // a round
std::atomic<int> discarded{0};

// On the compute thread, where there is one: then no step is in flight.
void count_discard(Job* job) {
  demand(!has_threads || steps_in_flight.load() == 0);
  discarded.fetch_add(1);
  delete static_cast<Counted*>(job);
}

// Takes what is done; the numbers rise, and only cancelled jobs are unfinished.
int take_all(Outbox* outbox, int* last) {
  int taken = 0;
  while (Job* job = queue_take(outbox)) {
    Counted* counted = static_cast<Counted*>(job);
    demand(counted->number > *last);
    demand(counted->steps_left == 0 || counted->was_cancelled);
    *last = counted->number;
    ++taken;
  }
  return taken;
}

void live_once(unsigned* random, bool waits_for_all) {
  Outbox outbox;
  std::vector<Counted> jobs(kJobs);
  int last = -1, taken = 0;
  for (int i = 0; i < kJobs; ++i) {
    *random = *random * 1664525u + 1013904223u;
    const unsigned choice = *random >> 24;
    jobs[i].number = i;
    jobs[i].steps_left = 1 + static_cast<int>(choice % 3);
    jobs[i].step = count_step;
    queue_add(&jobs[i], &outbox);
    if (choice < 64) {
      Counted& other = jobs[i - static_cast<int>(choice) % (i + 1)];
      const bool is_new = !other.was_cancelled && other.number > last;
      if (is_new) {
        other.was_cancelled = true;
        if (queue_cancel(&other)) ++taken;
      }
    }
    if (choice > 200) queue_wait(&outbox, 1);
    if (choice > 128) taken += take_all(&outbox, &last);
  }
  while (waits_for_all && taken < kJobs) {
    queue_wait(&outbox, 10);
    taken += take_all(&outbox, &last);
  }
  for (int i = 0; i < kDiscarded; ++i) {
    Counted* job = new Counted;
    job->discard = count_discard;
    queue_discard(job);
  }
  for (Job* job = queue_abandon(&outbox); job; job = job->next) ++taken;
  demand(taken == kJobs);
  // The outbox and the jobs die here; a step that still ran would be seen.
}

// Where the queue has no thread: a job between two of its steps comes back with the others.
bool take_long(Job*) {
  usleep(20000);
  return false;
}

void leave_between_steps() {
  Outbox outbox;
  Counted begun, waiting;
  for (Counted* job : {&begun, &waiting}) {
    job->step = take_long;
    queue_add(job, &outbox);
  }
  queue_wait(&outbox, 10);
  int back = 0;
  for (Job* job = queue_abandon(&outbox); job; job = job->next) ++back;
  check_equal(back, 2, "jobs that come back between two steps");
}

// A thread that is to be had again, while whoever waits is in a step: the two never step at once.
Counted second;

bool count_later_step(Job* job) {
  has_threads = true;
  queue_add(&second, job->outbox);
  usleep(20000);  // the thread finds work, and someone at work
  return count_step(job);
}

void find_thread_again() {
  Outbox outbox;
  Counted first;
  first.steps_left = second.steps_left = 1;
  second.number = 1;
  first.step = count_later_step;
  second.step = count_step;
  queue_add(&first, &outbox);
  int last = -1, taken = 0;
  while (taken < 2) {
    queue_wait(&outbox, 10);
    taken += take_all(&outbox, &last);
  }
  check(is_sound.load(), "steps one at a time, in order");
}

void* live(void* seed) {
  unsigned random = static_cast<unsigned>(reinterpret_cast<uintptr_t>(seed));
  for (int round = 0; round < kRounds; ++round) live_once(&random, round % 2 == 0);
  return nullptr;
}

}  // namespace
}  // namespace depthwise::test

int main(int count, char** arguments) {
  using namespace depthwise::test;
  has_threads = count < 2 || strcmp(arguments[1], "alone") != 0;
  pthread_t environments[kEnvironments];
  for (uintptr_t i = 0; i < kEnvironments; ++i)
    __real_pthread_create(&environments[i], nullptr, live, reinterpret_cast<void*>(i + 1));
  for (pthread_t environment : environments) pthread_join(environment, nullptr);
  check(is_sound.load(), "every job is done once, in order, or comes back");
  const int all = kEnvironments * kRounds * kDiscarded;
  for (int i = 0; i < 1000 && discarded.load() < all; ++i) usleep(10000);
  check(discarded.load() == all, "every discarded job is freed");
  if (!has_threads) {
    leave_between_steps();
    find_thread_again();
  }
  return report();
}
