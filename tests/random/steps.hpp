// steps.hpp: what random compositions are made of: a row a function and a kind of operands.
#pragma once

#include <span>
#include <string_view>

#include "tests/ops/op_cases.hpp"

namespace spgrad::tests {

struct Step {
  std::string_view name;
  /// A word an operand: S sparse, D dense, or I a vector of numbers of a dimension, which is its last letter; a letter
  /// a dimension, one letter for one size, 1 for a size of 1, a capital for one that is not 0;
  /// = on the pattern of the operand before; * within the domain.  "Sij Djk*"  "Sij Iri"
  std::string_view operands;
  Var (*apply)(const Vars& in, Index choice);  ///< choice: any number, for attributes
  bool (*domain)(Complex) = nullptr;           ///< where it is smooth, and not too steep for differences
  DTypes accepts = kFloating;
  Make::Range range = Make::positive;  ///< of new operands within the domain
};

using Steps = std::span<const Step>;
Steps dense_steps();
Steps sparse_steps();
Steps product_steps();
Steps structure_steps();

/// All of them.
const std::vector<Step>& steps();

// Functions as steps.
template <Var (*f)(const Var&)>
Var of_one(const Vars& in, Index) {
  return f(in[0]);
}
template <Var (*f)(const Var&, const Var&)>
Var of_two(const Vars& in, Index) {
  return f(in[0], in[1]);
}

// Domains.
inline bool is_positive(Complex x) { return x.real() > 0.3 && std::abs(x.imag()) < 3; }
inline bool is_nonzero(Complex x) { return std::abs(x) > 0.3; }
inline bool is_calm(Complex x) { return std::abs(x) < 3 && std::abs(x.imag()) < 1; }
inline bool is_inside(Complex x) { return std::abs(x) < 0.9; }

}  // namespace spgrad::tests
