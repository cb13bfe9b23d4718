// checkpoints.hpp: when a run saves, from where it goes on, and how it stops before its end.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "commands.hpp"
#include "spgrad/io.hpp"
#include "spgrad/stop.hpp"

namespace spgrad::app {

class Checkpoints {
 public:
  /// Of a loop: from here on signals ask it to stop, and its time limit counts.
  Checkpoints(Session& session, const CheckpointOptions& options, bool loop);

  /// Collective. Makes the folder ready, and returns the checkpoint from which to go on, if there is one. It must agree
  /// with this run on `facts`, and on what was read. Throws what prepare_checkpoints and checkpoint_to_resume throw.
  std::optional<io::Snapshot> start(io::Facts facts, std::vector<ReadValue> read);

  /// Collective, at the end of a step that is not the last one: whether the run has to stop here.
  bool stops();
  /// Whether a step is one of those that are saved.
  bool due(Index step) const;
  /// Collective. Saves values, if there is a folder and it does not have this step of this run; beside the next steps
  /// if that is asked for.
  void save(Index step, std::vector<std::pair<std::string, Value>> values);
  /// Collective. Waits until the last save is whole.
  void finish();
  int saves() const { return saves_; }
  double save_seconds() const { return save_seconds_; }  ///< for which the run has waited, of all saves together
  /// If the run stops: throws Error of kind requeue that says why, at which step, and how to go on.
  void leave_if_stopped(Index step) const;

 private:
  using Clock = std::chrono::steady_clock;
  bool wanted() const { return !options_.directory.empty(); }
  template <class Work>
  void timed(Work&& work);

  Session& session_;
  const CheckpointOptions& options_;
  std::optional<Stop> stop_;
  std::optional<std::string> why_;
  io::CheckpointLock lock_;
  io::Facts facts_;
  std::vector<io::Input> inputs_;
  std::vector<ReadValue> by_value_;     // inputs that go into every checkpoint
  std::unique_ptr<io::Saving> saving_;  // under way
  Clock::time_point began_;             // that one
  int saves_ = 0;
  double save_seconds_ = 0;
  Index saved_ = -1;  // the newest step that this run has in its folder
};

/// Seconds of "90" or "1:30:00". Throws Error of kind usage.
double parse_time_limit(const std::string& text);

}  // namespace spgrad::app
