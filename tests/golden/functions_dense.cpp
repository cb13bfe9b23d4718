// Dense helpers: d_*.
#include "tests/golden/functions.hpp"

namespace spgrad::tests {

GoldenFunctions dense_functions() {
  return {
      {"d_add", binary(add)},          {"d_sub", binary(sub)},      {"d_mul", binary(mul)},
      {"d_div", binary(div)},          {"d_neg", unary(neg)},       {"d_exp", unary(exp)},
      {"d_log", unary(log)},           {"d_tanh", unary(tanh)},     {"d_sigmoid", unary(sigmoid)},
      {"d_softplus", unary(softplus)}, {"d_sqr", unary(sqr)},       {"d_matmul", binary(dot)},
      {"d_T", unary(transpose)},       {"d_row", unary(row)},       {"d_col", unary(col)},
      {"d_sum", reduction(sum)},       {"d_mean", reduction(mean)}, {"d_sqrt", unary(sqrt)},
      {"d_relu", unary(relu)},
  };
}

}  // namespace spgrad::tests
