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
  /// A step of a loop begins.
  void step(Index number);
  /// Collective. Writes and prints what was asked for; `names`: of the function's outputs.
  void finish(const Function& function, const std::vector<OutputName>& names);

 private:
  Session& session_;
  const WatchOptions& options_;
  std::optional<Trace> trace_;
  std::optional<Profile> profile_;
};

}  // namespace spgrad::app
