// Sums of products, without the array of products.
#include "spgrad/ops.hpp"
#include "src/graph/walk.hpp"
#include "src/rewrites/rules.hpp"

namespace spgrad {
namespace {

bool is_float_like(const Var& x) { return is_float(x->type.dtype) || is_complex(x->type.dtype); }

// Integers are left alone: a product of small ones wraps before it is summed in wide ones.
Var sum_products(const Var& node, const Var& x, const Var& y) {
  const bool whole = same_shape(x, y) && !x->type.sparse() && !y->type.sparse();
  return whole && is_scalar(node) && is_float_like(node) ? if_same_type(node, inner(x, y)) : Var{};
}
Var sum_of_product(const Var& node, const Match& m, const Scene&) { return sum_products(node, m.at("x"), m.at("y")); }
Var sum_of_square(const Var& node, const Match& m, const Scene&) { return sum_products(node, m.at("x"), m.at("x")); }

Var sum_entries(const Var& node, const Var& A, const Var& B) {
  if (!is_scalar(node) || !is_float_like(node) || !(pattern_root(A) == pattern_root(B))) return {};
  return if_same_type(node, inner(csm_data(A), csm_data(B)));
}
Var sum_of_entries(const Var& node, const Match& m, const Scene&) { return sum_entries(node, m.at("A"), m.at("B")); }
Var sum_of_squares(const Var& node, const Match& m, const Scene&) { return sum_entries(node, m.at("A"), m.at("A")); }

// The sum over the rows of x y is (sum over the rows of x) y, over the columns x (sum over the columns of y).
Var sum_of(const Var& x, int axis) { return x->type.sparse() ? sp_sum(x, axis) : sum(x, axis); }
Var sum_of_dot(const Var& node, const Match&, const Scene& scene) {
  const Var& product = node->in[0];
  const Var &x = product->in[0], &y = product->in[1];
  const bool matrices = x->type.ndim() == 2 && y->type.ndim() == 2;
  if (!matrices || !is_float_like(node) || !all_of_dtype(node->type.dtype, x, y)) return {};
  Var better;
  if (is_scalar(node))
    better = dot(sum_of(x, 0), sum_of(y, 1));
  else
    better = node->attr<Index>("axis") == 0 ? dot(sum_of(x, 0), y) : dot(x, sum_of(y, 1));
  const bool cheaper = scene.estimate.of(Vars{better}).total() < scene.estimate.of(Vars{node}).total();
  return cheaper ? if_same_type(node, better) : Var{};
}

}  // namespace

std::span<const Rewrite> sum_rules() {
  static const std::vector<Rewrite> rules{
      {"sum_of_product", "sum(x o y) -> inner(x, y)", ops::sum(ops::mul("x", "y")), sum_of_product, true},
      {"sum_of_square", "sum(x o x) -> inner(x, x)", ops::sum(ops::sqr("x")), sum_of_square, true},
      {"sum_of_entries", "sp_sum(A o B) -> inner(data(A), data(B)), on one Sparsity", ops::sp_sum(ops::mul_e("A", "B")),
       sum_of_entries, true},
      {"sum_of_squares", "sp_sum(A o A) -> inner(data(A), data(A))", ops::sp_sum(ops::sqr("A")), sum_of_squares, true},
      {"sum_of_dot", "sum(x y) -> (sum of x's rows) (sum of y's columns); along an axis likewise",
       ops::sum(ops::dot("x", "y")), sum_of_dot, true},
  };
  return rules;
}

}  // namespace spgrad
