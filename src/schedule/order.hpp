// order.hpp: when the steps of a schedule happen.
#pragma once

#include "src/schedule/schedule.hpp"

namespace spgrad {

/// Moves every Begin up to where its operands exist, so that its message travels while what stands between runs. Begins
/// keep their order among themselves.
void begin_early(Schedule& schedule);

/// Ends small reductions over all ranks as late as their readers allow, and those that are ready together, of one dtype
/// and combination, in one message.
void merge_reductions(Schedule& schedule);

/// Has products wait for gathers, and begin scatters, while they run: Run::awaits, Run::departs.
void overlap_products(Schedule& schedule);

/// Puts a Drop behind the last use of every slot that is no output, and marks the inputs that die in a Run.
void add_drops(Schedule& schedule);

}  // namespace spgrad
