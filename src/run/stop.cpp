#include "spgrad/stop.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "src/comm/world.hpp"

namespace spgrad {
namespace {

// A reason is the number of a signal, or one of these; where ranks have several, the greatest counts.
constexpr int kNone = 0, kSlurmEnd = 1001, kLimit = 1002;

constexpr std::array kSignals{SIGUSR1, SIGUSR2, SIGTERM, SIGINT};

std::atomic<int> caught = kNone;
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may not wait for a lock");
bool one_lives = false;

extern "C" void note_signal(int signal) { caught.store(signal, std::memory_order_relaxed); }

std::string described(int reason) {
  if (reason == kLimit) return "the time limit";
  if (reason == kSlurmEnd) return "the end of the Slurm job";
  return text("SIG", sigabbrev_np(reason));
}

constexpr double kNever = 1e9;  // seconds; far away, and no clock overflows

std::chrono::steady_clock::time_point in(double seconds) {
  const std::chrono::duration<double> wait(std::min(seconds, kNever));
  return std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(wait);
}

// Seconds until Slurm ends this job; kNever where it does not say.
double slurm_rest() {
  const char* const end = std::getenv("SLURM_JOB_END_TIME");
  const std::string_view digits = end != nullptr ? end : "";
  std::int64_t when = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), when);
  if (when <= 0) return kNever;
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<double>(when) - now.count();
}

}  // namespace

struct Stop::Handlers {
  Handlers() {
    for (std::size_t k = 0; k < kSignals.size(); ++k) {
      struct sigaction action {};
      action.sa_handler = note_signal;
      action.sa_flags = SA_RESTART | (kSignals[k] == SIGINT ? static_cast<int>(SA_RESETHAND) : 0);  // once only
      sigaction(kSignals[k], &action, &before[k]);
    }
  }
  ~Handlers() {
    for (std::size_t k = 0; k < kSignals.size(); ++k) sigaction(kSignals[k], &before[k], nullptr);
  }
  Handlers(const Handlers&) = delete;
  Handlers& operator=(const Handlers&) = delete;
  std::array<struct sigaction, kSignals.size()> before{};
};

Stop::Stop(const Limits& limits) : limit_(in(limits.seconds)), slurm_end_(in(slurm_rest() - limits.slurm_reserve)) {
  if (std::exchange(one_lives, true)) fail(ErrorKind::usage, "a Stop lives already; there can be one at a time");
  caught = kNone;
  handlers_ = std::make_unique<Handlers>();
}

Stop::~Stop() { one_lives = false; }

int Stop::reason(Clock::time_point now) const {
  if (now + longest_ >= limit_) return kLimit;
  if (now + longest_ >= slurm_end_) return kSlurmEnd;
  return caught.load(std::memory_order_relaxed);
}

std::optional<std::string> Stop::due(World& world) {
  const auto now = Clock::now();
  if (last_) longest_ = std::max(longest_, now - *last_);
  last_ = now;
  const int agreed = world.reduce<std::int32_t>(reason(now), comm::Combine::max);
  return agreed == kNone ? std::nullopt : std::optional(described(agreed));
}

}  // namespace spgrad
