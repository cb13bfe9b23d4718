// variation.hpp: expressions of golden cases on inputs that no file has: other sizes, other stored positions, unsorted
// or stored twice, other values.
#pragma once

#include "tests/golden/cases.hpp"
#include "tests/ops/properties.hpp"

namespace spgrad::tests {

/// Empty if on the ranks the result is the oracle's and its derivatives are differences of that and adjoint; else what
/// does not hold. Other inputs for every seed.
std::string complaint(const GoldenCase& c, unsigned seed, const Ranks& ranks);

}  // namespace spgrad::tests
