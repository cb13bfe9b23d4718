// Patterns that are known to store no position twice, or to be sorted.
#include "spgrad/ops.hpp"
#include "src/graph/walk.hpp"
#include "src/rewrites/rules.hpp"

namespace spgrad {
namespace {

bool one_clean_pattern(const Var& A, const Var& B, const Scene& scene) {
  return pattern_root(A) == pattern_root(B) && scene.estimate.facts(A).unique;
}

template <Var (*entrywise)(const Var&, const Var&)>
Var on_one_pattern(const Var& node, const Match& m, const Scene& scene) {
  const Var &A = m.at("A"), &B = m.at("B");
  return one_clean_pattern(A, B, scene) ? if_same_type(node, entrywise(A, B)) : Var{};
}

Var summed_already(const Var& node, const Match& m, const Scene& scene) {
  return scene.estimate.facts(m.at("x")).unique ? the_x(node, m, scene) : Var{};
}
Var sorted_already(const Var& node, const Match& m, const Scene& scene) {
  return scene.estimate.facts(m.at("x")).sorted ? the_x(node, m, scene) : Var{};
}

}  // namespace

std::span<const Rewrite> clean_rules() {
  static const std::vector<Rewrite> rules{
      {"sum_on_one_pattern", "A + B -> entry by entry, on one Sparsity without duplicates", ops::add_s_s("A", "B"),
       on_one_pattern<add_s_s_data>},
      {"product_on_one_pattern", "A o B -> entry by entry, on one Sparsity without duplicates", ops::mul_s_s("A", "B"),
       on_one_pattern<mul_e>},
      {"summed_already", "summed(x) -> x, without duplicates", ops::sum_duplicates("x"), summed_already},
      {"sorted_already", "sorted(x) -> x, sorted", ops::ensure_sorted_indices("x"), sorted_already},
  };
  return rules;
}

}  // namespace spgrad
