// properties.hpp: what must hold for every row of op_cases.hpp, in every variant, on any number of ranks, wherever
// values lie:
//
//   the result has the inferred type and the promised pattern, equals the oracle, and is the same twice, bit by bit
//   vjp and jvp equal differences (of the oracle), for every form in which a cotangent may come, and are adjoint
//   the derivatives of both (reverse over reverse, forward over reverse, reverse over forward) equal differences
#pragma once

#include <gtest/gtest.h>

#include "spgrad/function.hpp"
#include "tests/ops/claims.hpp"

namespace spgrad::tests {

/// Calls a body on each rank of some worlds.
using Ranks = std::function<void(const std::function<void(World&)>&)>;

/// Runs all that the trial claims as one Function: with values dealt evenly, then in `placements` random ways, each
/// twice. If that throws, each claim is run alone, to name those to blame.
void check(const Trial& trial, const Ranks& ranks, int placements);

/// Collective. Values for all inputs: dealt evenly (seed 0) or at random.
Bindings dealt(World& world, const Make& made, unsigned seed);

/// Elements and, of sparse ones, stored positions; absolute tolerance relative to 1 + the largest expected element.
void expect_equal(const Whole& got, const Whole& expected, double tolerance, const std::string& what);

inline bool has_sparse(const Make& made) {
  for (const Make::Input& x : made.inputs())
    if (x.var->type.sparse()) return true;
  return false;
}

/// csr, and csc too if the body says that it makes a difference.
template <class Body>
void for_formats(const Body& body) {
  if (body(Format::csr)) body(Format::csc);
}

/// "dot_A_D"
inline std::string test_name(const testing::TestParamInfo<OpCase>& row) {
  std::string name = text(row.param.op, "_", row.param.form);
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
}

}  // namespace spgrad::tests
