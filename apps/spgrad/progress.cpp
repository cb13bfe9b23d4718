#include "progress.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <string_view>

namespace spgrad::app {
namespace {

constexpr auto kBarEvery = std::chrono::milliseconds(100);
constexpr auto kLineEvery = std::chrono::seconds(3);
constexpr int kBarWidth = 30;

// Under mpirun a rank's own standard error is always a pipe: then what counts is where mpirun's leads, which on rank
// 0's host is the parent process.
bool on_terminal() {
  if (isatty(STDERR_FILENO) != 0) return true;
  std::array<char, 256> target{};
  const std::string link = "/proc/" + std::to_string(getppid()) + "/fd/2";
  if (readlink(link.c_str(), target.data(), target.size() - 1) <= 0) return false;
  const std::string_view device(target.data());
  return device.starts_with("/dev/pts/") || device.starts_with("/dev/tty");
}

}  // namespace

ProgressBar::ProgressBar(const Session& session, long done, long total)
    : shown_(session.rank() == 0), terminal_(shown_ && on_terminal()), first_(done), total_(total) {}

std::string ProgressBar::remaining(long done) const {
  if (done <= first_) return "";
  const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  const auto seconds =
      static_cast<long>(elapsed / static_cast<double>(done - first_) * static_cast<double>(total_ - done));
  const std::string tail = std::to_string(seconds % 60);
  return text("  at most ", seconds / 60, tail.size() < 2 ? ":0" : ":", tail, " left");
}

void ProgressBar::update(long done, const std::string& what) {
  const auto now = Clock::now();
  if (!shown_ ||
      (done < total_ && now - last_ < (terminal_ ? Clock::duration(kBarEvery) : Clock::duration(kLineEvery))))
    return;
  last_ = now;
  if (terminal_) {
    const auto filled = static_cast<std::size_t>(total_ > 0 ? kBarWidth * done / total_ : kBarWidth);
    const std::string bar = std::string(filled, '#') + std::string(kBarWidth - filled, '.');
    std::fprintf(stderr, "\r[%s] %ld/%ld  %s%s\033[K", bar.c_str(), done, total_, what.c_str(),
                 remaining(done).c_str());
    open_ = true;
  } else {
    std::fprintf(stderr, "%ld/%ld  %s%s\n", done, total_, what.c_str(), remaining(done).c_str());
  }
  std::fflush(stderr);
}

void ProgressBar::finish() {
  if (open_) std::fputc('\n', stderr);
  open_ = false;
}

}  // namespace spgrad::app
