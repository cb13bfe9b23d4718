// child.cpp: in_child of root.hpp.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <new>
#include <optional>
#include <thread>

#include "io/hdf5.hpp"
#include "io/root.hpp"

namespace spgrad::io {
namespace {

using std::chrono::steady_clock;

constexpr off_t kBytesPerSecond = off_t{64} << 20;
constexpr auto kReaping = std::chrono::seconds(5);  // what is killed may still wait for a disk

rlim_t memory_now() {
  long pages = 0;
  if (FILE* statm = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(statm, "%ld", &pages) != 1) pages = 0;
    std::fclose(statm);
  }
  return static_cast<rlim_t>(pages) * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
}

void limit(__rlimit_resource what, rlim_t value) {
  rlimit now{};
  getrlimit(what, &now);
  if (now.rlim_cur != RLIM_INFINITY && now.rlim_cur < value) return;
  now.rlim_cur = value;
  setrlimit(what, &now);
}

/// A crash must stay silent and small: no handler of the host program (PETSc's would stop the job), no core file.
void harmless(const ChildLimits& limits) {
  for (int s = 1; s < NSIG; ++s) signal(s, SIG_DFL);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);  // an Error of who writes
  // A launcher sends them to the whole process group, and they mean the parent; with it the child ends, too.
  for (const int s : {SIGUSR1, SIGUSR2, SIGTERM, SIGINT}) signal(s, SIG_IGN);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nowhere = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd) dup2(nowhere, fd);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, static_cast<rlim_t>(limits.cpu.count()));
  if (const rlim_t now = memory_now(); now > 0) limit(RLIMIT_AS, now + limits.memory);
}

[[noreturn]] void child(int out, const std::string& file, const std::function<std::string()>& work,
                        const ChildLimits& limits) {
  harmless(limits);
  const std::string result = packed([&] {
    try {
      return work();
    } catch (const std::bad_alloc&) {
      fail(ErrorKind::data, file, " is broken: to inspect it takes more than ", limits.memory >> 20, " MiB of memory");
    }
  });
  for (std::size_t at = 0; at < result.size();) {
    const ssize_t n = write(out, result.data() + at, result.size() - at);
    if (n <= 0 && errno != EINTR) break;
    if (n > 0) at += static_cast<std::size_t>(n);
  }
  _exit(0);  // no destructor, no atexit: MPI and HDF5 belong to the parent
}

/// All that comes before the end, or before the deadline.
std::string read_all(int in, steady_clock::time_point deadline) {
  std::string all;
  std::array<char, 4096> block{};
  while (steady_clock::now() < deadline) {
    pollfd ready{.fd = in, .events = POLLIN, .revents = 0};
    if (poll(&ready, 1, 200) <= 0) continue;
    const ssize_t n = read(in, block.data(), block.size());
    if (n == 0 || (n < 0 && errno != EINTR)) break;
    if (n > 0) all.append(block.data(), static_cast<std::size_t>(n));
  }
  return all;
}

/// Its status when it has ended; nothing if it cannot be ended: it waits inside the kernel.
std::optional<int> reap(pid_t pid) {
  const auto deadline = steady_clock::now() + kReaping;
  int status = 0;
  for (;;) {
    const pid_t ended = waitpid(pid, &status, WNOHANG);
    if (ended == pid) return status;
    if (ended < 0 && errno != EINTR) return 0;  // somebody else has waited for it
    if (steady_clock::now() > deadline) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

[[noreturn]] void complain(const std::string& file, const std::optional<int>& status, bool in_time) {
  const int signal = status && WIFSIGNALED(*status) ? WTERMSIG(*status) : 0;
  if (!in_time) fail(ErrorKind::io, file, ": to inspect it takes too long: the file system does not answer");
  if (signal == SIGXCPU)
    fail(ErrorKind::data, file, " is broken: inspecting it makes the HDF5 library run without end");
  if (signal == 0) fail(ErrorKind::data, file, " is broken: inspecting it ends without an answer");
  fail(ErrorKind::data, file, " is broken: inspecting it makes the HDF5 library crash (signal ", signal, ")");
}

}  // namespace

std::string in_child(const std::string& file, const std::function<std::string()>& work, ChildLimits limits) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    fail(ErrorKind::io, file, ": no pipe can be made to inspect it: ", std::strerror(errno));
  struct stat status {};
  if (stat(file.c_str(), &status) == 0) {
    const std::chrono::seconds share(status.st_size / kBytesPerSecond);
    limits.cpu += share;
    limits.patience += share;
  }
  pid_t pid = -1;
  {
    const Hdf5 idle;  // nobody is inside HDF5 while it is copied
    pid = fork();
  }
  if (pid == 0) child(ends[1], file, work, limits);
  const int error = errno;
  const auto deadline = steady_clock::now() + limits.patience;
  close(ends[1]);
  const std::string result = pid > 0 ? read_all(ends[0], deadline) : std::string();
  const bool in_time = steady_clock::now() < deadline;
  close(ends[0]);
  if (pid < 0) fail(ErrorKind::io, file, ": no process can be started to inspect it: ", std::strerror(error));

  if (!is_complete(result)) kill(pid, SIGKILL);
  const auto ended = reap(pid);
  if (is_complete(result)) return unpacked(result);
  complain(file, ended, in_time);
}

}  // namespace spgrad::io
