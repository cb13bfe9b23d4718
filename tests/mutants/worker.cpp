#include "tests/mutants/worker.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <fstream>

#include "spgrad/error.hpp"

namespace spgrad::tests {
namespace {

/// What a worker sends before an item (its number), and after it (its complaint, one line).
struct Report {
  unsigned item;
  std::array<char, 1020> complaint;  // empty: it begins
};

void send(int to, unsigned item, const std::string& complaint) {
  Report report{item, {}};
  complaint.copy(report.complaint.data(), report.complaint.size() - 1);
  if (write(to, &report, sizeof report) != sizeof report) _exit(1);
}

[[noreturn]] void work(int to, unsigned first, unsigned end, const WorkerLimits& limits,
                       const std::function<std::string(unsigned)>& check) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  rlimit memory{};
  getrlimit(RLIMIT_AS, &memory);
  memory.rlim_cur = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) + limits.memory;
  setrlimit(RLIMIT_AS, &memory);
  for (unsigned item = first; item != end; ++item) {
    send(to, item, "");
    if (const std::string wrong = check(item); !wrong.empty()) send(to, item, wrong);
  }
  _exit(0);
}

}  // namespace

std::vector<std::string> complaints_of(unsigned first, unsigned count, const WorkerLimits& limits,
                                       const std::function<std::string(unsigned)>& check) {
  std::vector<std::string> all;
  const unsigned end = first + count;
  while (first != end && all.size() < 10) {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) throw Error("no pipe for a worker");
    const pid_t pid = fork();
    if (pid == 0) work(ends[1], first, end, limits, check);
    close(ends[1]);
    unsigned item = first;
    bool hangs = false;
    for (Report report{}; all.size() < 10;) {
      pollfd ready{.fd = ends[0], .events = POLLIN, .revents = 0};
      hangs = poll(&ready, 1, 1000 * limits.seconds) == 0;
      if (hangs || read(ends[0], &report, sizeof report) != sizeof report) break;
      item = report.item;
      if (report.complaint[0] != '\0') all.push_back(text(item, ": ", report.complaint.data()));
    }
    close(ends[0]);
    if (hangs || all.size() >= 10) kill(pid, SIGKILL);
    int status = 0;
    waitpid(pid, &status, 0);
    if (hangs) all.push_back(text(item, ": hangs"));
    if (!hangs && WIFSIGNALED(status) && all.size() < 10)
      all.push_back(text(item, ": crashes (signal ", WTERMSIG(status), ")"));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) break;
    first = item + 1;
  }
  return all;
}

}  // namespace spgrad::tests
