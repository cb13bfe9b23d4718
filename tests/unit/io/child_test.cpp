// What becomes of a child process that misbehaves: it is gone soon, and an Error says why.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

#include "io/root.hpp"
#include "tests/unit/io/hdf5_files.hpp"

namespace spgrad::tests {
namespace {

using namespace std::chrono_literals;

void expect_refused(ErrorKind kind, const std::string& says, const std::function<std::string()>& work) {
  const auto start = std::chrono::steady_clock::now();
  const io::ChildLimits limits{
      .cpu = 1s, .patience = kind == ErrorKind::io ? 1s : 60s, .memory = std::size_t{64} << 20};
  expect_error(kind, {"the file", says}, [&] { io::in_child("the file", work, limits); });
  EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
}

TEST(Child, BringsWhatItFinds) {
  EXPECT_EQ(io::in_child("the file", [] { return std::string(1 << 20, 'x'); }), std::string(1 << 20, 'x'));
  EXPECT_EQ(io::in_child("the file", [] { return std::string(); }), "");
  expect_refused(ErrorKind::usage, "its own Error",
                 []() -> std::string { fail(ErrorKind::usage, "the file: its own Error"); });
}

TEST(Child, MayCrashOrEnd) {
  expect_refused(ErrorKind::data, "crash (signal 11)", [] { return raise(SIGSEGV), std::string(); });
  expect_refused(ErrorKind::data, "crash (signal 6)", []() -> std::string { std::abort(); });
  expect_refused(ErrorKind::data, "without an answer", []() -> std::string { _exit(0); });
}

TEST(Child, MayNotRunWithoutEnd) {
  expect_refused(ErrorKind::data, "run without end", []() -> std::string {
    for (std::atomic<int> k = 0;;) ++k;
  });
}

TEST(Child, MayNotWaitWithoutEnd) {
  expect_refused(ErrorKind::io, "does not answer", []() -> std::string {
    for (;;) pause();
  });
  expect_refused(ErrorKind::io, "does not answer", [] { return raise(SIGSTOP), std::string(); });
}

TEST(Child, MayNotTakeTheMachinesMemory) {
  expect_refused(ErrorKind::data, "more than 64 MiB of memory",
                 [] { return std::string(std::size_t{4} << 30, 'x').substr(0, 1); });
}

// A launcher sends a signal to all of a process group: a look at a sound file must not end as one at a broken file.
TEST(Child, SignalsThatMeanTheParentDoNotEndIt) {
  for (const int signal : {SIGUSR1, SIGUSR2, SIGTERM, SIGINT})
    EXPECT_EQ(io::in_child("the file", [signal] { return raise(signal), std::string("done"); }), "done");
}

}  // namespace
}  // namespace spgrad::tests
