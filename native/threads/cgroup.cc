#include "threads/cgroup.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace depthwise {
namespace {

constexpr int kPathBytes = 1024;  // a longer path counts as no limit: frames stay small

struct Path {
  char text[kPathBytes];
};

struct File {
  explicit File(const char* path) : stream(fopen(path, "re")) {}
  ~File() {
    if (stream) fclose(stream);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  bool line(char* text, int bytes) {
    if (!stream || !fgets(text, bytes, stream)) return false;
    text[strcspn(text, "\n")] = '\0';
    return true;
  }
  FILE* stream;
};

bool join(Path* out, const char* a, const char* b, const char* c = "") {
  const int length = snprintf(out->text, kPathBytes, "%s%s%s", a, b, c);
  return length >= 0 && length < kPathBytes;
}

// Whether `word` is one of the words of a list with commas.
bool in_list(const char* list, const char* word) {
  const size_t length = strlen(word);
  for (const char* at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : nullptr)
    if (strncmp(at, word, length) == 0 && (at[length] == ',' || at[length] == '\0')) return true;
  return false;
}

// One hierarchy of cgroups: where it is mounted, and what of it is mounted there.
struct Mount {
  Path point;
  Path top;
};

// A line of mountinfo: id parent device TOP POINT options... - TYPE source SUPER_OPTIONS
bool read_mount(char* line, bool version2, Mount* mount) {
  char* tail = strstr(line, " - ");
  if (!tail) return false;
  *tail = '\0';
  char type[64], super[1024] = "";
  if (sscanf(tail + 3, "%63s %*s %1023s", type, super) < 1) return false;
  if (strcmp(type, version2 ? "cgroup2" : "cgroup") != 0) return false;
  if (!version2 && !in_list(super, "cpu")) return false;
  return sscanf(line, "%*s %*s %*s %1023s %1023s", mount->top.text, mount->point.text) == 2;
}

bool find_mount(const char* root, bool version2, Mount* mount) {
  Path path;
  if (!join(&path, root, "/proc/self/mountinfo")) return false;
  File file(path.text);
  char line[2 * kPathBytes];
  while (file.line(line, sizeof line))
    if (read_mount(line, version2, mount)) return true;
  return false;
}

// The path of this process in a hierarchy: "0::/a/b" is version 2, "4:cpu,cpuacct:/a/b" version 1.
bool find_group(const char* root, bool version2, Path* group) {
  Path path;
  if (!join(&path, root, "/proc/self/cgroup")) return false;
  File file(path.text);
  char line[kPathBytes];
  while (file.line(line, sizeof line)) {
    char* controllers = strchr(line, ':');
    char* name = controllers ? strchr(controllers + 1, ':') : nullptr;
    if (!name) continue;
    *name = '\0';
    const bool matches = version2 ? controllers[1] == '\0' && strcmp(line, "0:") == 0 : in_list(controllers + 1, "cpu");
    if (matches) return join(group, name + 1, "");
  }
  return false;
}

double read_number(const char* path) {
  File file(path);
  char line[64];
  return file.line(line, sizeof line) ? strtod(line, nullptr) : -1;
}

// The limit that one folder states, or 0.
double limit_of(const char* folder, bool version2) {
  Path path;
  double quota = -1, period = -1;
  if (version2) {
    if (!join(&path, folder, "/cpu.max")) return 0;
    File file(path.text);
    char line[128];
    // "max 100000" has no number in front.
    if (!file.line(line, sizeof line) || sscanf(line, "%lf %lf", &quota, &period) != 2) return 0;
  } else {
    if (!join(&path, folder, "/cpu.cfs_quota_us")) return 0;
    quota = read_number(path.text);
    if (!join(&path, folder, "/cpu.cfs_period_us")) return 0;
    period = read_number(path.text);
  }
  return quota > 0 && period > 0 ? quota / period : 0;
}

// The smallest limit on the way from the group up to the mount point.
double quota_of_version(const char* root, bool version2) {
  Mount mount;
  Path group;
  if (!find_mount(root, version2, &mount) || !find_group(root, version2, &group)) return 0;
  // Inside a container the mount may show a sub-tree only: what is above it is not in the path then.
  const char* below = group.text;
  const size_t top = strlen(mount.top.text);
  if (strcmp(mount.top.text, "/") != 0) below = strncmp(below, mount.top.text, top) == 0 ? below + top : "";
  Path folder;
  if (!join(&folder, root, mount.point.text, below)) return 0;
  const size_t shortest = strlen(root) + strlen(mount.point.text);
  double least = 0;
  for (;;) {
    const double limit = limit_of(folder.text, version2);
    if (limit > 0 && (least == 0 || limit < least)) least = limit;
    char* slash = strrchr(folder.text, '/');
    if (!slash || static_cast<size_t>(slash - folder.text) < shortest) break;
    *slash = '\0';
  }
  return least;
}

}  // namespace

double cgroup_cpu_quota(const char* root) {
  if (strcmp(root, "/") == 0) root = "";
  const double first = quota_of_version(root, false), second = quota_of_version(root, true);
  if (first == 0 || second == 0) return first + second;
  return first < second ? first : second;
}

}  // namespace depthwise
