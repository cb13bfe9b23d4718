// What is there already: inverses, repetitions, parts of what was put together.
#include "spgrad/ops.hpp"
#include "src/graph/walk.hpp"
#include "src/rewrites/rules.hpp"

namespace spgrad {
namespace {

Var conj_of_real(const Var& node, const Match& m, const Scene&) {
  return is_complex(node->type.dtype) ? Var{} : if_same_type(node, m.at("x"));
}

Var entries_already_there(const Var& node, const Match& m, const Scene&) {
  const Var &P = m.at("P"), &g = m.at("g");
  return pattern_root(P) == pattern_root(g) ? if_same_type(node, g) : Var{};
}

Var times_one(const Var& node, const Match& m, const Scene&) {
  const Var &P = m.at("P"), &G = m.at("G");
  if (!(pattern_root(P) == pattern_root(G))) return {};
  return if_same_type(node, cast(G, node->type.dtype));
}

// Ones depend on the pattern alone: not on what made the values that stand on it.
Var ones_of_pattern(const Var& node, const Match& m, const Scene&) {
  const Var& A = m.at("A");
  if (A->op->pattern.kind != PatternOf::kSame || A->op == &ops::transpose) return {};
  const Var& below = A->in[static_cast<std::size_t>(A->op->pattern.at)];
  if (below->type.format != A->type.format) return {};
  return if_same_type(node, cast(sp_ones_like(below), node->type.dtype));
}

// A cast that loses nothing in between.
Var cast_of_cast(const Var& node, const Match& m, const Scene&) {
  const Var& x = m.at("x");
  const Var& between = node->in[0];
  const bool wider = promote(x->type.dtype, between->type.dtype) == between->type.dtype;
  return wider ? if_same_type(node, cast(x, node->type.dtype)) : Var{};
}

Var data_of(const Var& node, const Match& m, const Scene&) { return if_same_type(node, m.at("data")); }

// Sorted, without duplicates or zeros: what keeps the entries keeps that, and to do it again changes nothing.
template <const Op& again>
Rewrite repeated(std::string_view name, std::string_view formula) {
  return {name, formula, again(again("x")),
          [](const Var& node, const Match&, const Scene&) { return if_same_type(node, node->in[0]); }};
}

}  // namespace

std::span<const Rewrite> identity_rules() {
  static const std::vector<Rewrite> rules{
      {"transpose_of_transpose", "(x^T)^T -> x", ops::transpose(ops::transpose("x")), the_x},
      {"neg_of_neg", "-(-x) -> x", ops::neg(ops::neg("x")), the_x},
      {"conj_of_conj", "conj(conj(x)) -> x", ops::conj(ops::conj("x")), the_x},
      {"conj_of_real", "conj(x) -> x, x real", ops::conj("x"), conj_of_real},
      {"cast_of_cast", "cast(cast(x)) -> cast(x), the first to a wider dtype", ops::cast(ops::cast("x")), cast_of_cast},
      {"at_own_pattern", "at(P, g) -> g, g on P's Sparsity", ops::at_s_s("P", "g"), entries_already_there},
      {"mul_by_ones", "1_P o G -> G, G on P's Sparsity", ops::mul_e(ops::sp_ones_like("P"), "G"), times_one},
      {"ones_of_pattern", "1_f(A) -> 1_A, f(A) on A's Sparsity", ops::sp_ones_like("A"), ones_of_pattern},
      {"data_of_csm", "data(csm(v, indices, indptr)) -> v", ops::csm_data(ops::csm("data", "indices", "indptr")),
       data_of},
      {"data_of_with_data", "data(with_data(A, v)) -> v", ops::csm_data(ops::with_data("A", "data")), data_of},
      {"dense_of_sparse_from_dense", "dense(sparse(x)) -> x", ops::dense_from_sparse(ops::sparse_from_dense("x")),
       the_x},
      repeated<ops::remove0>("remove0_twice", "remove0(remove0(x)) -> remove0(x)"),
      repeated<ops::ensure_sorted_indices>("sort_twice", "sorted(sorted(x)) -> sorted(x)"),
      repeated<ops::sum_duplicates>("sum_duplicates_twice", "summed(summed(x)) -> summed(x)"),
  };
  return rules;
}

}  // namespace spgrad
