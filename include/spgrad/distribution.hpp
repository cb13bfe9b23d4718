// distribution.hpp: how an operation runs on many ranks, in words.
#pragma once

#include <string>

#include "spgrad/op.hpp"

namespace spgrad {

/// What a rank has of each operand of a node and what it makes of the result, for each way in which the plan may run
/// it: "x: own rows, y: rows that x names -> own rows; or ...". From the spreads of the op's form.
std::string distribution(const Node& node);

}  // namespace spgrad
