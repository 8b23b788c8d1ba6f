// The CPU quota that a container gives this process.
#ifndef DEPTHWISE_THREADS_CGROUP_H_
#define DEPTHWISE_THREADS_CGROUP_H_

namespace depthwise {

// CPUs that the cgroup of this process and those above it allow (1.5: one and a half), or 0 where there is no limit.
// Reads <root>/proc/self/cgroup, mountinfo and the files that they point at; versions 1 and 2, and both at once.
double cgroup_cpu_quota(const char* root);

}  // namespace depthwise

#endif  // DEPTHWISE_THREADS_CGROUP_H_
