// parallel_for on OpenMP. What has to be known about libgomp:
//   It exits the process when it cannot make a thread, so the threads are tried out before.
//   A team of threads stays with the thread that opened it. Node has many threads that may call, so at most kKeptTeams
//   callers keep theirs; the team of any other is dismissed after its work.
//   After a fork() its team does not exist, and the next region hangs: a child computes alone.
#include <omp.h>
#include <pthread.h>

#include <atomic>

#include "threads/monitor.h"
#include "threads/parallel.h"
#include "threads/shares.h"

namespace depthwise {
namespace {

constexpr int kKeptTeams = 2;  // the main thread's and the async queue's
constexpr int kMostThreads = 512;

constinit std::atomic<bool> is_taken{false};  // the one active team
constinit Shares<kMostThreads> shares;        // its work
constinit std::atomic<bool> is_forked_child{false};
constinit std::atomic<int> kept_teams{0};
pthread_once_t once = PTHREAD_ONCE_INIT;
pthread_key_t key;  // its value is set in threads that keep a team; the destructor tells that one ended
bool has_key = false;

thread_local int team_threads = 0;  // that libgomp already has for this thread
thread_local bool keeps_team = false;

void forget_team(void*) { kept_teams.fetch_sub(1); }
void on_fork() { is_forked_child.store(true); }

void prepare() {
  has_key = pthread_key_create(&key, forget_team) == 0;
  pthread_atfork(nullptr, nullptr, on_fork);
}

bool keep_team() {
  if (keeps_team) return true;
  if (!has_key || kept_teams.fetch_add(1) >= kKeptTeams) {
    if (has_key) kept_teams.fetch_sub(1);
    return false;
  }
  keeps_team = pthread_setspecific(key, &kept_teams) == 0;
  if (!keeps_team) kept_teams.fetch_sub(1);
  return keeps_team;
}

// A door that all trial threads wait at, so that they exist at the same time.
struct Door {
  Mutex mutex;
  Condition opens;
  bool is_open = false;
};

void* wait_at_door(void* memory) {
  Door& door = *static_cast<Door*>(memory);
  const Locked lock(door.mutex);
  while (!door.is_open) door.opens.wait(door.mutex);
  return nullptr;
}

// How many threads, at most `wanted`, can exist beside this one.
int try_threads(int wanted) {
  Door door;
  pthread_t trial[kMostThreads];
  int count = 0;
  while (count < wanted && pthread_create(&trial[count], nullptr, wait_at_door, &door) == 0) ++count;
  {
    const Locked lock(door.mutex);
    door.is_open = true;
    door.opens.notify_all();
  }
  for (int i = 0; i < count; ++i) pthread_join(trial[i], nullptr);
  return count;
}

}  // namespace

int parallel_for(const Work& work, int threads, Body body, void* context) {
  if (work.items <= 0) return 0;
  const int64_t pieces = (work.items - 1) / work.grain + 1;
  if (threads > pieces) threads = static_cast<int>(pieces);
  if (threads > kMostThreads) threads = kMostThreads;
  const bool alone = threads <= 1 || is_forked_child.load(std::memory_order_relaxed);
  if (alone || is_taken.exchange(true, std::memory_order_acquire)) {
    body(context, 0, work.items, 0);
    return 1;
  }
  pthread_once(&once, prepare);
  if (threads > team_threads) threads = 1 + try_threads(threads - 1);
  if (threads == 1) {
    body(context, 0, work.items, 0);
  } else {
    const bool keeps = keep_team();
    shares.divide(work, threads);
#pragma omp parallel num_threads(threads)
    shares.work(body, context, omp_get_thread_num(), omp_get_thread_num());
    // libgomp keeps the threads of the last region, no more and no fewer.
    team_threads = keeps ? threads : 0;
    if (!keeps) omp_pause_resource(omp_pause_soft, omp_get_initial_device());
  }
  is_taken.store(false, std::memory_order_release);
  return threads;
}

}  // namespace depthwise
