// graph.hpp: a golden case as a graph, and its values on ranks.
#pragma once

#include "spgrad/function.hpp"
#include "tests/golden/cases.hpp"

namespace spgrad::tests {

/// The result of a case, its gradients and its directional derivative.
class GoldenGraph {
 public:
  /// Throws the Error of an op that refuses its operands.
  explicit GoldenGraph(const GoldenCase& c);

  Var out, jvp{};  ///< no jvp where the case has none or the result depends on no tangent
  Vars wrt{}, gradients{};
  std::vector<std::pair<Var, Var>> tangents{};

  /// Collective. These Vars of the graph for the case's values moved by `step` along its tangents, dealt evenly or (by
  /// a seed) unevenly, and collected again.
  std::vector<Whole> evaluate(World& world, const Vars& vars, unsigned seed = 0, double step = 0) const;

 private:
  Var given(const std::string& name, const Whole& x, const std::string& like = "");

  struct Given {
    std::string name;
    Whole x;
    std::string like;  ///< the value on whose Sparsity this one is
  };
  Vars inputs_{};
  std::vector<Given> given_{};
};

}  // namespace spgrad::tests
