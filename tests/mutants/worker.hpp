// worker.hpp: work that may crash or hang, item after item, in a process that is started anew when it does.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace spgrad::tests {

struct WorkerLimits {
  std::size_t memory;  ///< bytes on top of what this process has
  int seconds;         ///< for one item
};

/// check(item), for each of first .. first + count - 1: what is wrong, or nothing. Crashes and hangs are complaints,
/// too. Each begins with the number of its item; after ten no more are looked for.
std::vector<std::string> complaints_of(unsigned first, unsigned count, const WorkerLimits& limits,
                                       const std::function<std::string(unsigned)>& check);

}  // namespace spgrad::tests
