// A thread that is never joined, with a stack of a known size (musl's default is 128 kB).
#ifndef DEPTHWISE_THREADS_DETACHED_THREAD_H_
#define DEPTHWISE_THREADS_DETACHED_THREAD_H_

#include <cstddef>

namespace depthwise {

// False where the system refuses (a limit on processes or memory). The thread takes no signals: they belong to Node's.
bool start_detached_thread(size_t stack_bytes, void (*body)());

}  // namespace depthwise

#endif  // DEPTHWISE_THREADS_DETACHED_THREAD_H_
