// Dense values that are only read at the stored positions of a pattern are computed there and nowhere else.
#include <algorithm>
#include <array>

#include "spgrad/ops.hpp"
#include "src/rewrites/rules.hpp"

namespace spgrad {
namespace {

// X Y is as large as P: at() and mul() broadcast it where it is not. The product of a sparse and a narrow dense matrix
// is left alone: it is cheap. But not one that is larger than either.
bool covers(const Var& X, const Var& Y, const Var& P) {
  if (X->type.ndim() != 2 || Y->type.ndim() != 2) return false;
  const Index m = X->type.shape[0], k = X->type.shape[1], n = Y->type.shape[1];
  if (X->type.sparse() != Y->type.sparse() && k >= std::min(m, n)) return false;
  return m == P->type.shape[0] && n == P->type.shape[1];
}

// The ones have the product's dtype, so that it is computed in its own.
Var sample_product(const Var& node, const Match& m, const Scene&) {
  const Var &P = m.at("P"), &X = m.at("X"), &Y = m.at("Y");
  if (!covers(X, Y, P)) return {};
  return if_same_type(node, sampling_dot(X, T(Y), cast(sp_ones_like(P), node->type.dtype)));
}

Var scale_sample(const Var& node, const Match& m, const Scene&) {
  const Var &P = m.at("P"), &X = m.at("X"), &Y = m.at("Y");
  const bool one_dtype = promote(X->type.dtype, Y->type.dtype) == node->type.dtype;
  return one_dtype && covers(X, Y, P) ? if_same_type(node, sampling_dot(X, T(Y), P)) : Var{};
}

bool is_dense_product(const Var& x) {
  return x->op == &ops::dot_s_s || (x->op == &ops::dot && !x->in[0]->type.sparse() && !x->in[1]->type.sparse());
}

// Ops that do the same to the entries of a sparse matrix as to the elements of a dense one.
bool is_map(const Var& x) {
  static const std::array<const Op*, 5> kMaps{&ops::neg, &ops::conj, &ops::sqr, &ops::abs, &ops::cast};
  return std::ranges::find(kMaps, x->op) != kMaps.end();
}
bool is_zip(const Var& x) { return x->op == &ops::mul || x->op == &ops::add || x->op == &ops::sub; }

// An array with a product of dense factors below element-wise ops, none of which anything else reads.
bool hides_product(const Var& x, const Scene& scene) {
  if (x->type.sparse() || x->type.ndim() != 2 || scene.read_elsewhere(x)) return false;
  if (is_dense_product(x)) return true;
  if (!is_map(x) && !is_zip(x) && x->op != &ops::transpose) return false;
  return std::ranges::any_of(x->in, [&](const Var& below) { return hides_product(below, scene); });
}

// Entries are read and written more often than elements are; a full pattern has nothing to spare.
bool is_thin(const Var& P, const Scene& scene) {
  return P->type.shape.known() && 4 * scene.estimate.nnz(P) <= static_cast<double>(P->type.shape.elements());
}

Var scaled_entries(const Var& P, const Var& x, const Var& y) {
  if (is_scalar(x)) return mul(at(P, y), x);
  return is_scalar(y) ? mul(at(P, x), y) : mul_e(at(P, x), at(P, y));
}

// at(P, g), one op of g further down. Entry by entry it is what it was, element by element.
Var sample_elements(const Var& node, const Match& m, const Scene& scene) {
  const Var &P = m.at("P"), &g = m.at("g");
  if (is_dense_product(g) || !hides_product(g, scene) || !is_thin(P, scene)) return {};
  if (g->type.dtype != node->type.dtype) return {};
  if (g->op == &ops::transpose) return if_same_type(node, T(at(T(P), g->in[0])));
  if (g->op == &ops::cast) return if_same_type(node, cast(at(P, g->in[0]), node->type.dtype));
  if (is_map(g)) return if_same_type(node, apply(*g->op, {at(P, g->in[0])}, g->attrs));
  const Var &x = g->in[0], &y = g->in[1];
  if (!all_of_dtype(node->type.dtype, x, y)) return {};
  if (g->op == &ops::mul) return if_same_type(node, scaled_entries(P, x, y));
  return if_same_type(node, add_s_s_data(at(P, x), g->op == &ops::add ? at(P, y) : neg(at(P, y))));
}

Var scale_elements(const Var& node, const Match& m, const Scene& scene) {
  const Var &P = m.at("P"), &g = m.at("g");
  if (is_dense_product(g) || !hides_product(g, scene) || !is_thin(P, scene) || !same_shape(P, g)) return {};
  if (!all_of_dtype(node->type.dtype, P, g)) return {};
  return if_same_type(node, mul_e(P, at(P, g)));
}

}  // namespace

std::span<const Rewrite> sample_rules() {
  static const std::vector<Rewrite> rules{
      {"at_of_product", "at(P, X Y) -> sampling_dot(X, Y^T, 1_P)", ops::at("P", ops::dot("X", "Y")), sample_product,
       true},
      {"at_of_sparse_factors", "at(P, X Y) -> sampling_dot(X, Y^T, 1_P)", ops::at("P", ops::dot_s_s("X", "Y")),
       sample_product, true},
      {"at_of_sparse_product", "at(P, X Y) -> sampling_dot(X, Y^T, 1_P)", ops::at_s_s("P", ops::true_dot("X", "Y")),
       sample_product, true},
      {"mul_by_product", "P o (X Y) -> sampling_dot(X, Y^T, P)", ops::mul_s_d("P", ops::dot("X", "Y")), scale_sample,
       true},
      {"mul_by_sparse_factors", "P o (X Y) -> sampling_dot(X, Y^T, P)", ops::mul_s_d("P", ops::dot_s_s("X", "Y")),
       scale_sample, true},
      {"at_of_elements", "at(P, f(X Y, D)) -> f(at(P, X Y), at(P, D)), f element by element, or a transpose",
       ops::at("P", "g"), sample_elements},
      {"mul_by_elements", "P o f(X Y, D) -> P o at(P, f(X Y, D))", ops::mul_s_d("P", "g"), scale_elements},
  };
  return rules;
}

}  // namespace spgrad
