// Sparse matrices made, taken apart, converted and rearranged.
#include "tests/golden/functions.hpp"

namespace spgrad::tests {
namespace {

Shape shape_of(const Arguments& a) {
  const auto shape = a.at(3, "shape").list;
  require(shape.size() == 2, "a matrix has 2 sizes but ", shape.size(), " are given");
  return {shape[0], shape[1]};
}

Var matrix(const Arguments& a) { return csm(a.var(0), a.var(1), a.var(2), shape_of(a), a.format(4)); }

// The format is not said: the offsets are those of as many majors as it has.
Var gathered(const Arguments& a) {
  const Shape shape = shape_of(a);
  const Format format = a.var(2)->type.shape[0] == shape[0] + 1 ? Format::csr : Format::csc;
  return csm_grad(a.var(0), a.var(1), a.var(2), shape, a.var(4), a.var(5), a.var(6), format);
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
      {"csm_indices", unary(csm_indices)},
      {"csm_indptr", unary(csm_indptr)},
      {"csm_shape", unary(csm_shape)},
      {"csm_grad", gathered},
      {"sp_zeros_like", unary(sp_zeros_like)},
      {"remove0", unary(remove0)},
      {"ensure_sorted_indices", unary(ensure_sorted_indices)},
      {"clean", unary(clean)},
      {"diag", unary(diag)},
      {"square_diagonal", unary(square_diagonal)},
      {"sparse_from_dense", [](const Arguments& a) { return sparse_from_dense(a.var(0), a.format(1)); }},
      {"csr_from_dense", unary(csr_from_dense)},
      {"csc_from_dense", unary(csc_from_dense)},
      {"cast", converted},
      {"dense_from_sparse", dense},
  };
}

}  // namespace spgrad::tests
