// Sparse operands element by element, on all positions or on the stored entries.
#include "tests/golden/functions.hpp"

namespace spgrad::tests {

GoldenFunctions element_functions() {
  return {
      {"add", some_sparse(binary(add))},
      {"sub", some_sparse(binary(sub))},
      {"mul", some_sparse(one_sparse(binary(mul)))},
      {"neg", unary(neg)},
      {"sqr", unary(sqr)},
      {"conjugate", unary(conj)},
      {"add_s_s_data", binary(add_s_s_data)},
  };
}

}  // namespace spgrad::tests
