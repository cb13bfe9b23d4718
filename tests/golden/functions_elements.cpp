// Sparse operands element by element, on all positions or on the stored entries.
#include "tests/golden/functions.hpp"

namespace spgrad::tests {

GoldenFunctions element_functions() {
  return {
      {"add", some_sparse(binary(add))},
      {"sub", some_sparse(binary(sub))},
      {"mul", some_sparse(binary(mul))},
      {"mul_s_v", binary(mul_s_v)},
      {"structured_add_s_v", binary(structured_add_s_v)},
      {"col_scale", binary(col_scale)},
      {"row_scale", binary(row_scale)},
      {"eq", some_sparse(binary(eq))},
      {"neq", some_sparse(binary(neq))},
      {"lt", some_sparse(binary(lt))},
      {"le", some_sparse(binary(le))},
      {"gt", some_sparse(binary(gt))},
      {"ge", some_sparse(binary(ge))},
      {"neg", unary(neg)},
      {"structured_sigmoid", unary(structured_sigmoid)},
      {"structured_exp", unary(structured_exp)},
      {"structured_log", unary(structured_log)},
      {"sin", unary(sin)},
      {"arcsin", unary(arcsin)},
      {"tan", unary(tan)},
      {"arctan", unary(arctan)},
      {"sinh", unary(sinh)},
      {"arcsinh", unary(arcsinh)},
      {"tanh", unary(tanh)},
      {"arctanh", unary(arctanh)},
      {"rad2deg", unary(rad2deg)},
      {"deg2rad", unary(deg2rad)},
      {"rint", unary(rint)},
      {"ceil", unary(ceil)},
      {"floor", unary(floor)},
      {"trunc", unary(trunc)},
      {"sign", unary(sign)},
      {"log1p", unary(log1p)},
      {"expm1", unary(expm1)},
      {"sqr", unary(sqr)},
      {"sqrt", unary(sqrt)},
      {"sp_abs", unary(abs)},
      {"structured_pow", binary(structured_pow)},
      {"structured_minimum", binary(structured_minimum)},
      {"structured_maximum", binary(structured_maximum)},
      {"structured_add", binary(structured_add)},
      {"conjugate", unary(conj)},
      {"add_s_s_data", binary(add_s_s_data)},
  };
}

}  // namespace spgrad::tests
