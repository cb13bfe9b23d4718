// product.hpp: what the forms with a product of a sparse and a dense operand share (dot, structured_dot, usmm).
#pragma once

#include "src/kernels/products.hpp"
#include "src/ops/cut.hpp"
#include "src/ops/products/own_runs.hpp"

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

/// result = alpha A D, or result += alpha A D. A scattered product always adds. Rows of others travel meanwhile: those
/// of D arrive while own ones are multiplied, those of the result leave before own ones are made.
template <class T>
void multiply(RunContext& c, const SparseProduct& p, T alpha, bool accumulate) {
  const auto A = c.entries<T>(p.sparse);
  const auto out = result_rows<T>(c, p.axis);
  const OwnRuns* const own = c.awaits(p.dense) || c.departs() ? own_runs(c.sparsity(p.sparse)) : nullptr;
  const auto D = own != nullptr ? c.rows_to_come<T>(p.dense, p.axis) : c.rows<T>(p.dense, p.axis);
  if (p.scatter) {
    const auto scatter = [&](const kernels::Entries<T>& part) {
      kernels::spmm_scatter<T>(part, D, alpha, out, c.poll());
    };
    if (own == nullptr) return scatter(A);
    with_ghosts(A, *own, scatter);
    c.depart();
    with_own(A, *own, scatter);
  } else {
    const auto gather = [&](const kernels::Entries<T>& part) {
      kernels::spmm<T>(part, D, alpha, accumulate, out, c.poll());
      accumulate = true;
    };
    if (own == nullptr) return gather(A);
    with_own(A, *own, gather);
    c.arrive(p.dense);
    with_ghosts(A, *own, gather);
  }
}

/// dL/d(factor k) of a sparse product of the inputs of `out`, regular. g may be sparse, or dense and lack axes along
/// which it is constant; then so does the gradient of a sparse factor.
Var sparse_product_vjp(const Var& out, const Var& g, int k);

/// dL/d(factor k) of the product x y, g = dL/d(x y): a product with g, dense unless a factor is sparse.
Var product_vjp(const Var& x, const Var& y, const Var& g, int k);

}  // namespace spgrad
