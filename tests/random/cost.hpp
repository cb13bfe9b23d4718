// cost.hpp: a real scalar of some inputs, its derivatives, and what must hold for them: the oracle's value, its
// differences as gradients, where nothing is stored, too, and as directional derivatives, adjointness.
#pragma once

#include "tests/ops/properties.hpp"

namespace spgrad::tests {

/// The sum of the elements of x times weights, which become an input; of a sparse x in one of four ways, the odd ones
/// with regular gradients. Real.
Var weighted(Make& made, const Var& x, const Whole& value, Index way);

/// What `body` has to say on the first rank, known on all: where they are processes, each goes on by it.
std::string said_on(const Ranks& ranks, const std::function<std::string(World&)>& body);

/// Whether a gradient is refused since it has parts by entry and parts by position where a position is stored twice.
bool is_refusal_of_duplicates(std::string_view message);

class Cost {
 public:
  /// By the inputs `wrt`, for which tangents are added. `structured`: at stored positions, which may be stored twice.
  Cost(Make& made, Var cost, const std::vector<Make::Input>& wrt, bool structured);

  /// Collective. What is wrong, said on the first rank; empty if all is well.
  std::string on(World& world, unsigned seed) const;
  std::string print() const;

 private:
  using Results = std::map<const Node*, Whole>;
  std::string compare(const Results& results) const;
  std::string compare_gradient(const Results& results, std::size_t k) const;
  std::string compare_elsewhere(const Results& results, std::size_t k) const;
  std::string compare_second(const Results& results) const;
  std::vector<Complex> by_entry(const Results& results, const Var& g, std::size_t k) const;
  bool differs(double got, const Var& out, const Given& at, const Given& directions) const;
  bool near(double a, double b, double tolerance) const;
  const Given& given() const { return made_.given(); }

  Make& made_;
  bool structured_;
  bool single_ = false;
  Var cost_, jvp_;
  Vars wrt_, tangents_, gradients_, products_;
  std::vector<std::pair<Var, Var>> moves_;
  Given directions_;
};

}  // namespace spgrad::tests
