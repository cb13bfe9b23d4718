// composition.hpp: well-typed random expressions, each reduced to a real scalar cost, of which cost.hpp says what must
// hold on any number of ranks.
#pragma once

#include "tests/ops/properties.hpp"
#include "tests/random/steps.hpp"

namespace spgrad::tests {

/// Values made step by step from random inputs. The same for the same seed.
class Composition {
 public:
  explicit Composition(unsigned seed);

  struct Term {
    Var var;
    Whole value;
    bool made = false, used = false;  ///< made by a step; used by a later one
  };
  const std::vector<Term>& terms() const { return terms_; }
  Make& made() { return made_; }
  const std::string& steps_taken() const { return steps_taken_; }
  /// Whether some input may store a position twice.
  bool duplicates() const { return duplicates_; }

  /// The weighted sum of some terms, with weights of its own. Real.
  Var cost_of(const std::vector<std::size_t>& terms);
  Index below(Index n) { return std::uniform_int_distribution<Index>(0, n - 1)(random_); }

 private:
  struct Operand;
  bool take(const Step& step);
  std::size_t operand(const Step& step, const Operand& spec, std::map<char, Index>& sizes, const std::size_t* before);
  std::size_t fresh(const Step& step, const Operand& spec, std::map<char, Index> sizes, const Term* before);

  std::mt19937 random_;
  bool duplicates_;
  Make made_;
  std::vector<Term> terms_;
  std::string steps_taken_;
};

/// Empty, or what does not hold for this seed, with the smallest part of the expression for which something does not.
std::string complaint(unsigned seed, const Ranks& ranks);

}  // namespace spgrad::tests
