// parallel_for: each item once, thread numbers in range and alone, one team at a time, no thread to be had, a fork.
#include "threads/parallel.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "test.h"
#include "threads/shares.h"

// The linker sends every pthread_create here.
static std::atomic<int> creations_left{1 << 30};
extern "C" int __real_pthread_create(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
extern "C" int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*),
                                     void* context) {
  if (creations_left.fetch_sub(1) <= 0) return EAGAIN;
  return __real_pthread_create(thread, attributes, body, context);
}

namespace depthwise::test {
namespace {

constexpr double kLong = 1e6;  // microseconds: worth waking anyone

struct Record {
  explicit Record(int64_t items, int threads) : visits(items), busy(threads) {}
  std::vector<std::atomic<int>> visits;
  std::vector<std::atomic<int>> busy;  // calls that are inside, by thread number
  std::atomic<bool> is_wrong{false};
  int sleep_us = 0;
};

void visit(void* context, int64_t begin, int64_t end, int thread) {
  Record& record = *static_cast<Record*>(context);
  if (thread < 0 || thread >= static_cast<int>(record.busy.size()) || record.busy[thread].fetch_add(1) != 0) {
    record.is_wrong = true;
    return;
  }
  for (int64_t i = begin; i < end; ++i) record.visits[i].fetch_add(1);
  if (record.sleep_us) usleep(record.sleep_us);
  record.busy[thread].fetch_sub(1);
}

bool each_once(const Record& record) {
  for (const auto& visits : record.visits)
    if (visits != 1) return false;
  return !record.is_wrong;
}

void check_covers() {
  for (const int threads : {1, 2, 3, 5, 8, 16, 700})
    for (const int64_t items : {0, 1, 2, 7, 64, 1000})
      for (const int64_t grain : {1, 3, 2000}) {
        Record record(items, threads);
        const int used = parallel_for({items, grain, kLong}, threads, visit, &record);
        check(each_once(record), "each item once");
        check(used <= threads && used <= (items + grain - 1) / grain, "no more threads than pieces");
      }
}

using Pieces = std::vector<std::pair<int64_t, int64_t>>;

void note(void* context, int64_t begin, int64_t end, int) { static_cast<Pieces*>(context)->push_back({begin, end}); }

// One thread does the work of three: its own share from the front, then the others' from their ends, half of it each
// time.
void check_shares() {
  static Shares<3> shares;
  Pieces pieces;
  shares.divide({24, 4, kLong}, 3);
  shares.work(note, &pieces, 1, 0);
  check(pieces == Pieces{{8, 12},
                         {12, 14},
                         {14, 15},
                         {15, 16},
                         {20, 24},
                         {18, 20},
                         {17, 18},
                         {16, 17},
                         {4, 8},
                         {2, 4},
                         {1, 2},
                         {0, 1}},
        "the pieces of three shares");
  for (const int64_t items : {int64_t{1}, int64_t{2}, int64_t{10}, int64_t{1000001}, int64_t{1} << 50})
    for (const int64_t grain : {1, 4, 60, 5000}) {
      pieces.clear();
      shares.divide({items, grain, kLong}, 3);
      shares.work(note, &pieces, 2, 0);
      std::sort(pieces.begin(), pieces.end());
      bool joined = pieces.front().first == 0 && pieces.back().second == items;
      for (size_t i = 1; i < pieces.size(); ++i) joined &= pieces[i].first == pieces[i - 1].second;
      check(joined, "the shares are all there is");
      check(pieces.size() < 3 * 32, "few pieces");
    }
}

void check_many_small() {
  for (int i = 0; i < 20000; ++i) {
    Record record(4, 3);
    parallel_for({4, 1, kLong}, 3, visit, &record);
    if (!each_once(record)) return void(check(false, "many small calls"));
    if (i % 5000 == 0) usleep(2000);  // the workers fall asleep
  }
  check(true, "many small calls");
}

// Callers at once: one has the team, the others run alone; also callers that come and go.
void check_many_callers() {
  std::atomic<bool> fine{true};
  for (int round = 0; round < 5; ++round) {
    std::vector<std::thread> callers;
    for (int c = 0; c < 6; ++c)
      callers.emplace_back([&] {
        for (int i = 0; i < 200; ++i) {
          Record record(50, 4);
          parallel_for({50, 2, kLong}, 4, visit, &record);
          if (!each_once(record)) fine = false;
        }
      });
    for (std::thread& caller : callers) caller.join();
  }
  check(fine, "many callers");
}

void nested(void* context, int64_t begin, int64_t end, int) {
  for (int64_t i = begin; i < end; ++i) {
    Record inner(10, 4);
    parallel_for({10, 1, kLong}, 4, visit, &inner);
    if (each_once(inner)) static_cast<std::atomic<int>*>(context)->fetch_add(1);
  }
}

void check_nested() {
  std::atomic<int> fine{0};
  parallel_for({8, 1, kLong}, 4, nested, &fine);
  check_equal(fine.load(), 8, "a call within a call runs alone");
}

void check_no_threads() {
  for (const int left : {0, 1, 2}) {
    creations_left = left;
    bool fine = true;
    for (int i = 0; i < 20; ++i) {
      Record record(100, 12);
      parallel_for({100, 1, kLong}, 12, visit, &record);
      fine &= each_once(record);
    }
    check(fine, "right with " + std::to_string(left) + " threads to be had");
  }
  creations_left = 1 << 30;
}

void check_fork() {
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    alarm(10);
    bool fine = true;
    for (int i = 0; i < 50; ++i) {
      Record record(100, 4);
      fine &= parallel_for({100, 1, kLong}, 4, visit, &record) == 1 && each_once(record);
    }
    _exit(fine ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  check_equal(status, 0, "a forked child computes alone");
}

// Processor time of the process while nothing is asked of it: workers that never sleep would show.
void check_idle() {
  Record record(100, 4);
  parallel_for({100, 1, kLong}, 4, visit, &record);
  usleep(200000);
  const clock_t begin = clock();
  usleep(300000);
  check(static_cast<double>(clock() - begin) / CLOCKS_PER_SEC < 0.15, "idle threads sleep");
}

}  // namespace
}  // namespace depthwise::test

int main() {
  using namespace depthwise::test;
  check_no_threads();  // first: nothing has been made yet
  check_covers();
  check_shares();
  check_many_small();
  check_many_callers();
  check_nested();
  check_idle();
  check_fork();
  return report();
}
