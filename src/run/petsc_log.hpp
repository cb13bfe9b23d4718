// petsc_log.hpp: what PETSc's -log_view shows of calls.
#pragma once

#include "spgrad/probe.hpp"
#include "src/comm/world.hpp"

namespace spgrad {

/// An event for each op and move, and the stages "spgrad plan", "spgrad inspect" and "spgrad run"; null where PETSc
/// does not log, or does not know the ranks of this world.
Probe* petsc_log(const World& world);

}  // namespace spgrad
