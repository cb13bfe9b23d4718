// stop.hpp: a long loop that is told to stop, or runs out of time, ends at a step boundary, on all ranks at the same.
#pragma once

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <string>

namespace spgrad {

namespace comm {
class World;
}
using World = comm::World;

/// While it lives, SIGUSR1, SIGUSR2, SIGTERM and a first SIGINT do not end the process but ask its loop to stop; a
/// second SIGINT ends it at once. So ask a time limit and the end of a Slurm job (SLURM_JOB_END_TIME), as soon as one
/// more step that takes as long as the longest so far would not be over in time. One at a time.
///
///     Stop stop;
///     while (step < last) {
///       ...
///       const auto why = stop.due(world);
///       if (why || ++step % 100 == 0) io::save_checkpoint(...);
///       if (why) break;
///     }
class Stop {
 public:
  struct Limits {
    double seconds = std::numeric_limits<double>::infinity();  ///< from when it is made
    double slurm_reserve = 30;                                 ///< seconds of a Slurm job that stay unused
  };
  Stop() : Stop(Limits()) {}
  explicit Stop(const Limits& limits);  ///< throws Error of kind usage if another one lives
  ~Stop();                              ///< signals do again what they did before
  Stop(const Stop&) = delete;
  Stop& operator=(const Stop&) = delete;

  /// Collective, once a step: one reduction of 4 bytes. Why to stop ("SIGUSR1", "the time limit"), the same on every
  /// rank, or nothing. A save between two calls counts as part of a step, so that there is time for another one.
  std::optional<std::string> due(World& world);
  /// What comes after the last step may take so long, too: a save that ran beside several steps.
  void reserve(std::chrono::steady_clock::duration time) { longest_ = std::max(longest_, time); }

 private:
  using Clock = std::chrono::steady_clock;
  int reason(Clock::time_point now) const;

  struct Handlers;
  std::unique_ptr<Handlers> handlers_;
  Clock::time_point limit_, slurm_end_;
  std::optional<Clock::time_point> last_;  // the call before this one
  Clock::duration longest_{0};
};

}  // namespace spgrad
