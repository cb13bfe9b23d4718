#include "src/ops/products/product.hpp"

namespace spgrad {

SparseProduct sparse_product(const Node& n, int x) {
  const Type &X = n.in[static_cast<std::size_t>(x)]->type, &Y = n.in[static_cast<std::size_t>(x) + 1]->type;
  if (X.sparse()) return {x, x + 1, 0, major_axis(X) == 1};
  return {x + 1, x, X.ndim() - 1, major_axis(Y) == 0};
}

Type product_type(const Node& n, int x) {
  const Type &X = n.in[static_cast<std::size_t>(x)]->type, &Y = n.in[static_cast<std::size_t>(x) + 1]->type;
  require(X.ndim() > 0 && Y.ndim() > 0, n.op->name, " of a scalar is not offered: use mul");
  return dense_type(n);
}

ProductRows product_rows(const Node& n, const SparseProduct& p) {
  const Rows plain = own(p.axis), named = ghost(p.sparse, p.axis);
  return {unless_one(n.in[static_cast<std::size_t>(p.dense)]->type, p.scatter ? plain : named),
          unless_one(n.type, p.scatter ? named : plain)};
}

Var product_vjp(const Var& x, const Var& y, const Var& g, int k) {
  const bool x_vector = x->type.ndim() == 1, y_vector = y->type.ndim() == 1;
  if (x_vector && y_vector) return mul(g, conj(k == 0 ? y : x));
  if (k == 0) return x_vector ? dot(conj(y), g) : y_vector ? dot(col(g), row(conj(y))) : dot(g, T(conj(y)));
  return x_vector ? dot(col(conj(x)), row(g)) : dot(T(conj(x)), g);
}

namespace {

// g has no such axis, or size 1 where the result may have more.
bool lacks(const Var& g, int axis, const Var& out) {
  if (g->type.sparse()) return false;
  return g->type.ndim() == 0 || (g->type.shape[axis] == 1 && out->type.shape[axis] != 1);
}

// The axis of g that is summed over is constant: it meets the sums of the other factor, in the dtype of the product.
Var product_with_constant(const Var& other, const Var& g, int k) {
  const int axis = 1 - k;
  const Var terms = cast(other, g->type.dtype);
  const Var sums = other->type.sparse() ? sp_sum(terms, axis) : sum(terms, axis);
  if (g->type.ndim() == 0) return mul(g, k == 0 ? row(sums) : col(sums));
  return k == 0 ? dot(g, row(sums)) : dot(col(sums), g);
}

}  // namespace

Var sparse_product_vjp(const Var& out, const Var& g, int k) {
  const Var &x = out->in[0], &y = out->in[1], &factor = k == 0 ? x : y, &other = k == 0 ? y : x;
  const bool may_be_sparse =
      factor->type.sparse() || (out->has("grad_preserves_dense") && !out->attr<bool>("grad_preserves_dense"));
  if (g->type.sparse() && other->type.sparse() && may_be_sparse)
    return k == 0 ? true_dot(g, T(conj(y))) : true_dot(T(conj(x)), g);
  const Var part = lacks(g, 1 - k, out) ? product_with_constant(conj(other), g, k) : product_vjp(x, y, g, k);
  return factor->type.sparse() || !lacks(part, k, factor) ? part : broadcast_like(part, factor);
}

}  // namespace spgrad
