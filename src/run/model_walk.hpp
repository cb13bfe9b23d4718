// model_walk.hpp: a schedule walked with sizes in place of values, for all ranks at once.
#pragma once

#include "spgrad/model.hpp"
#include "src/run/model_patterns.hpp"
#include "src/schedule/schedule.hpp"

namespace spgrad {

/// What is walked, and what an executor of it is told.
struct Walk {
  const Schedule& schedule;
  int ranks;
  Index strip;               ///< elements of a strip; 0: fused steps are made one by one
  std::size_t agreement_at;  ///< the step whose message says whether a rank has failed
};
inline Walk walk_of(const Schedule& schedule, int ranks, const Program& program) {
  if (program.check_nan) return {schedule, ranks, 0, schedule.steps.size()};
  return {schedule, ranks, program.strip, agreement_at(schedule)};
}

/// Collective if the patterns are those of a world.
RunModel modelled(const Walk& walk, ModelPatterns& patterns, const Estimate& estimate, const Machine& machine);

}  // namespace spgrad
