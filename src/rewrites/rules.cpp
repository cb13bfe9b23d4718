// rules.cpp: the rewrites that every Function applies. Each keeps types and, up to rounding, values, for every dtype.
#include <algorithm>
#include <array>

#include "spgrad/ops.hpp"
#include "spgrad/rewrite.hpp"
#include "src/graph/walk.hpp"

namespace spgrad {
namespace {

using Match = Pattern::Match;

// The replacement if it is of the node's type; shapes that are partly unknown may differ until data is there.
Var if_same_type(const Var& node, const Var& better) { return better->type == node->type ? better : Var{}; }

Var the_x(const Var& node, const Match& m) { return if_same_type(node, m.at("x")); }

Var conj_of_real(const Var& node, const Match& m) {
  return is_complex(node->type.dtype) ? Var{} : if_same_type(node, m.at("x"));
}

// X Y is as large as P: at() and mul() broadcast it where it is not. The product of a sparse and a narrow dense matrix
// is left alone: it is cheap, and a model that reads it elsewhere too would make both. But not one that is larger than
// either.
bool covers(const Var& X, const Var& Y, const Var& P) {
  if (X->type.ndim() != 2 || Y->type.ndim() != 2) return false;
  const Index m = X->type.shape[0], k = X->type.shape[1], n = Y->type.shape[1];
  if (X->type.sparse() != Y->type.sparse() && k >= std::min(m, n)) return false;
  return m == P->type.shape[0] && n == P->type.shape[1];
}

// The ones have the product's dtype, so that it is computed in its own.
Var sample_product(const Var& node, const Match& m) {
  const Var &P = m.at("P"), &X = m.at("X"), &Y = m.at("Y");
  if (!covers(X, Y, P)) return {};
  return if_same_type(node, sampling_dot(X, T(Y), cast(sp_ones_like(P), node->type.dtype)));
}

Var scale_sample(const Var& node, const Match& m) {
  const Var &P = m.at("P"), &X = m.at("X"), &Y = m.at("Y");
  const bool one_dtype = promote(X->type.dtype, Y->type.dtype) == node->type.dtype;
  return one_dtype && covers(X, Y, P) ? if_same_type(node, sampling_dot(X, T(Y), P)) : Var{};
}

bool is_dense_product(const Var& x) {
  return x->op == &ops::dot_s_s || (x->op == &ops::dot && !x->in[0]->type.sparse() && !x->in[1]->type.sparse());
}

// A sum of gradients of which one is a product; sums of more lose one part after the other.
Var sample_sum(const Var& node, const Match& m) {
  const Var &P = m.at("P"), &x = m.at("x"), &y = m.at("y");
  if (!is_dense_product(x) && !is_dense_product(y)) return {};
  return if_same_type(node, add_s_s_data(at(P, x), at(P, y)));
}

Var entries_already_there(const Var& node, const Match& m) {
  const Var &P = m.at("P"), &g = m.at("g");
  return pattern_root(P) == pattern_root(g) ? if_same_type(node, g) : Var{};
}

Var times_one(const Var& node, const Match& m) {
  const Var &P = m.at("P"), &G = m.at("G");
  if (!(pattern_root(P) == pattern_root(G))) return {};
  return if_same_type(node, cast(G, node->type.dtype));
}

// What a sum's gradient is made of: a scalar on every element. It need not be an array to scale one.
Var scale_directly(const Var& node, const Match& m) {
  const Var &s = m.at("s"), &y = m.at("y");
  const bool full =
      s->type.ndim() == 0 && !y->type.sparse() && y->type.shape == node->type.shape && y->type.shape.known();
  return full ? if_same_type(node, mul(s, y)) : Var{};
}
Var scale_before(const Var& node, const Match& m) {
  const Var &s = m.at("s"), &t = m.at("t");
  if (s->type.ndim() != 0 || t->type.ndim() != 0) return {};
  return if_same_type(node, broadcast_like(mul(s, t), m.at("x")));
}

// Integers are left alone: a product of small ones wraps before it is summed in wide ones.
Var sum_products(const Var& node, const Var& x, const Var& y) {
  const bool whole = x->type.shape == y->type.shape && x->type.shape.known() && !x->type.sparse() && !y->type.sparse();
  return whole && node->type.ndim() == 0 && !is_integer(node->type.dtype) ? if_same_type(node, inner(x, y)) : Var{};
}
Var sum_of_product(const Var& node, const Match& m) { return sum_products(node, m.at("x"), m.at("y")); }
Var sum_of_square(const Var& node, const Match& m) { return sum_products(node, m.at("x"), m.at("x")); }

const std::array<Rewrite, 16>& rules() {
  static const std::array<Rewrite, 16> kRules{{
      {"transpose_of_transpose", "(x^T)^T -> x", ops::transpose(ops::transpose("x")), the_x},
      {"neg_of_neg", "-(-x) -> x", ops::neg(ops::neg("x")), the_x},
      {"conj_of_conj", "conj(conj(x)) -> x", ops::conj(ops::conj("x")), the_x},
      {"conj_of_real", "conj(x) -> x, x real", ops::conj("x"), conj_of_real},
      {"at_of_product", "at(P, X Y) -> sampling_dot(X, Y^T, 1_P)", ops::at("P", ops::dot("X", "Y")), sample_product},
      {"at_of_sparse_factors", "at(P, X Y) -> sampling_dot(X, Y^T, 1_P)", ops::at("P", ops::dot_s_s("X", "Y")),
       sample_product},
      {"at_of_sparse_product", "at(P, X Y) -> sampling_dot(X, Y^T, 1_P)", ops::at_s_s("P", ops::true_dot("X", "Y")),
       sample_product},
      {"mul_by_sparse_factors", "P o (X Y) -> sampling_dot(X, Y^T, P)", ops::mul_s_d("P", ops::dot_s_s("X", "Y")),
       scale_sample},
      {"at_of_sum", "at(P, X Y + D) -> at(P, X Y) + at(P, D)", ops::at("P", ops::add("x", "y")), sample_sum},
      {"mul_by_product", "P o (X Y) -> sampling_dot(X, Y^T, P)", ops::mul_s_d("P", ops::dot("X", "Y")), scale_sample},
      {"at_own_pattern", "at(P, g) -> g, g on P's Sparsity", ops::at_s_s("P", "g"), entries_already_there},
      {"scale_by_broadcast", "(s 1_x) o y -> s y", ops::mul(ops::broadcast_like("s", "x"), "y"), scale_directly},
      {"scale_of_broadcast", "(s 1_x) t -> (s t) 1_x", ops::mul(ops::broadcast_like("s", "x"), "t"), scale_before},
      {"sum_of_product", "sum(x o y) -> inner(x, y)", ops::sum(ops::mul("x", "y")), sum_of_product},
      {"sum_of_square", "sum(x o x) -> inner(x, x)", ops::sum(ops::sqr("x")), sum_of_square},
      {"mul_by_ones", "1_P o G -> G, G on P's Sparsity", ops::mul_e(ops::sp_ones_like("P"), "G"), times_one},
  }};
  return kRules;
}

}  // namespace

std::span<const Rewrite> default_rewrites() { return rules(); }

}  // namespace spgrad
