// clock.hpp: times that all ranks agree on, on a machine that may do other work, too.
#pragma once

#include <time.h>

#include <algorithm>
#include <vector>

#include "src/comm/world.hpp"

namespace spgrad::figures {

/// CPU time of one rank, which other work on the machine does not lengthen; among several, which wait for each other,
/// the time that passes.
inline double now(const World& world) {
  timespec t{};
  clock_gettime(world.size() == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// Collective. Seconds until the last rank has done it, from where all begin together.
template <class F>
double seconds(World& world, F&& f) {
  world.barrier();
  const double start = now(world);
  f();
  return world.reduce(now(world) - start, comm::Combine::max);
}

inline double median(std::vector<double> x) {
  if (x.empty()) return 0;
  std::ranges::nth_element(x, x.begin() + static_cast<std::ptrdiff_t>(x.size() / 2));
  return x[x.size() / 2];
}

/// The median of x[k] / y[k]: each pair was timed one after the other.
inline double ratio(std::vector<double> x, const std::vector<double>& y) {
  for (std::size_t k = 0; k < x.size(); ++k) x[k] /= y[k];
  return median(std::move(x));
}

}  // namespace spgrad::figures
