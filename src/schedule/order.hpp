// order.hpp: when the steps of a schedule happen.
#pragma once

#include "src/schedule/schedule.hpp"

namespace spgrad {

/// Moves every Begin up to where its operands exist, so that its message travels while what stands between runs. Begins
/// keep their order among themselves.
void begin_early(Schedule& schedule);

/// Puts a Drop behind the last use of every slot that is no output, and marks the inputs that die in a Run.
void add_drops(Schedule& schedule);

}  // namespace spgrad
