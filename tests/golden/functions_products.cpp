// Products, and sums of sparse operands.
#include "tests/golden/functions.hpp"

namespace spgrad::tests {
namespace {

Var sampled(const Arguments& a) { return sampling_dot(a.var(0), a.var(1), a.var(2)); }

Var product_kept_sparse(const Arguments& a) {
  return true_dot(a.var(0), a.var(1), a.at(2, "grad_preserves_dense").flag.value_or(true));
}

Var scaled_product_and(const Arguments& a) { return usmm(a.var(0), a.var(1), a.var(2), a.var(3)); }

Var sum_of_entries(const Arguments& a) {
  return sp_sum(a.var(0), a.axis(), a.at(2, "sparse_grad").flag.value_or(false));
}

}  // namespace

GoldenFunctions product_functions() {
  return {
      {"dot", some_sparse(binary(dot))},
      {"structured_dot", some_sparse(binary(structured_dot))},
      {"true_dot", product_kept_sparse},
      {"sampling_dot", sampled},
      {"usmm", some_sparse(scaled_product_and, 1)},
      {"sp_sum", sum_of_entries},
  };
}

}  // namespace spgrad::tests
