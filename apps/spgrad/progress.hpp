// progress.hpp: how far a long job is: a bar on a terminal, a line every few seconds in a batch log.
#pragma once

#include <chrono>
#include <string>

#include "spgrad/session.hpp"

namespace spgrad::app {

class ProgressBar {
 public:
  /// Shown by rank 0, on standard error; `total` steps, of which `done` are done already.
  ProgressBar(const Session& session, long done, long total);
  void update(long done, const std::string& what);
  /// Ends the bar's line.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  std::string remaining(long done) const;

  bool shown_, terminal_;
  long first_, total_;
  bool open_ = false;
  Clock::time_point start_ = Clock::now(), last_;
};

}  // namespace spgrad::app
