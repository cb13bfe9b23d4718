// mul_s_v, structured_add_s_v, col_scale, row_scale: a vector beside the stored entries of a matrix.
#include "src/ops/common.hpp"

namespace spgrad {
namespace {

// A vector of one element is not broadcast.
void require_length(std::string_view op, const Var& A, const Var& v, int axis) {
  require(A->type.sparse(), op, ": A must be csr or csc, not ", A->type);
  require(!v->type.sparse() && v->type.ndim() == 1, op, ": v must be a vector, not ", v->type);
  const Index wanted = A->type.shape[axis], length = v->type.shape[0];
  require(wanted == length || wanted == kUnknown || length == kUnknown, op, ": A has ", wanted,
          axis == 0 ? " rows" : " columns", " but v has ", length, " elements");
}

}  // namespace

Var mul_s_v(const Var& A, const Var& v) {
  require_length("mul_s_v", A, v, 1);
  return mul(A, v);
}

Var structured_add_s_v(const Var& A, const Var& v) {
  require_length("structured_add_s_v", A, v, 1);
  return add_s_s_data(A, at(A, v));
}

Var col_scale(const Var& A, const Var& v) {
  require_length("col_scale", A, v, 1);
  return apply(ops::mul_s_d, {A, v}, {{"structured", true}});
}

Var row_scale(const Var& A, const Var& v) {
  require_length("row_scale", A, v, 0);
  return apply(ops::mul_s_d, {A, col(v)}, {{"structured", true}});
}

}  // namespace spgrad
