// model_collectives.hpp: what a collective move costs, by the usual algorithms: rings for what is long, trees for the
// number of messages.
#pragma once

#include "src/schedule/schedule.hpp"

namespace spgrad {

struct CollectiveCost {
  double bytes = 0, messages = 0;  ///< that a rank sends
  bool estimated = false;          ///< where the rows go that it sends depends on layouts that are not looked at
};

/// Of one of so many ranks (more than one), which has `own` of `all` bytes in rows of `row` bytes. `move` is none of
/// gather, scatter, pick and slice.
CollectiveCost collective_cost(Move move, int ranks, double own, double all, double row);

}  // namespace spgrad
