// properties.hpp: what must hold for every row of op_cases.hpp, in every variant, on any number of ranks, wherever
// values lie:
//
//   the result has the inferred type and the promised pattern, equals the oracle, and is the same twice, bit by bit
//   vjp and jvp equal differences (of the oracle), for every form in which a cotangent may come, and are adjoint
//   the derivatives of both (reverse over reverse, forward over reverse, reverse over forward) equal differences
#pragma once

#include "tests/ops/claims.hpp"

namespace spgrad::tests {

/// Calls a body on each rank of some worlds.
using Ranks = std::function<void(const std::function<void(World&)>&)>;

/// Runs all that the trial claims as one Function: with values dealt evenly, then in `placements` random ways, each
/// twice. If that throws, each claim is run alone, to name those to blame.
void check(const Trial& trial, const Ranks& ranks, int placements);

}  // namespace spgrad::tests
