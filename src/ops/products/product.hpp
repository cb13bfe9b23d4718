// product.hpp: what the forms with a product of a sparse and a dense operand share (dot, structured_dot, usmm).
#pragma once

#include "src/kernels/products.hpp"
#include "src/ops/cut.hpp"

namespace spgrad {

/// A D for a sparse A; or D A, which is (A' D')': then the rows that are added up run along the last axis of D.
struct SparseProduct {
  int sparse, dense;  ///< the inputs A and D
  int axis;           ///< of D and of the result: where their rows run
  bool scatter;       ///< A's majors name rows of D and its minors rows of the result; otherwise the reverse
};
/// Of the inputs x and x + 1 of n, one of which is sparse.
SparseProduct sparse_product(const Node& n, int x);

/// The type of a result that has the product of x and x + 1 in it. Throws Error if one is a scalar.
Type product_type(const Node& n, int x);

/// Whose rows of D and of the result a rank needs for its part of A. D and the result may be cut by a letter each.
struct ProductRows {
  Rows dense, out;
};
ProductRows product_rows(const Node& n, const SparseProduct& p);

/// result = alpha A D, or result += alpha A D. A scattered product always adds.
template <class T>
void multiply(RunContext& c, const SparseProduct& p, T alpha, bool accumulate) {
  const auto A = c.entries<T>(p.sparse);
  const auto D = c.rows<T>(p.dense, p.axis);
  const auto out = result_rows<T>(c, p.axis);
  if (p.scatter)
    kernels::spmm_scatter<T>(A, D, alpha, out, c.poll());
  else
    kernels::spmm<T>(A, D, alpha, accumulate, out, c.poll());
}

/// dL/d(factor k) of a sparse product of the inputs of `out`, regular. g may be sparse, or dense and lack axes along
/// which it is constant; then so does the gradient of a sparse factor.
Var sparse_product_vjp(const Var& out, const Var& g, int k);

/// dL/d(factor k) of the product x y, g = dL/d(x y): a product with g, dense unless a factor is sparse.
Var product_vjp(const Var& x, const Var& y, const Var& g, int k);

}  // namespace spgrad
