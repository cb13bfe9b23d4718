// steps.hpp: what random compositions are made of: a row a function and a kind of operands.
#pragma once

#include <span>
#include <string_view>

#include "tests/ops/whole.hpp"

namespace spgrad::tests {

struct Step {
  std::string_view name;
  /// A word an operand: S sparse or D dense; a letter a dimension, one letter for one size, 1 for a size of 1, a
  /// capital for one that is not 0;
  /// = on the pattern of the operand before; * within the domain.  "Sij Djk*"
  std::string_view operands;
  Var (*apply)(const Vars& in, Index choice);  ///< choice: any number, for attributes
  bool (*domain)(Complex) = nullptr;           ///< where it is smooth, and not too steep for differences
  DTypes accepts = kFloating;
};
std::span<const Step> steps();

}  // namespace spgrad::tests
