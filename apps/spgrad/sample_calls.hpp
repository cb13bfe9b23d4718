// sample_calls.hpp: an operation called with operands of every kind that it takes.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "spgrad/op.hpp"

namespace spgrad::app {

/// The calls that make a node of that op, as text ("dot(A, D)"), with the node; of calls that run alike, the first; at
/// most eight. A sparse, D dense, v a vector, i a vector of integers, s a scalar. None if it wants other attributes.
std::vector<std::pair<std::string, Var>> sample_calls(const Op& op);

}  // namespace spgrad::app
