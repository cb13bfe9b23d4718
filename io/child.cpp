// child.cpp: in_child of root.hpp.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>

#include "io/hdf5.hpp"
#include "io/root.hpp"

namespace spgrad::io {
namespace {

constexpr rlim_t kCpuSeconds = 60;
constexpr auto kPatience = std::chrono::seconds(300);  // a file system may be slow
constexpr rlim_t kMemory = rlim_t{1} << 30;            // on top of what this process has

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
void harmless() {
  for (int s = 1; s < NSIG; ++s) signal(s, SIG_DFL);
  signal(SIGPIPE, SIG_IGN);
  // A launcher sends them to the whole process group, and they mean the parent; with it the child ends, too.
  for (const int s : {SIGUSR1, SIGUSR2, SIGTERM, SIGINT}) signal(s, SIG_IGN);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nowhere = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd) dup2(nowhere, fd);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, kCpuSeconds);
  if (const rlim_t now = memory_now(); now > 0) limit(RLIMIT_AS, now + kMemory);
}

[[noreturn]] void child(int out, const std::function<std::string()>& work) {
  harmless();
  const std::string result = packed(work);
  for (std::size_t at = 0; at < result.size();) {
    const ssize_t n = write(out, result.data() + at, result.size() - at);
    if (n <= 0 && errno != EINTR) break;
    if (n > 0) at += static_cast<std::size_t>(n);
  }
  _exit(0);  // no destructor, no atexit: MPI and HDF5 belong to the parent
}

/// All that comes before the end, or before patience ends.
std::string read_all(int in) {
  std::string all;
  std::array<char, 4096> block{};
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    pollfd ready{.fd = in, .events = POLLIN, .revents = 0};
    if (poll(&ready, 1, 1000) <= 0) continue;
    const ssize_t n = read(in, block.data(), block.size());
    if (n == 0 || (n < 0 && errno != EINTR)) break;
    if (n > 0) all.append(block.data(), static_cast<std::size_t>(n));
  }
  return all;
}

}  // namespace

std::string in_child(const std::string& file, const std::function<std::string()>& work) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    fail(ErrorKind::io, file, ": no pipe can be made to inspect it: ", std::strerror(errno));
  pid_t pid = -1;
  {
    const Hdf5 idle;  // nobody is inside HDF5 while it is copied
    pid = fork();
  }
  if (pid == 0) child(ends[1], work);
  const int error = errno;
  close(ends[1]);
  const std::string result = pid > 0 ? read_all(ends[0]) : std::string();
  close(ends[0]);
  if (pid < 0) fail(ErrorKind::io, file, ": no process can be started to inspect it: ", std::strerror(error));

  if (!is_complete(result)) kill(pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (is_complete(result)) return unpacked(result);
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  fail(ErrorKind::data, file, " is broken: inspecting it makes the HDF5 library ",
       signal == SIGKILL || signal == SIGXCPU ? "run without end" : "crash", " (signal ", signal, ")");
}

}  // namespace spgrad::io
