// Sparse matrices made, taken apart, converted and rearranged.
#include "tests/golden/functions.hpp"

namespace spgrad::tests {
namespace {

Var matrix(const Arguments& a) {
  const auto shape = a.at(3, "shape").list;
  require(shape.size() == 2, "a matrix has 2 sizes but ", shape.size(), " are given");
  return csm(a.var(0), a.var(1), a.var(2), {shape[0], shape[1]}, a.format(4));
}

Var converted(const Arguments& a) { return cast(a.var(0), parse_dtype(a.at(1, "dtype").word)); }

Var dense(const Arguments& a) { return dense_from_sparse(a.var(0), a.at(1, "structured").flag.value_or(true)); }

}  // namespace

GoldenFunctions sparse_functions() {
  return {
      {"transpose", unary(transpose)},
      {"sp_ones_like", unary(sp_ones_like)},
      {"csm", matrix},
      {"csm_data", unary(csm_data)},
      {"cast", converted},
      {"dense_from_sparse", dense},
  };
}

}  // namespace spgrad::tests
