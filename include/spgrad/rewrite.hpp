// rewrite.hpp: pattern -> replacement.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "spgrad/op.hpp"

namespace spgrad {

/// What a rewrite looks for: a variable, which matches any Var (the same one wherever it stands), or an op applied to
/// patterns; a commutative op matches in either order.
class Pattern {
 public:
  Pattern(const char* variable) : variable_(variable) {}
  Pattern(const Op& op, std::vector<Pattern> in) : op_(&op), in_(std::move(in)) {}

  using Match = std::map<std::string, Var, std::less<>>;
  /// Adds what the variables stand for to `found`; false if `x` is something else.
  bool match(const Var& x, Match& found) const;

 private:
  std::string variable_;
  const Op* op_ = nullptr;
  std::vector<Pattern> in_;
};

template <class... In>
requires(!(std::convertible_to<In, Var> && ...) &&
         (std::convertible_to<In, Pattern> && ...)) Pattern Op::operator()(const In&... in) const {
  return Pattern(*this, {Pattern(in)...});
}

/// If `pattern` matches a node and `when` (if any) holds, the node is replaced by what `then` makes (empty: leave it).
struct Rewrite {
  std::string_view name;
  std::string_view formula;  ///< at(P, X Y) -> sampling_dot(X, Y', 1_P)
  Pattern pattern;
  std::function<Var(const Var& node, const Pattern::Match&)> then;
};

/// The rewrites that every Function applies, from src/rewrites.
std::span<const Rewrite> default_rewrites();

/// The graph with the rules applied until none changes anything, and equal nodes merged. Types are kept. `fired`, if
/// given, collects the names of the rules that fired.
Vars rewrite(const Vars& outputs, std::span<const Rewrite> rules, std::vector<std::string>* fired = nullptr);

}  // namespace spgrad
