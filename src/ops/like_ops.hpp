// like_ops.hpp: where an operand may lie of which only the shape is used.
#pragma once

#include "src/ops/common.hpp"

namespace spgrad {

/// Every place of x in which nothing of it would have to move, cut ones first.
inline std::vector<Rows> places(const Var& x) {
  if (x->type.sparse()) return {own_major(x)};
  std::vector<Rows> result;
  for (int axis = 0; axis < x->type.ndim(); ++axis)
    if (x->type.shape[axis] != 1) result.push_back(own(axis));  // a dimension of size 1 is never cut
  result.push_back(all());
  return result;
}

}  // namespace spgrad
