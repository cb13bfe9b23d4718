// watch.hpp: --graph, --trace and --profile.
#pragma once

#include <memory>
#include <optional>

#include "commands.hpp"
#include "spgrad/profile.hpp"

namespace spgrad::app {

class Watch {
 public:
  /// Collective. Throws Error for files that cannot be written or read, before anything has run.
  Watch(Session& session, const WatchOptions& options);

  /// From now on; the watch must outlive the function.
  void observe(Function& function);
  /// What work() returns. If it throws, the trace gets what was recorded until then: all of it if all ranks throw
  /// alike, else what rank 0 has.
  template <class Work>
  auto during(Work&& work) try {
    return work();
  } catch (...) {
    if (trace_) trace_->rescue(std::current_exception());
    throw;
  }
  /// That --machine names, or none in particular.
  const Machine& machine() const { return machine_; }
  /// A step of a loop begins.
  void step(Index number);
  /// Collective. Writes and prints what was asked for; `names`: of the function's outputs.
  void finish(const Function& function, const std::vector<OutputName>& names);

 private:
  Session& session_;
  const WatchOptions& options_;
  const Machine machine_;
  std::optional<Trace> trace_;
  std::optional<Profile> profile_;
};

}  // namespace spgrad::app
