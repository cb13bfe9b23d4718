// input_ops.hpp: the three ops without inputs; what they stand for comes from outside the graph.
#pragma once

#include "spgrad/op.hpp"

namespace spgrad::ops {

extern const Op input, shared, constant;

}  // namespace spgrad::ops

namespace spgrad {

/// A scalar that was written in the program: it takes the dtype of what it meets (Type::weak).
Var literal(const Value& value);

}  // namespace spgrad
