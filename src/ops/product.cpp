#include "src/ops/product.hpp"

namespace spgrad {

SparseProduct sparse_product(const Node& n, int x) {
  const Type &X = n.in[static_cast<std::size_t>(x)]->type, &Y = n.in[static_cast<std::size_t>(x) + 1]->type;
  if (X.sparse()) return {x, x + 1, 0, major_axis(X) == 1};
  return {x + 1, x, X.ndim() - 1, major_axis(Y) == 0};
}

Type product_type(const Node& n, int x) {
  const Type &X = n.in[static_cast<std::size_t>(x)]->type, &Y = n.in[static_cast<std::size_t>(x) + 1]->type;
  require(!X.sparse() || !Y.sparse(), n.op->name,
          " of two sparse matrices is not offered: make one of them dense with dense_from_sparse");
  require(X.ndim() > 0 && Y.ndim() > 0, n.op->name, " of a scalar is not offered: use mul");
  return dense_type(n);
}

ProductRows product_rows(const Node& n, const SparseProduct& p) {
  const Rows plain = own(p.axis), named = ghost(p.sparse, p.axis);
  return {unless_one(n.in[static_cast<std::size_t>(p.dense)]->type, p.scatter ? plain : named),
          unless_one(n.type, p.scatter ? named : plain)};
}

double product_flops(const RunContext& c, const SparseProduct& p) {
  const Shape& D = c.in(p.dense).shape();
  const Index columns = D.ndim() == 2 ? D[1 - p.axis] : 1;
  return 2.0 * static_cast<double>(c.sparsity(p.sparse).local_nnz()) * static_cast<double>(columns);
}

Var product_vjp(const Var& x, const Var& y, const Var& g, int k) {
  const bool x_vector = x->type.ndim() == 1, y_vector = y->type.ndim() == 1;
  if (x_vector && y_vector) return mul(g, conj(k == 0 ? y : x));
  if (k == 0) return x_vector ? dot(conj(y), g) : y_vector ? dot(col(g), row(conj(y))) : dot(g, T(conj(y)));
  return x_vector ? dot(col(conj(x)), row(g)) : dot(T(conj(x)), g);
}

}  // namespace spgrad
